/**
 * One drive of a run: decide, perform, record, until the run has ended or nothing is left to do now.
 * E1: one drive at a time; a wake-up joins it (`post`), and a replaced drive's late results are refused.
 * E2: the start of an attempt is recorded before the attempt is performed.
 * E3: what anyone outside has seen was recorded before: `commit` comes before every effort and before the end.
 */
import type { Failure } from '../domain/errors.ts';
import type { Entry } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import { advance } from './advance.ts';
import type { Blocked } from './advance.ts';
import { decide } from './decide.ts';
import type { Decision } from './decide.ts';
import { abort, collect, commit, over, pause, record, wake } from './driving.ts';
import type { DriveEnd, Driving, Posted } from './driving.ts';
import { STEPS_A_TURN, UNAVAILABLE_MS } from './ports.ts';
import type { Host, Ports } from './ports.ts';
import type { RunState } from './state.ts';

export type { DriveEnd, Posted } from './driving.ts';

export interface Drive {
  readonly run: () => Promise<DriveEnd>;
  /** False when the drive is over: then it will not be looked at. */
  readonly post: (posted: Posted) => boolean;
}

/** @param unrecorded entries that the state has seen and no commit has: the first of a new run */
export const createDrive = (
  state: RunState,
  world: { readonly ports: Ports; readonly host: Host },
  unrecorded: readonly Entry[] = [],
): Drive => {
  const driving: Driving = {
    state,
    ...world,
    inFlight: new Map(),
    watch: { quietUntil: world.host.quietUntil, busy: new Set(), heard: new Map() },
    results: [],
    inbox: [],
    buffer: [...unrecorded],
    isAwake: false,
    onWake: () => undefined,
    stepsSinceTurn: 0,
    isOver: false,
  };
  return {
    run: () => run(driving),
    post: (posted) => {
      if (driving.isOver) return false;
      driving.inbox.push(posted);
      wake(driving);
      return true;
    },
  };
};

const run = async (driving: Driving): Promise<DriveEnd> => {
  const { state, ports, host } = driving;
  try {
    for (;;) {
      if (host.isReplaced()) return replaced(driving);
      collect(driving);
      if (isFinal(state.status)) {
        await commit(driving);
        if (!driving.isAwake) return over(driving, { kind: 'final' });
        continue;
      }
      const decision = decide(state, ports.now(), driving);
      const end = await follow(driving, decision);
      if (end !== null) return end;
    }
  } finally {
    driving.isOver = true;
  }
};

const follow = async (driving: Driving, decision: Decision): Promise<DriveEnd | null> => {
  switch (decision.do) {
    case 'record':
      record(driving, decision.entry);
      return null;
    case 'park':
      return rest(driving, decision.until, decision.stays);
    case 'perform': {
      const progress = await advance(driving, decision);
      if (progress === 'replaced') return replaced(driving);
      return progress === 'done' ? takeTurns(driving) : waitForPlace(driving, progress);
    }
  }
};

/** A place comes free in a moment: the drive stays for it. Where none is left, or nobody answers, it comes again. */
const waitForPlace = async (driving: Driving, why: Blocked): Promise<DriveEnd | null> => {
  if (why === 'unavailable') return rest(driving, driving.ports.now() + UNAVAILABLE_MS);
  if (why === 'spent' && hasNothingInFlight(driving)) return rest(driving, driving.ports.now() + 1);
  await commit(driving);
  await pause(driving, null);
  return null;
};

/** Nothing to do before this time: waits for what is in flight meanwhile, or parks. What was done is committed. */
const rest = async (driving: Driving, until: number | null, stays = false): Promise<DriveEnd | null> => {
  const parks = hasNothingInFlight(driving) && !stays;
  await commit(driving, parks ? { until } : undefined);
  if (driving.isAwake) return null;
  if (parks) return over(driving, { kind: 'parked', until });
  await pause(driving, until);
  return null;
};

const hasNothingInFlight = ({ inFlight, watch }: Driving): boolean =>
  inFlight.size === 0 && watch.busy.size === 0;

/** E1: what this drive has in flight counts no longer; its successor does not know how it ends. */
const replaced = (driving: Driving): DriveEnd => {
  abort(driving);
  return over(driving, { kind: 'replaced' });
};

const takeTurns = async (driving: Driving): Promise<null> => {
  if (driving.stepsSinceTurn < STEPS_A_TURN) return null;
  driving.stepsSinceTurn = 0;
  await commit(driving);
  await driving.host.turn();
  return null;
};

/** Ends a run that cannot go on: a bug of ours, or a lane that it killed three times. */
export const endWith = (error: Failure): Posted => {
  return ({ status }, now) =>
    isFinal(status) ? null : { entry: { type: 'ending', at: now, status: 'failed', by: 'sluice', error } };
};
