/**
 * Failed runs, on their way to the helper of `settings.onFailure`. The word stands in a row of the commit that ends the run
 * and goes when the helper's run is durable, under a key of its own: it is neither lost nor said twice.
 */
import type { FailedRun } from '../domain/failed-run.ts';
import type { RunState } from '../engine/state.ts';
import { veilFailure, veilOf } from '../engine/veil.ts';
import { WATCH_MS } from './alarm.ts';
import type { Lane } from './lane.ts';

const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;
const AT_ONCE = 20;

export interface Failures {
  /** Belongs into the commit that ends the run. */
  readonly note: (state: RunState) => void;
  /** Sends what is due; also after each commit that noted one. */
  readonly send: () => void;
  /** When the next one is due; null: there is none. */
  readonly nextAt: () => number | null;
}

interface Row extends Record<string, SqlStorageValue> {
  readonly due: number;
  readonly run: string;
  readonly tries: number;
  readonly failure: string;
}

export const createFailures = (lane: () => Lane): Failures => {
  const underWay = new Set<string>();

  const due = (now: number): Row[] =>
    lane()
      .sql.exec<Row>(
        'SELECT due, run, tries, failure FROM failures WHERE due <= ? ORDER BY due LIMIT ?',
        now,
        AT_ONCE,
      )
      .toArray()
      .filter(({ run }) => !underWay.has(run));

  const sendOne = async (row: Row): Promise<void> => {
    const { ports, commits, sql } = lane();
    underWay.add(row.run);
    try {
      // Written by `note` alone.
      const isDone = await ports.reportFailure(JSON.parse(row.failure) as FailedRun);
      await commits.join(() => (isDone ? remove(sql, row) : postpone(lane(), row)));
    } catch (error) {
      console.error(`The failure of run ${row.run} could not be told:`, error);
      await commits.join(() => postpone(lane(), row));
    } finally {
      underWay.delete(row.run);
    }
  };

  const send = (): void => {
    const { isClosing, ports } = lane();
    if (isClosing) return;
    for (const row of due(ports.now())) void sendOne(row);
  };

  return {
    send,
    note: (state) => {
      const failure = failureOf(lane(), state);
      if (failure === undefined) return;
      const { sql, ports, alarm } = lane();
      const now = ports.now();
      sql.exec('INSERT OR REPLACE INTO failures VALUES (?, ?, 0, ?)', now, state.id, JSON.stringify(failure));
      alarm.note(now + WATCH_MS);
      // After the commit, of which this is a part.
      ports.after(0, send);
    },
    nextAt: () =>
      lane().sql.exec<{ due: number }>('SELECT due FROM failures ORDER BY due LIMIT 1').toArray()[0]?.due ??
      null,
  };
};

const remove = (sql: SqlStorage, { due, run }: Row): void => {
  sql.exec('DELETE FROM failures WHERE due = ? AND run = ?', due, run);
};

const postpone = (lane: Lane, row: Row): void => {
  const due = lane.ports.now() + Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** row.tries);
  remove(lane.sql, row);
  lane.sql.exec(
    'INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?)',
    due,
    row.run,
    row.tries + 1,
    row.failure,
  );
  lane.alarm.note(due);
};

/**
 * Nobody is told that the telling failed: not of the helper itself, nor of what was started for a failure, nor of what
 * that has called.
 */
const failureOf = (lane: Lane, state: RunState): FailedRun | undefined => {
  const { created, error, id: run, attempt, version, flow } = state;
  const helper = flow.settings.onFailure ?? lane.onFailure;
  if (state.status !== 'failed' || helper === undefined || helper === flow.name) return undefined;
  if (created.chain?.some(({ failed }) => failed === true) === true) return undefined;
  const shown = veilFailure(error, veilOf(state)) ?? { code: 'internal', message: 'The run failed' };
  const { at: startedAt, url } = created;
  return { run, attempt, flow: flow.name, version, error: shown, startedAt, url, helper };
};
