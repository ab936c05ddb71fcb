/**
 * What a lane throws away, at each tick. Every turn looks at a bounded number of rows, from where the last one stopped:
 * ids begin with their time, so no index is needed. While it finds much, other turns follow.
 */
import { idFloor } from '../domain/ids.ts';
import { deleteEntries } from './journal.ts';
import type { Lane } from './lane.ts';
import { readMeta, writeMeta } from './tables.ts';

const DAY_MS = 86_400_000;
/** Longer than anything redelivers: queues keep messages for 4 days, starts are refused after 7. */
const KEEP_ROWS_MS = 8 * DAY_MS;
/** How long a failed run can be retried. */
const KEEP_FAILED_MS = 30 * DAY_MS;
const KEEP_ANSWERS_MS = DAY_MS;

const ROWS_A_TURN = 1_000;
const MOST_TURNS = 20;
/** A turn that throws away less is not worth another one in the same tick. */
const WORTH_ANOTHER = ROWS_A_TURN / 10;

export const keepHouse = async (lane: Lane): Promise<void> => {
  for (let turn = 0; turn < MOST_TURNS; turn += 1) {
    if (sweep(lane.sql, lane.ports.now()) < WORTH_ANOTHER) return;
    // Runs have their turn in between.
    await new Promise<void>((resolve) => void lane.ports.after(0, resolve));
  }
};

/** One turn; gives how many rows went. */
const sweep = (sql: SqlStorage, now: number): number =>
  sweepRuns(sql, now) +
  sweepKeys(sql, now) +
  sweepJoins(sql, now) +
  sweepTold(sql, now) +
  sweepAnswers(sql, now);

interface OldRun extends Record<string, SqlStorageValue> {
  readonly id: string;
  readonly version: number;
  readonly status: string;
  readonly isOver: number;
}

/** E5: `deadline IS NULL` of a run that ended means that the history has it. Its journal goes first, its row last. */
const sweepRuns = (sql: SqlStorage, now: number): number => {
  const place = placeOf(sql, 'swept_runs');
  const runs = sql
    .exec<OldRun>(
      `SELECT id, version, status, deadline IS NULL AND phase = 'final' AS isOver FROM runs
       WHERE id > ? AND id < ? ORDER BY id LIMIT ?`,
      place.from,
      idFloor('run', now - KEEP_ROWS_MS),
      ROWS_A_TURN,
    )
    .toArray();
  const keepsFailed = idFloor('run', now - KEEP_FAILED_MS);
  let gone = 0;
  for (const run of runs) {
    const isKept = run.isOver === 0 || (run.status === 'failed' && run.id >= keepsFailed);
    if (isKept) continue;
    gone += deleteEntries(sql, [run.id], ROWS_A_TURN - gone);
    if (gone >= ROWS_A_TURN) return gone;
    sql.exec('DELETE FROM runs WHERE id = ?', run.id);
    if (run.version === 0) sql.exec('DELETE FROM flows WHERE name = ?', `#${run.id}`);
    gone += 1;
  }
  place.moveTo(runs.length < ROWS_A_TURN ? '' : (runs.at(-1)?.id ?? ''));
  return gone;
};

/** Keys lie in no order of time: each turn looks at some, and begins anew after the last. */
const sweepKeys = (sql: SqlStorage, now: number): number => {
  const place = placeOf(sql, 'swept_keys');
  const keys = sql
    .exec<{
      hash: string;
      first_at: number;
    }>('SELECT hash, first_at FROM keys WHERE hash > ? ORDER BY hash LIMIT ?', place.from, ROWS_A_TURN)
    .toArray();
  const old = keys.filter((key) => key.first_at < now - KEEP_ROWS_MS).map(({ hash }) => hash);
  if (old.length > 0)
    sql.exec('DELETE FROM keys WHERE hash IN (SELECT value FROM json_each(?))', JSON.stringify(old));
  place.moveTo(keys.length < ROWS_A_TURN ? '' : (keys.at(-1)?.hash ?? ''));
  return old.length;
};

/** What became of starts that made no run of their own is as long of use as their keys. */
const sweepJoins = (sql: SqlStorage, now: number): number =>
  sql.exec(
    'DELETE FROM joins WHERE id IN (SELECT id FROM joins WHERE id < ? ORDER BY id LIMIT ?)',
    idFloor('run', now - KEEP_ROWS_MS),
    ROWS_A_TURN,
  ).rowsWritten;

/** Their ids begin with those of runs. */
const sweepTold = (sql: SqlStorage, now: number): number =>
  sql.exec(
    'DELETE FROM told_failures WHERE id IN (SELECT id FROM told_failures WHERE id < ? ORDER BY id LIMIT ?)',
    idFloor('run', now - KEEP_ROWS_MS),
    ROWS_A_TURN,
  ).rowsWritten;

/** Answers go after a day. Ids only grow, so each row is looked at once. */
const sweepAnswers = (sql: SqlStorage, now: number): number => {
  const place = placeOf(sql, 'swept_answers');
  const ids = sql
    .exec<{
      id: string;
    }>(
      'SELECT id FROM runs WHERE id > ? AND id < ? ORDER BY id LIMIT ?',
      place.from,
      idFloor('run', now - KEEP_ANSWERS_MS),
      ROWS_A_TURN,
    )
    .toArray();
  const last = ids.at(-1)?.id;
  if (last === undefined) return 0;
  place.moveTo(last);
  return sql.exec(
    'UPDATE runs SET answer = NULL WHERE id > ? AND id <= ? AND answer IS NOT NULL',
    place.from,
    last,
  ).rowsWritten;
};

/** How far a sweep has got; '' is the beginning. */
const placeOf = (sql: SqlStorage, name: string) => {
  const from = readMeta(sql, name) ?? '';
  return {
    from,
    moveTo: (to: string): void => {
      if (to !== from) writeMeta(sql, name, to);
    },
  };
};
