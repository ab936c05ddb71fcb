/**
 * The history's copy. E5: D1 is a copy for looking at: its outage delays the history and loses no run, and a journal
 * goes only after D1 has the run. Runs are copied up to a hundred in one statement, not awaited by the alarm.
 */
import type { RunRecord } from '../domain/history.ts';
import { isFinal } from '../domain/run.ts';
import { historyOf } from '../engine/history.ts';
import { recordOf } from '../storage/run-record.ts';
import { saveRuns } from '../storage/runs.ts';
import { deleteEntries, readEntries, readRun } from './journal.ts';
import { flowOf } from './lane.ts';
import type { Lane } from './lane.ts';

const TOGETHER = 100;
const BYTES_TOGETHER = 1_500_000;
/** Copies are gathered this long, so that runs which end together travel together. */
const GATHER_MS = 25;
const POSTPONED_MS = 3_600_000;
const LONGEST_PAUSE_MS = 60_000;
/** A run under way is copied this often: the list may lag two seconds. */
const LIVE_MS = 1_000;

export interface Copies {
  readonly soon: (id: string) => void;
  /** Resolves when everything that waits was tried once. */
  readonly flush: () => Promise<void>;
}

export const createCopies = (lane: () => Lane): Copies => {
  const waiting = new Set<string>();
  let isScheduled = false;
  let failures = 0;
  let underWay: Promise<void> = Promise.resolve();

  const schedule = (ms: number): void => {
    if (isScheduled) return;
    isScheduled = true;
    lane().ports.after(ms, () => {
      isScheduled = false;
      underWay = flush();
    });
  };

  const flush = async (): Promise<void> => {
    while (waiting.size > 0) {
      const ids = [...waiting].slice(0, TOGETHER);
      for (const id of ids) waiting.delete(id);
      try {
        const { left } = await copy(lane(), ids);
        for (const id of left) waiting.add(id);
        failures = 0;
      } catch (error) {
        for (const id of ids) waiting.add(id);
        failures += 1;
        console.warn(
          `The history does not take ${waiting.size} runs; they stay in their lane meanwhile:`,
          error,
        );
        schedule(Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** failures));
        return;
      }
    }
    if (lane().live.size > 0) watchLive();
  };

  /** Runs that take long are seen while they are under way. */
  const watchLive = (): void => {
    lane().ports.after(LIVE_MS, () => {
      for (const live of lane().live.values()) {
        if (live.row.revision > 0 && lane().ports.now() - live.state.created.at >= LIVE_MS)
          waiting.add(live.id);
      }
      if (waiting.size > 0) schedule(0);
    });
  };

  return {
    soon: (id) => {
      waiting.add(id);
      schedule(failures === 0 ? GATHER_MS : LONGEST_PAUSE_MS);
    },
    flush: async () => {
      await underWay;
      await flush();
    },
  };
};

/** Copies as many of the runs as fit into one statement; `left` are the others. Rejects when D1 does not take them. */
const copy = async (lane: Lane, ids: readonly string[]): Promise<{ left: readonly string[] }> => {
  const records: RunRecord[] = [];
  let seen = 0;
  for (let bytes = 0; seen < ids.length && bytes < BYTES_TOGETHER; seen += 1) {
    const record = await recordFor(lane, ids[seen] ?? '');
    if (record === undefined) continue;
    records.push(record);
    bytes += JSON.stringify([record.detail, record.pages]).length;
  }
  if (records.length > 0) {
    const saved = new Set(await saveRuns(lane.db, records));
    await lane.commits.join(() => {
      for (const record of records) {
        if (saved.has(record.summary.id)) copied(lane, record);
        else postpone(lane, record.summary.id);
      }
    });
  }
  return { left: ids.slice(seen) };
};

const recordFor = async (lane: Lane, id: string): Promise<RunRecord | undefined> => {
  const row = readRun(lane.sql, id);
  const entries = row === undefined ? [] : readEntries(lane.sql, id);
  if (row === undefined || entries.length === 0) return undefined;
  try {
    const { detail, steps, state } = historyOf(id, entries, flowOf(lane, row));
    const subject = typeof state.created.event?.subject === 'string' ? state.created.event.subject : '';
    return await recordOf({ detail, steps, revision: entries.length, subject });
  } catch (error) {
    console.error(`The history of run ${id} cannot be told:`, error);
    await lane.commits.join(() => postpone(lane, id));
    return undefined;
  }
};

/** E8: what D1 refuses, or cannot be told, is tried again in an hour; its journal stays. */
const postpone = (lane: Lane, id: string): void => {
  const later = lane.ports.now() + POSTPONED_MS;
  lane.sql.exec("UPDATE runs SET deadline = ? WHERE id = ? AND phase = 'final'", later, id);
};

/** The run need not be looked at for its copy any more; what ended well needs its journal no longer. */
const copied = (lane: Lane, record: RunRecord): void => {
  const { id, status } = record.summary;
  lane.sql.exec(
    "UPDATE runs SET deadline = until WHERE id = ? AND revision = ? AND phase <> 'active'",
    id,
    record.revision,
  );
  if (isFinal(status) && status !== 'failed') discard(lane, id);
};

/** Deletes a journal, in turns: thousands of rows at once would hold up the lane. */
const discard = (lane: Lane, id: string): void => {
  if (deleteEntries(lane.sql, id)) return;
  lane.ports.after(0, () => void lane.commits.join(() => discard(lane, id)));
};
