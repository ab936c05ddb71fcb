/** The rows of runs, and which of them the lane has to look at. */
import { WATCH_MS } from './alarm.ts';
import type { RunRow } from './tables.ts';

const RUN_COLUMNS = 'id, flow, version, status, phase, revision, deadline, until, strikes, answer, owed';
type RunColumns = { [K in keyof RunRow]: RunRow[K] };

export const readRun = (sql: SqlStorage, id: string): RunRow | undefined =>
  sql.exec<RunColumns>(`SELECT ${RUN_COLUMNS} FROM runs WHERE id = ?`, id).toArray()[0];

/**
 * One statement for a new run, a changed one, and one that ended.
 * @param entries the journal of a new run that ended at once; it stays when the row changes
 */
export const writeRun = (sql: SqlStorage, row: RunRow, entries: string | null = null): void => {
  sql.exec(
    `INSERT INTO runs (${RUN_COLUMNS}, entries) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET version = excluded.version, status = excluded.status, phase = excluded.phase,
       revision = excluded.revision, deadline = excluded.deadline, until = excluded.until,
       strikes = excluded.strikes, answer = excluded.answer, owed = excluded.owed`,
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
    row.owed,
    entries,
  );
};

export type DueRun = Pick<RunRow, 'id' | 'phase' | 'until' | 'owed'>;

/** Runs to look at by now, earliest first. Without their answers: a thousand of those are no small thing. */
export const dueRuns = (sql: SqlStorage, now: number, limit: number): DueRun[] =>
  sql
    .exec<{ [K in keyof DueRun]: DueRun[K] }>(
      'SELECT id, phase, until, owed FROM runs WHERE deadline IS NOT NULL AND deadline <= ? ORDER BY deadline LIMIT ?',
      now,
      limit,
    )
    .toArray();

/** The first deadline after `now`. */
export const nextDeadline = (sql: SqlStorage, now: number): number | null =>
  sql
    .exec<{
      deadline: number;
    }>('SELECT deadline FROM runs WHERE deadline IS NOT NULL AND deadline > ? ORDER BY deadline LIMIT 1', now)
    .toArray()[0]?.deadline ?? null;

/** The lane looks at the run then: whatever it is doing. */
export const setAside = (sql: SqlStorage, id: string, at: number): void => {
  sql.exec('UPDATE runs SET deadline = ? WHERE id = ?', at, id);
};

/** A run that was to begin by now waits for others first: nothing but its copy is a reason to look at it. */
export const waitOn = (sql: SqlStorage, id: string, copyAt: number): void => {
  sql.exec('UPDATE runs SET until = NULL, deadline = ? WHERE id = ?', copyAt, id);
};

/**
 * The lane looks whether the history has the runs by then; one that waits for a time is woken at that time. What was set
 * aside is not brought forward.
 */
export const copyAgain = (sql: SqlStorage, ids: readonly string[], at: number): void => {
  sql.exec(
    `UPDATE runs SET deadline = max(deadline, min(coalesce(until, ?1), ?1))
     WHERE id IN (SELECT value FROM json_each(?2)) AND phase <> 'active' AND deadline IS NOT NULL`,
    at,
    JSON.stringify(ids),
  );
};

/**
 * The history has the runs as of these revisions: their copies are no reason to look at them any more, and what ended
 * well needs the entries in its row no longer, unless the run that called it has yet to hear of it.
 */
export const areCopied = (
  sql: SqlStorage,
  copies: readonly { readonly id: string; readonly revision: number }[],
): void => {
  sql.exec(
    `UPDATE runs SET deadline = until, entries = CASE WHEN status = 'failed' OR owed IS NOT NULL THEN entries END FROM json_each(?) AS copy
     WHERE runs.id = copy.value ->> 'id' AND runs.revision = copy.value ->> 'revision' AND runs.phase <> 'active'`,
    JSON.stringify(copies),
  );
};

/** A strike that is on disk before the run is driven, or taken back. */
export const setStrikes = (sql: SqlStorage, id: string, strikes: number): void => {
  sql.exec('UPDATE runs SET strikes = ? WHERE id = ?', strikes, id);
};

/** Whoever called these runs has heard how they ended. Should the history have them already, they are copied again. */
export const areTold = (sql: SqlStorage, ids: readonly string[], now: number): void => {
  if (ids.length === 0) return;
  sql.exec(
    `UPDATE runs SET owed = NULL, until = NULL, deadline = min(deadline, ?)
     WHERE id IN (SELECT value FROM json_each(?)) AND owed IS NOT NULL AND phase = 'final'`,
    now + WATCH_MS,
    JSON.stringify(ids),
  );
};

/** Those that are still owed are told again then, should they not be told before. */
export const tellAgain = (sql: SqlStorage, ids: readonly string[], at: number): void => {
  sql.exec(
    `UPDATE runs SET until = ?1, deadline = max(deadline, ?1)
     WHERE id IN (SELECT value FROM json_each(?2)) AND owed IS NOT NULL AND phase = 'final'`,
    at,
    JSON.stringify(ids),
  );
};

/** Which of the runs have no word for another one left to keep. */
export const notOwed = (sql: SqlStorage, ids: readonly string[]): string[] =>
  sql
    .exec<{ id: string }>(
      'SELECT id FROM runs WHERE id IN (SELECT value FROM json_each(?)) AND owed IS NULL',
      JSON.stringify(ids),
    )
    .toArray()
    .map(({ id }) => id);
