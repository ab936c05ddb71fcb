/**
 * The history's copy. E5: D1 is a copy for looking at: its outage delays the history and loses no run, and a journal
 * goes only after D1 has the run. Runs are copied up to a hundred in one statement, not awaited by the alarm.
 */
import type { RunRecord } from '../domain/history.ts';
import { isFinal } from '../domain/run.ts';
import type { Entry } from '../domain/run.ts';
import { historyOf } from '../engine/history.ts';
import { recordOf } from '../storage/run-record.ts';
import { saveRuns } from '../storage/runs.ts';
import { flowOf } from './flows.ts';
import { deleteEntries, readEntries } from './journal.ts';
import type { Lane } from './lane.ts';
import { areCopied, copyAgain, notOwed, readRun } from './rows.ts';
import type { RunRow } from './tables.ts';

const TOGETHER = 100;
const BYTES_TOGETHER = 1_500_000;
/** Copies are gathered this long, so that runs which end together travel together. */
const GATHER_MS = 100;
const LONGEST_PAUSE_MS = 60_000;
/** Beyond so many, runs are found again by their deadlines. */
const MOST_WAITING = 10_000;
/** The list may lag two seconds: it is looked every second which runs under way it should see. */
const WATCH_LIVE_MS = 1_000;
const LONGEST_LIVE_PAUSE_MS = 60_000;
const REFUSED_MS = 3_600_000;
/** What ended within the tenth of a second before a copy, and no more: memory is what a lane has least of. */
const LENGTH_AT_HAND = 2_000_000;
/** Rows of a journal deleted in one turn: more hold up the lane. */
const ROWS_A_TURN = 1_000;

/** A run that ended in its first commit, as that left it: nothing of it changes any more. */
export interface Ended {
  readonly row: RunRow;
  readonly entries: readonly Entry[];
  /** length of the entries as JSON */
  readonly length: number;
}

export interface Copies {
  /** Has the runs copied to the history soon. */
  readonly soon: (ids: readonly string[]) => void;
  /** The same for one that just ended: it is kept in memory until then if there is room, and else read back. */
  readonly ended: (run: Ended) => void;
  /** Has runs that take long copied while they are under way; to be called when one begins. */
  readonly watch: () => void;
  /** To be called when one ends: a timer that waits for nobody keeps the object awake, and billed. */
  readonly rest: () => void;
}

export const createCopies = (lane: () => Lane): Copies => {
  const waiting = new Set<string>();
  const atHand = createAtHand();
  let isUnderWay = false;
  let stopWatching: (() => void) | null = null;
  let failures = 0;

  const soon = (ids: readonly string[]): void => {
    for (const id of ids) {
      // It has changed since: what its first commit left is old.
      atHand.take(id);
      if (waiting.size < MOST_WAITING) waiting.add(id);
    }
    schedule();
  };

  /** A statement that is full already waits for nobody. */
  const gatherMs = (): number => (waiting.size >= TOGETHER ? 0 : GATHER_MS);

  const schedule = (): void => {
    if (isUnderWay || waiting.size === 0) return;
    isUnderWay = true;
    const pause = failures === 0 ? gatherMs() : Math.min(LONGEST_PAUSE_MS, 1_000 * 2 ** failures);
    lane().ports.after(pause, () => void flush());
  };

  /** One statement's worth; never rejects. */
  const flush = async (): Promise<void> => {
    const ids = [...waiting].slice(0, TOGETHER);
    for (const id of ids) waiting.delete(id);
    try {
      for (const id of await copy(lane(), ids, atHand)) waiting.add(id);
      failures = 0;
    } catch (error) {
      for (const id of ids) waiting.add(id);
      failures += 1;
      const many = `${waiting.size} runs`;
      console.warn(`The history does not take ${many}; they stay in their lane meanwhile:`, error);
    }
    isUnderWay = false;
    schedule();
  };

  const watch = (): void => {
    stopWatching ??= lane().ports.after(WATCH_LIVE_MS, () => {
      stopWatching = null;
      soon(toBeSeen(lane()));
      if (lane().live.size > 0) watch();
    });
  };

  const rest = (): void => {
    if (lane().live.size > 0) return;
    stopWatching?.();
    stopWatching = null;
  };

  const ended = (run: Ended): void => {
    soon([run.row.id]);
    atHand.put(run);
  };

  return { soon, ended, watch, rest };
};

