/** How a run of this lane stands, for the run that called it: read from its row and the end of its journal. */
import type { ChildEnd, Entry } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import type { ChildReply } from '../engine/ports.ts';
import { readEntries } from './journal.ts';
import type { Lane } from './lane.ts';
import { readRun } from './rows.ts';
import type { RunRow } from './tables.ts';

type Finished = Extract<Entry, { type: 'finished' }>;

const hasFinished = (entry: Entry): entry is Finished => entry.type === 'finished';

/** What an ended run gives to the one that called it, as its journal says. */
export const endOfJournal = (entries: readonly Entry[], row: RunRow): ChildEnd => {
  const finished = entries.findLast(hasFinished);
  if (finished !== undefined) {
    const { status, outputs = null, reason, error = null } = finished;
    return { status, outputs: reason === undefined ? outputs : null, error };
  }
  // Cancelled before it began: it has no journal.
  if (row.status === 'cancelled') return { status: 'cancelled', outputs: null, error: null };
  const message = `The journal of run ${row.id} is gone: how it ended is not known here any more`;
  return { status: 'failed', outputs: null, error: { code: 'internal', message } };
};

export const standOfChild = (lane: Lane, id: string): ChildReply => {
  const row = readRun(lane.sql, id);
  if (row === undefined) return lane.live.has(id) ? { kind: 'running' } : { kind: 'unknown' };
  if (!isFinal(row.status)) return { kind: 'running' };
  return { kind: 'ended', end: endOfJournal(readEntries(lane.sql, id), row) };
};
