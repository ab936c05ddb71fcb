/**
 * Runs that are being driven: how a drive begins, and what happens when it ends.
 * E1: a drive that was given up is replaced, never joined by a second one; what it still finds out is refused.
 * E8: no run can stop the others: whatever its drive throws ends that run alone.
 */
import type { Failure } from '../domain/errors.ts';
import type { Entry } from '../domain/run.ts';
import { begin, fold } from '../engine/apply.ts';
import { createDrive, endWith } from '../engine/drive.ts';
import type { Posted } from '../engine/drive.ts';
import type { Host } from '../engine/ports.ts';
import type { RunState } from '../engine/state.ts';
import { flowOf } from './flows.ts';
import type { Write } from './group-commit.ts';
import { newInvocation } from './invocation.ts';
import type { Invocation } from './invocation.ts';
import { readEntries } from './journal.ts';
import type { Lane, Live } from './lane.ts';
import { record } from './record.ts';
import { readRun, setAside } from './rows.ts';
import type { RunRow } from './tables.ts';

export interface Opening {
  readonly state: RunState;
  readonly row: RunRow;
  /** entries that no commit has yet */
  readonly unrecorded?: readonly Entry[];
  /** what belongs into the first commit with them: key and flow */
  readonly along?: Write;
  readonly invocation: Invocation;
  /** words that begin the drive, before anything is performed */
  readonly first?: readonly Posted[];
  /** the run that called it waits for its first commit */
  readonly hasStarter?: true;
  /** It only records the run's end: there is nothing else to try when that breaks too. */
  readonly isLast?: true;
}

/** A long run is seen in the history after this, and again whenever it has become twice as old. */
export const FIRST_COPY_MS = 1_000;
/** A run that cannot be folded, or not even be failed, waits for a build that can. */
const SET_ASIDE_MS = 600_000;

/** Begins to drive a run. It is in `lane.live` until it has ended or parked. */
export const drive = (lane: Lane, opening: Opening): Live => {
  const { state, row, unrecorded = [] } = opening;
  const now = lane.ports.now();
  const live: Live = {
    id: state.id,
    state,
    recorded: state.entries - unrecorded.length,
    row,
    isReplaced: false,
    isQueued: false,
    invocation: opening.invocation,
    begunAt: now,
    aliveAt: now,
    copyAt: now + FIRST_COPY_MS,
    heard: new Set(),
    hasStarter: opening.hasStarter === true,
    afterCommit: [],
    drive: createDrive(state, { ports: lane.ports, host: hostOf(lane, opening, () => live) }, unrecorded),
    ended: Promise.resolve(),
  };
  for (const word of opening.first ?? []) live.drive.post(word);
  lane.live.set(live.id, live);
  lane.copies.watch();
  return Object.assign(live, { ended: carry(lane, live, opening) });
};

const hostOf = (lane: Lane, opening: Opening, live: () => Live): Host => {
  let along = opening.along;
  const { invocation } = opening;
  return {
    commit: async (entries, rest) => {
      const write = along;
      along = undefined;
      await record(lane, live(), { entries, rest, along: write });
    },
    isReplaced: () => live().isReplaced,
    acquire: (wake) => {
      if (lane.isClosing) return 'spent';
      const place = invocation.acquire(() => {
        live().isQueued = false;
        live().aliveAt = lane.ports.now();
        wake();
      });
      live().isQueued = place === 'later';
      return place;
    },
    release: invocation.release,
    children: lane.childrenOf(live),
    quietUntil: opening.row.phase === 'parked' ? (opening.row.until ?? 0) : 0,
    turn: () => new Promise((resolve) => void lane.ports.after(0, resolve)),
  };
};

/** Never rejects. */
const carry = async (lane: Lane, live: Live, opening: Opening): Promise<void> => {
  try {
    const end = await live.drive.run();
    leave(lane, live);
    if (end.kind === 'parked') lane.resting.put(live);
  } catch (error) {
    const wasReplaced = live.isReplaced;
    giveUp(lane, live);
    if (!wasReplaced) await endBroken(lane, live, { opening, error });
  } finally {
    for (const tell of live.afterCommit.splice(0)) tell(false);
  }
};

const leave = (lane: Lane, live: Live): void => {
  if (lane.live.get(live.id) === live) lane.live.delete(live.id);
  lane.copies.rest();
};

/** The drive is abandoned; the alarm folds the run anew from its journal. */
export const giveUp = (lane: Lane, live: Live): void => {
  live.isReplaced = true;
  leave(lane, live);
  lane.alarm.note(lane.ports.now() + 1_000);
  lane.alarm.set();
};

/** A bug of ours, or a write that SQLite refuses: the run fails with `internal`, from what its journal says. */
const endBroken = async (
  lane: Lane,
  live: Live,
  broken: { readonly opening: Opening; readonly error: unknown },
): Promise<void> => {
  const { opening } = broken;
  console.error(`run ${live.id} broke:`, broken.error);
  if (opening.isLast) return setAside(lane.sql, live.id, lane.ports.now() + SET_ASIDE_MS);
  const message = 'Something broke inside Sluice; the log of the Worker has more';
  const error = { code: 'internal', message };
  if (live.recorded > 0) return failRun(lane, live.id, error);
  // Nothing of it is recorded: it is begun anew, and whoever waits for its first commit waits for that one.
  const { flow, created, id } = live.state;
  const again = drive(lane, {
    ...opening,
    state: begin(id, flow, created),
    first: [endWith(error)],
    isLast: true,
  });
  again.afterCommit.push(...live.afterCommit.splice(0));
  await again.ended;
};

/** Fails a run from outside its drive, before it performs anything else. Never rejects. */
export const failRun = async (lane: Lane, id: string, error: Failure): Promise<void> => {
  const loaded = loadOrSetAside(lane, id);
  if (loaded === undefined) return;
  await drive(lane, { ...loaded, invocation: newInvocation(), first: [endWith(error)], isLast: true }).ended;
};

/** A run's state from its journal, or undefined when the lane has none. Throws when the journal cannot be folded. */
export const load = (lane: Lane, id: string): Pick<Opening, 'state' | 'row'> | undefined => {
  const row = readRun(lane.sql, id);
  if (row === undefined) return undefined;
  const state = lane.resting.take(row);
  if (state !== undefined) return { state, row };
  const entries = readEntries(lane.sql, id);
  if (entries.length === 0) return undefined;
  return { state: fold(id, entries, flowOf(lane, row)), row };
};

/** E8: a journal that cannot be folded is a bug of ours; the run waits for a build that can, and the others go on. */
export const loadOrSetAside = (lane: Lane, id: string): ReturnType<typeof load> => {
  try {
    return load(lane, id);
  } catch (error) {
    console.error(`run ${id} cannot be folded:`, error);
    setAside(lane.sql, id, lane.ports.now() + SET_ASIDE_MS);
    return undefined;
  }
};
