/**
 * Runs that are being driven: how their entries reach the journal, and what happens when a drive ends.
 * E3: what anyone outside has seen was recorded before: waiters are told after the commit.
 * E8: no run can stop the others: whatever its drive throws ends that run alone.
 */
import { Unavailable } from '../domain/errors.ts';
import type { Entry } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import { fold } from '../engine/apply.ts';
import { createDrive, endWith } from '../engine/drive.ts';
import type { Posted } from '../engine/drive.ts';
import type { Rest } from '../engine/ports.ts';
import type { RunState } from '../engine/state.ts';
import { WATCH_MS } from './alarm.ts';
import type { Write } from './group-commit.ts';
import { newInvocation } from './invocation.ts';
import type { Invocation } from './invocation.ts';
import { appendEntries, readEntries, readRun, writeRun } from './journal.ts';
import { answerOf, flowOf, isAnswered } from './lane.ts';
import type { Lane, Live } from './lane.ts';
import type { Phase, RunRow } from './tables.ts';

interface Opening {
  readonly state: RunState;
  readonly row: RunRow;
  /** committed entries */
  readonly log: readonly Entry[];
  /** entries that no commit has yet */
  readonly unrecorded?: readonly Entry[];
  /** what belongs into the first commit with them: key and flow */
  readonly along?: Write;
  readonly invocation: Invocation;
  /** a word that begins the drive */
  readonly first?: Posted;
}

/** Begins to drive a run. It is in `lane.live` until it has ended or parked. */
export const drive = (lane: Lane, opening: Opening): Live => {
  const { state, row, invocation, unrecorded = [] } = opening;
  let along = opening.along;
  const live: Live = {
    id: state.id,
    state,
    log: [...opening.log],
    row,
    isReplaced: false,
    lastCommitAt: lane.ports.now(),
    afterCommit: [],
    drive: createDrive(
      state,
      {
        ports: lane.ports,
        host: {
          commit: async (entries, rest) => {
            const write = along;
            along = undefined;
            await commit(lane, live, {
              entries,
              ...(rest === undefined ? {} : { rest }),
              ...(write === undefined ? {} : { along: write }),
            });
          },
          isReplaced: () => live.isReplaced,
          acquire: invocation.acquire,
          release: invocation.release,
          turn: () => new Promise((resolve) => void lane.ports.after(0, resolve)),
        },
      },
      unrecorded,
    ),
    ended: Promise.resolve(),
  };
  if (opening.first !== undefined) live.drive.post(opening.first);
  lane.live.set(live.id, live);
  Object.assign(live, { ended: carry(lane, live) });
  return live;
};

/** Never rejects. */
const carry = async (lane: Lane, live: Live): Promise<void> => {
  try {
    await live.drive.run();
    // Another drive may have taken its place; and a word may have come in after the last look of this one.
    if (lane.live.get(live.id) === live) lane.live.delete(live.id);
  } catch (error) {
    giveUp(lane, live);
    if (!(error instanceof Unavailable)) await endBroken(lane, live.id, error);
  } finally {
    for (const tell of live.afterCommit.splice(0)) tell(false);
  }
};

/** The drive is abandoned; the alarm folds the run anew from its journal. */
export const giveUp = (lane: Lane, live: Live): void => {
  live.isReplaced = true;
  if (lane.live.get(live.id) === live) lane.live.delete(live.id);
  lane.alarm.note(lane.ports.now() + 1_000);
  lane.alarm.set();
};

/** A bug of ours: the run fails with `internal`, from what its journal says. */
const endBroken = async (lane: Lane, id: string, error: unknown): Promise<void> => {
  console.error(`run ${id} broke:`, error);
  const message = 'Something broke inside Sluice; the log of the Worker has more';
  await failRun(lane, id, { code: 'internal', message });
};

/** Fails a run from outside its drive. */
export const failRun = async (
  lane: Lane,
  id: string,
  error: { code: string; message: string },
): Promise<void> => {
  const loaded = load(lane, id);
  if (loaded === undefined) return;
  const live = drive(lane, { ...loaded, invocation: newInvocation() });
  live.drive.post(endWith(error));
  await live.ended;
};

/** A run's state from its journal, or undefined when the lane has none. */
export const load = (lane: Lane, id: string) => {
  const row = readRun(lane.sql, id);
  if (row === undefined) return undefined;
  const log = readEntries(lane.sql, id);
  if (log.length === 0) return undefined;
  return { state: fold(id, log, flowOf(lane, row)), row, log };
};

interface Commit {
  readonly entries: readonly Entry[];
  readonly rest?: Rest;
  readonly along?: Write;
}

const commit = async (lane: Lane, live: Live, what: Commit): Promise<void> => {
  const { state } = live;
  const { entries } = what;
  const first = live.log.length + 1;
  const row = nextRow(lane, live, what);
  live.log.push(...entries);
  try {
    await lane.commits.join(() => {
      what.along?.();
      if (entries.length > 0) appendEntries(lane.sql, live.id, first, entries);
      if (row !== live.row) writeRun(lane.sql, row);
      lane.alarm.note(Math.min(row.until ?? Infinity, lane.ports.now() + WATCH_MS));
    });
  } catch (error) {
    throw new Unavailable(`run ${live.id} could not be committed`, { cause: error });
  }
  live.row = row;
  live.lastCommitAt = lane.ports.now();
  if (row.phase !== 'active') lane.copySoon(live.id);
  if (isAnswered(state)) lane.waiters.tell(live.id, answerOf(state));
  for (const tell of live.afterCommit.splice(0)) tell(true);
};

/** The run's row after a commit; the same object when nothing about it changes, which saves a write. */
const nextRow = (lane: Lane, live: Live, what: Commit): RunRow => {
  const { state, row } = live;
  const now = lane.ports.now();
  const phase: Phase = isFinal(state.status) ? 'final' : what.rest === undefined ? 'active' : 'parked';
  const keepsAnswer = state.created.trigger === 'api' && isAnswered(state);
  const answer =
    keepsAnswer && (phase === 'final' || row.answer === null) ? JSON.stringify(answerOf(state)) : row.answer;
  const isSame =
    phase === 'active' &&
    row.phase === 'active' &&
    row.revision > 0 &&
    row.strikes === 0 &&
    answer === row.answer;
  if (isSame) return row;
  return {
    ...row,
    version: state.version,
    status: state.status,
    phase,
    revision: state.entries,
    // Until the history has its copy, a run that ended or parked is due at once.
    deadline: now,
    until: phase === 'parked' ? (what.rest?.until ?? null) : null,
    strikes: 0,
    answer,
  };
};
