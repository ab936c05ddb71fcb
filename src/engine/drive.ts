/**
 * One drive of a run: decide, perform, record, until the run has ended or nothing is left to do now.
 * E1: one drive at a time; a wake-up joins it (`post`), and a replaced drive's late results are refused.
 * E2: the start of an attempt is recorded before the attempt is performed.
 * E3: what anyone outside has seen was recorded before: `commit` comes before every effort and before the end.
 */
import type { Failure } from '../domain/errors.ts';
import { Unavailable } from '../domain/errors.ts';
import type { Flow } from '../domain/flow.ts';
import type { Entry } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import { apply } from './apply.ts';
import type { Effort } from './attempt.ts';
import { decide } from './decide.ts';
import type { Action } from './decide.ts';
import { perform } from './perform.ts';
import type { Performed } from './perform.ts';
import { STEPS_A_TURN, UNAVAILABLE_MS } from './ports.ts';
import type { Host, Ports, Rest } from './ports.ts';
import { framePathOf } from './state.ts';
import type { RunState } from './state.ts';

export type DriveEnd =
  | { readonly kind: 'final' }
  /** nothing to do before this time; null: only a person can bring it on */
  | { readonly kind: 'parked'; readonly until: number | null }
  | { readonly kind: 'replaced' };

/** An entry from outside the drive (a cancel, a person's word), made when its turn comes; null: refused meanwhile. */
export type Posted = (state: RunState, now: number) => { readonly entry: Entry; readonly flow?: Flow } | null;

