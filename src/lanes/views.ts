/** How a lane shows its runs: as they are now, for those who cannot wait for the history's copy. */
import type { EntriesView, RunView } from '../domain/lane.ts';
import { isFinal } from '../domain/run.ts';
import { historyOf } from '../engine/history.ts';
import { veiled } from '../engine/veil.ts';
import { readEntries } from './journal.ts';
import { flowOf } from './flows.ts';
import type { Lane } from './lane.ts';
import { readRun } from './rows.ts';

export const view = (lane: Lane, id: string, page: { from: number; limit: number }): RunView => {
  const row = readRun(lane.sql, id);
  const entries = row === undefined ? [] : readEntries(lane.sql, id);
  if (row === undefined || entries.length === 0) return { found: false };
  const { detail, steps } = historyOf(id, entries, flowOf(lane, row));
  return {
    found: true,
    detail: JSON.stringify(detail),
    steps: JSON.stringify(steps.slice(page.from, page.from + page.limit)),
    totalSteps: steps.length,
  };
};

/** Entries after number `after`, of what is committed; those of a run that ended stay as long as its journal. */
export const entriesAfter = (lane: Lane, id: string, page: { after: number; limit: number }): EntriesView => {
  const row = readRun(lane.sql, id);
  const all = row === undefined ? [] : readEntries(lane.sql, id);
  if (row === undefined || all.length === 0)
    return { found: false, entries: [], next: page.after, ended: true };
  const { state } = historyOf(id, all, flowOf(lane, row));
  const some = all.slice(page.after, page.after + page.limit);
  const entries = some.map((entry, index) => ({
    number: page.after + index + 1,
    json: JSON.stringify(veiled(state, entry)),
  }));
  const next = page.after + entries.length;
  return { found: true, entries, next, ended: isFinal(state.status) && next >= all.length };
};
