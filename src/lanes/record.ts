/**
 * How the entries of a run reach its journal.
 * E3: what anyone outside has seen was recorded before: waiters are told after the commit.
 * E7: the alarm is noted in the same commit.
 */
import type { Entry } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import type { Rest } from '../engine/ports.ts';
import type { RunState } from '../engine/state.ts';
import { WATCH_MS } from './alarm.ts';
import { answerOf, isAnswered, keptAnswer } from './answer.ts';
import type { Write } from './group-commit.ts';
import { appendEntries, textOf } from './journal.ts';
import type { Lane, Live } from './lane.ts';
import { TELL_AGAIN_MS } from './parents.ts';
import { areTold, writeRun } from './rows.ts';
import type { Phase, RunRow } from './tables.ts';

export interface Commit {
  readonly entries: readonly Entry[];
  readonly rest: Rest | undefined;
  readonly along: Write | undefined;
}

/** Rejects when the commit failed, and when the drive was replaced before it came about (E1). */
export const record = async (lane: Lane, live: Live, commit: Commit): Promise<void> => {
  const { entries, along } = commit;
  const row = nextRow(lane, live, commit);
  const heard = heardOf(live);
  let next: string | undefined;
  let whole: string | null = null;
  await lane.commits.join(() => {
    if (live.isReplaced) throw new Error(`E1: run ${live.id} is driven by another drive`);
    along?.();
    whole = live.recorded === 0 && row.phase === 'final' ? textOf(entries) : null;
    if (whole === null) appendEntries(lane.sql, live.id, live.recorded + 1, entries);
    if (row !== live.row) writeRun(lane.sql, row, whole);
    if (row.phase === 'final') lane.failures.note(live.state);
    areTold(lane.sql, heard, lane.ports.now());
    next = lane.groups.follow(live, row.phase);
    lane.alarm.note(Math.min(row.until ?? Infinity, lane.ports.now() + WATCH_MS));
  });
  const now = lane.ports.now();
  live.recorded += entries.length;
  live.row = row;
  live.aliveAt = now;
  for (const run of heard) live.heard.delete(run);
  tellHistory(lane, row, { entries, whole });
  if (lane.waiters.count(live.id) > 0 && isAnswered(live.state))
    lane.waiters.tell(live.id, answerOf(live.state, now));
  for (const tell of live.afterCommit.splice(0)) tell(true);
  if (row.owed !== null && row.phase === 'final') lane.parents.tell(live);
  if (next !== undefined) lane.groups.begin(next, live.invocation);
};

const tellHistory = (
  { copies }: Lane,
  row: RunRow,
  { entries, whole }: { readonly entries: readonly Entry[]; readonly whole: string | null },
): void => {
  if (whole !== null) copies.ended({ row, entries, length: whole.length });
  else if (row.phase !== 'active') copies.soon([row.id]);
};

/** The run's row after a commit; the same object when nothing about it changes, which saves a write. */
const nextRow = (lane: Lane, live: Live, { entries, rest }: Commit): RunRow => {
  const { state, row } = live;
  const now = lane.ports.now();
  const phase: Phase = isFinal(state.status) ? 'final' : rest === undefined ? 'active' : 'parked';
  const answer = keptAnswer(state, row, now);
  const strikes = entries.some(isProgress) ? 0 : row.strikes;
  const isSame = phase === 'active' && row.phase === 'active' && row.revision > 0;
  if (isSame && strikes === row.strikes && answer === row.answer) return row;
  const owed = phase === 'final' ? owedTo(state) : null;
  const until = phase === 'parked' ? (rest?.until ?? null) : owed === null ? null : now + TELL_AGAIN_MS;
  return {
    ...row,
    version: state.version,
    status: state.status,
    phase,
    revision: state.entries,
    // One that is active is due at once for whoever finds it undriven; the others until the history has them.
    deadline: phase === 'active' ? now : Math.min(until ?? Infinity, now + WATCH_MS),
    until,
    strikes,
    answer,
    owed,
  };
};

/** E8: to begin an attempt, again, is no progress: the lane may die of every one of them. */
const isProgress = (entry: Entry): boolean =>
  entry.type !== 'attempted' && !(entry.type === 'failed' && entry.error.code === 'interrupted');

/** T5: the run that waits for the end of this one. */
const owedTo = ({ created: { parent } }: RunState): string | null =>
  parent === undefined || parent.async === true ? null : parent.run;

/** T5: of the ended runs that it has heard of, those whose end stands in its journal, or counts for nothing. */
const heardOf = ({ heard, state }: Live): readonly string[] => {
  if (heard.size === 0) return [];
  const awaited = new Set<string>();
  for (const { activity } of isFinal(state.status) ? [] : state.frames.values())
    if (activity?.kind === 'call') awaited.add(activity.called.run);
  return [...heard].filter((run) => !awaited.has(run));
};