/** Why an action that is ready cannot be performed now. */
type Blocked = 'later' | 'spent' | 'unavailable';

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
  const { ports, host } = world;
  const inFlight = new Map<string, AbortController>();
  const results: Entry[] = [];
  const inbox: Posted[] = [];
  let buffer: Entry[] = [...unrecorded];
  let notify: () => void = () => undefined;
  let stepsSinceTurn = 0;
  let isOver = false;
  const wake = (): void => notify();

  const record = (entry: Entry, flow?: Flow): void => {
    apply(state, entry, flow);
    buffer.push(entry);
  };

  const commit = async (rest?: Rest): Promise<void> => {
    if (buffer.length === 0 && rest === undefined) return;
    const entries = buffer;
    buffer = [];
    await host.commit(entries, rest);
  };

  /** What came in since the last look: results of attempts, and words from outside. */
  const collect = (): void => {
    for (const entry of results.splice(0)) if (isAwaited(state, entry)) record(entry);
    for (const posted of inbox.splice(0)) {
      const made = posted(state, ports.now());
      if (made === null) continue;
      record(made.entry, made.flow);
      if (made.entry.type === 'ending') for (const controller of inFlight.values()) controller.abort();
    }
  };

  const launch = (effort: Effort): void => {
    const controller = new AbortController();
    inFlight.set(effort.path, controller);
    void effort.run(controller.signal).then((entry) => {
      host.release();
      inFlight.delete(effort.path);
      results.push(entry);
      notify();
    });
  };

  /** Performs what is ready; true when something was done. Attempts begin together, after one commit. */
  const advance = async (actions: readonly Action[]): Promise<'done' | 'replaced' | Blocked> => {
    const efforts: Effort[] = [];
    let blocked: Blocked | null = null;
    let did = 0;
    for (const action of actions) {
      if (reachesOutside(ports, action)) {
        if (blocked !== null) continue;
        const place = host.acquire(wake);
        if (place !== 'taken') {
          blocked = place;
          continue;
        }
      }
      const performed = await performOrRelease(action);
      if (host.isReplaced()) return 'replaced';
      if (performed === null) {
        blocked = 'unavailable';
        continue;
      }
      record(performed.entry);
      did += 1;
      if (performed.effort !== undefined) efforts.push(performed.effort);
      // A step that failed or a loop that is being left may take away what else was ready.
      if (['failed', 'left', 'recalled'].includes(performed.entry.type)) break;
    }
    stepsSinceTurn += did;
    if (efforts.length > 0) {
      await begin(efforts);
      if (host.isReplaced()) return 'replaced';
    }
    return did > 0 ? 'done' : (blocked ?? 'done');
  };

  const begin = async (efforts: readonly Effort[]): Promise<void> => {
    try {
      await commit();
    } catch (error) {
      for (const _ of efforts) host.release();
      throw error;
    }
    for (const effort of efforts) launch(effort);
  };

  /** A place that was taken is given back unless an effort keeps it. Null: our own infrastructure does not answer. */
  const performOrRelease = async (action: Action): Promise<Performed | null> => {
    const took = reachesOutside(ports, action);
    try {
      const performed = await perform(ports, state, action);
      if (took && performed.effort === undefined) host.release();
      return performed;
    } catch (error) {
      if (took) host.release();
      if (error instanceof Unavailable) return null;
      throw error;
    }
  };

  const pause = async (until: number | null): Promise<void> => {
    if (results.length > 0 || inbox.length > 0) return;
    let cancel: () => void = () => undefined;
    await new Promise<void>((resolve) => {
      notify = resolve;
      if (until !== null) cancel = ports.after(Math.max(0, until - ports.now()), resolve);
    });
    cancel();
    notify = () => undefined;
  };

  /** In the same turn as the last look into the inbox: what is posted later is refused, not lost. */
  const over = (end: DriveEnd): DriveEnd => {
    isOver = true;
    return end;
  };

  const run = async (): Promise<DriveEnd> => {
    for (;;) {
      if (host.isReplaced()) return over({ kind: 'replaced' });
      collect();
      if (isFinal(state.status)) {
        await commit();
        return over({ kind: 'final' });
      }
      const decision = decide(state, ports.now(), new Set(inFlight.keys()));
      if (decision.do === 'record') {
        record(decision.entry);
        if (decision.entry.type === 'ending') for (const controller of inFlight.values()) controller.abort();
        continue;
      }
      if (decision.do === 'park') {
        const rests = inFlight.size === 0;
        await commit(rests ? { until: decision.until } : undefined);
        if (results.length > 0 || inbox.length > 0) continue;
        if (rests) return over({ kind: 'parked', until: decision.until });
        await pause(decision.until);
        continue;
      }
      const progress = await advance(decision.actions);
      if (progress === 'replaced') return over({ kind: 'replaced' });
      if (progress === 'done') await takeTurns();
      else {
        const until = await blockedUntil(progress);
        if (until !== null && inFlight.size === 0 && inbox.length === 0)
          return over({ kind: 'parked', until });
        await pause(until);
      }
    }
  };

  /** When an action that is blocked may be tried again; null: when a place is free. What was done is committed. */
  const blockedUntil = async (why: Blocked): Promise<number | null> => {
    const until = why === 'later' ? null : ports.now() + (why === 'spent' ? 1 : UNAVAILABLE_MS);
    await commit(until === null || inFlight.size > 0 ? undefined : { until });
    return until;
  };

  const takeTurns = async (): Promise<void> => {
    if (stepsSinceTurn < STEPS_A_TURN) return;
    stepsSinceTurn = 0;
    await commit();
    await host.turn();
  };

  return {
    run,
    post: (posted) => {
      if (isOver) return false;
      inbox.push(posted);
      notify();
      return true;
    },
  };
};

/** Whether performing the action may send a request: then it needs a place among the lane's outside calls. */
const reachesOutside = (ports: Ports, action: Action): boolean => {
  if (action.kind === 'probe') return true;
  if (action.kind !== 'begin' && action.kind !== 'again') return false;
  return action.step.kind === 'card' && ports.cards.get(action.step.card)?.effect !== 'pure';
};

/** A result counts only for the attempt that is still under way: its block may have been left meanwhile. */
const isAwaited = (state: RunState, entry: Entry): boolean =>
  !isFinal(state.status) &&
  'path' in entry &&
  state.frames.get(framePathOf(entry.path))?.activity?.kind === 'attempt';

/** Ends a run that cannot go on: a bug of ours, or a lane that it killed three times. */
export const endWith = (error: Failure): Posted => {
  return (_, now) => ({ entry: { type: 'ending', at: now, status: 'failed', by: 'sluice', error } });
};
