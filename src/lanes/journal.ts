/** Rows of runs and of their journals. Synchronous: what belongs together is written in one `transactionSync`. */
import type { Flow } from '../domain/flow.ts';
import type { Entry } from '../domain/run.ts';
import type { RunRow } from './tables.ts';

const RUN_COLUMNS = 'id, flow, version, status, phase, revision, deadline, until, strikes, answer';
type RunColumns = { [K in keyof RunRow]: RunRow[K] };

export const readRun = (sql: SqlStorage, id: string): RunRow | undefined =>
  sql.exec<RunColumns>(`SELECT ${RUN_COLUMNS} FROM runs WHERE id = ?`, id).toArray()[0];

/** One statement for a new run, a changed one, and one that ended. The strikes go: it got on. */
export const writeRun = (sql: SqlStorage, row: RunRow): void => {
  sql.exec(
    `INSERT INTO runs (${RUN_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status, phase = excluded.phase,
       revision = excluded.revision, deadline = excluded.deadline, until = excluded.until,
       strikes = excluded.strikes, answer = excluded.answer`,
    row.id,
    row.flow,
    row.version,
    row.status,
    row.phase,
    row.revision,
    row.deadline,
    row.until,
    row.strikes,
    row.answer,
  );
};

/** Runs to look at by now, earliest first. */
export const dueRuns = (sql: SqlStorage, now: number, limit: number): RunRow[] =>
  sql
    .exec<RunColumns>(
      `SELECT ${RUN_COLUMNS} FROM runs WHERE deadline IS NOT NULL AND deadline <= ? ORDER BY deadline LIMIT ?`,
      now,
      limit,
    )
    .toArray();

export const nextDeadline = (sql: SqlStorage): number | null =>
  sql
    .exec<{ deadline: number }>(
      'SELECT deadline FROM runs WHERE deadline IS NOT NULL ORDER BY deadline LIMIT 1',
    )
    .toArray()[0]?.deadline ?? null;

/** A row of SQLite ends at 2 MB; an entry has at most a little over 1. */
const ROW_LENGTH = 600_000;

/** @param first number of the first of the entries, from 1 */
export const appendEntries = (
  sql: SqlStorage,
  run: string,
  first: number,
  entries: readonly Entry[],
): void => {
  let texts: string[] = [];
  let from = first;
  let length = 0;
  const flush = (): void => {
    if (texts.length === 0) return;
    sql.exec(
      'INSERT INTO journal VALUES (?, ?, ?, ?)',
      run,
      from,
      from + texts.length - 1,
      `[${texts.join(',')}]`,
    );
    from += texts.length;
    texts = [];
    length = 0;
  };
  for (const entry of entries) {
    const text = JSON.stringify(entry);
    if (length + text.length > ROW_LENGTH) flush();
    texts.push(text);
    length += text.length;
  }
  flush();
};

/** Entries after number `after`, whole rows. */
export const readEntries = (sql: SqlStorage, run: string, after = 0, limitRows = -1): Entry[] => {
  const rows = sql
    .exec<{ first: number; entries: string }>(
      'SELECT first, entries FROM journal WHERE run = ? AND last > ? ORDER BY first LIMIT ?',
      run,
      after,
      limitRows,
    )
    .toArray();
  return rows.flatMap(({ first, entries }) =>
    // Written by `appendEntries` alone.
    (JSON.parse(entries) as Entry[]).slice(Math.max(0, after - first + 1)),
  );
};

/** Deletes some rows of a run's journal; true when none is left. At most 1,000 rows a turn: more hold up the lane. */
export const deleteEntries = (sql: SqlStorage, run: string, limit = 1_000): boolean => {
  const cursor = sql.exec(
    'DELETE FROM journal WHERE run = ?1 AND first IN (SELECT first FROM journal WHERE run = ?1 LIMIT ?2)',
    run,
    limit,
  );
  return cursor.rowsWritten < limit;
};

export const readFlow = (sql: SqlStorage, name: string, version: number): Flow | undefined => {
  const row = sql
    .exec<{ definition: string }>(
      'SELECT definition FROM flows WHERE name = ? AND version = ?',
      name,
      version,
    )
    .toArray()[0];
  // Checked when the flow was saved.
  return row === undefined ? undefined : (JSON.parse(row.definition) as Flow);
};

export const writeFlow = (
  sql: SqlStorage,
  flow: { name: string; version: number; definition: string },
): void => {
  sql.exec('INSERT OR IGNORE INTO flows VALUES (?, ?, ?)', flow.name, flow.version, flow.definition);
};