interface AtHand {
  readonly put: (run: Ended) => void;
  /** Takes it out. */
  readonly take: (id: string) => Ended | undefined;
}

const createAtHand = (): AtHand => {
  const runs = new Map<string, Ended>();
  let length = 0;
  return {
    put: (run) => {
      if (length + run.length > LENGTH_AT_HAND) return;
      runs.set(run.row.id, run);
      length += run.length;
    },
    take: (id) => {
      const run = runs.get(id);
      if (run === undefined) return undefined;
      runs.delete(id);
      length -= run.length;
      return run;
    },
  };
};

/** Runs under way that the history has not seen for half their time. */
const toBeSeen = (lane: Lane): string[] => {
  const now = lane.ports.now();
  const seen = [...lane.live.values()].filter((live) => live.recorded > 0 && live.copyAt <= now);
  for (const live of seen) live.copyAt = now + Math.min(LONGEST_LIVE_PAUSE_MS, now - live.begunAt);
  return seen.map(({ id }) => id);
};

/** Copies as many of the runs as fit into one statement and gives back the others. Rejects when D1 does not answer. */
const copy = async (lane: Lane, ids: readonly string[], atHand: AtHand): Promise<readonly string[]> => {
  const records: RunRecord[] = [];
  let seen = 0;
  for (let bytes = 0; seen < ids.length && bytes < BYTES_TOGETHER; seen += 1) {
    const id = ids[seen] ?? '';
    const record = await recordFor(lane, id, atHand.take(id));
    if (record === undefined) continue;
    records.push(record);
    bytes += record.detail.length + record.pages.reduce((sum, { json }) => sum + json.length, 0);
  }
  if (records.length > 0) {
    const saved = new Set(await saveRuns(lane.db, records));
    const refused = records.map(({ summary }) => summary.id).filter((id) => !saved.has(id));
    if (refused.length > 0) console.error(`The history refuses the runs ${refused.join(', ')}`);
    await lane.commits.join(() => {
      copied(
        lane,
        records.filter(({ summary }) => saved.has(summary.id)),
      );
      copyAgain(lane.sql, refused, lane.ports.now() + REFUSED_MS);
    });
  }
  return ids.slice(seen);
};

/** E8: a run whose history cannot be told holds up no other; it is tried again later. */
const recordFor = async (
  lane: Lane,
  id: string,
  ended: Ended | undefined,
): Promise<RunRecord | undefined> => {
  const row = ended?.row ?? readRun(lane.sql, id);
  if (row === undefined) return undefined;
  try {
    const entries = ended?.entries ?? readEntries(lane.sql, id);
    if (entries.length === 0) {
      areCopied(lane.sql, [row]);
      return undefined;
    }
    const { detail, steps, state } = historyOf(id, entries, flowOf(lane, row));
    const subject = typeof state.created.event?.subject === 'string' ? state.created.event.subject : '';
    return await recordOf({ detail, steps, revision: entries.length, subject });
  } catch (error) {
    console.error(`The history of run ${id} cannot be told:`, error);
    copyAgain(lane.sql, [id], lane.ports.now() + REFUSED_MS);
    return undefined;
  }
};

/** The runs need not be looked at for their copies any more; what ended well needs its journal no longer, if nobody does. */
const copied = (lane: Lane, records: readonly RunRecord[]): void => {
  areCopied(
    lane.sql,
    records.map(({ summary, revision }) => ({ id: summary.id, revision })),
  );
  const endedWell = records.filter(({ summary: { status } }) => isFinal(status) && status !== 'failed');
  const ids = endedWell.map(({ summary }) => summary.id);
  discard(lane, notOwed(lane.sql, ids));
};

const discard = (lane: Lane, ids: readonly string[]): void => {
  if (deleteEntries(lane.sql, ids, ROWS_A_TURN) < ROWS_A_TURN) return;
  lane.ports.after(0, () => void lane.commits.join(() => discard(lane, ids)));
};
