/**
 * The tables of a lane, in the SQLite of its Durable Object.
 *
 *   meta     what the lane has to remember of itself: homes, and how far its housekeeping got
 *   flows    each flow version that a run here started with, once
 *   runs     one row a run, kept for 8 days (failed ones for 30): `deadline` is when the lane has to look at it
 *            `entries` holds the whole journal of one that ended in its first commit; `owed` is the run that has to
 *            hear how it ended
 *   journal  the other entries, a row for what was committed together; what is too long for a row comes in pieces
 *   keys     idempotency keys whose home this lane is
 *   groups   which run of a group is under way
 *   queue    runs of groups that wait for their turn: `ready_at` is when they may have it, `events` how many they have
 *            gathered (0: they gather none, or no more), `length` how much text those are
 *   joins    what became of starts that made no run of their own: they joined one, or were skipped for one
 *   failures  failed runs whose helper (`settings.onFailure`) has not been told: `due` is when it is tried
 *   told_failures, held_failures   of flows whose home this lane is: which failures were told, with how many held back
 *            before (null: held back itself), and how many are held back now
 *   rates    requests of the current window, by flow
 */
import type { RunStatus } from '../domain/run.ts';

/** Of what is stored: a build that changes it finds here what it has to change. */
const FORMAT = '2';

export type Phase = 'active' | 'parked' | 'final';

export interface RunRow {
  readonly id: string;
  readonly flow: string;
  readonly version: number;
  readonly status: RunStatus;
  readonly phase: Phase;
  /** entries so far */
  readonly revision: number;
  /** when the lane has to look at it, never later than `until`; null: never again by itself */
  readonly deadline: number | null;
  /** when its wait is over, or the run that called it is told again; what `deadline` becomes once the history has it */
  readonly until: number | null;
  readonly strikes: number;
  /** JSON of `RunAnswer`, for callers that come back */
  readonly answer: string | null;
  /** T5: the run that called it, from its end on until that one has it on disk */
  readonly owed: string | null;
}

export const createTables = (sql: SqlStorage): void => {
  sql.exec(`
    CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS flows (
      name TEXT NOT NULL, version INTEGER NOT NULL, definition TEXT NOT NULL, PRIMARY KEY (name, version)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS runs (
      id TEXT PRIMARY KEY, flow TEXT NOT NULL, version INTEGER NOT NULL, status TEXT NOT NULL, phase TEXT NOT NULL,
      revision INTEGER NOT NULL, deadline INTEGER, until INTEGER, strikes INTEGER NOT NULL DEFAULT 0, answer TEXT,
      entries TEXT, owed TEXT
    ) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS runs_by_deadline ON runs (deadline) WHERE deadline IS NOT NULL;
    CREATE TABLE IF NOT EXISTS journal (
      run TEXT NOT NULL, first INTEGER NOT NULL, piece INTEGER NOT NULL, last INTEGER NOT NULL, entries TEXT NOT NULL,
      PRIMARY KEY (run, first, piece)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS keys (
      hash TEXT PRIMARY KEY, run TEXT NOT NULL, body TEXT NOT NULL, first_at INTEGER NOT NULL,
      confirmed INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS groups (hash TEXT PRIMARY KEY, run TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS queue (
      grp TEXT NOT NULL, at INTEGER NOT NULL, arrival INTEGER NOT NULL, run TEXT NOT NULL, ready_at INTEGER NOT NULL,
      events INTEGER NOT NULL, length INTEGER NOT NULL, PRIMARY KEY (grp, at, arrival)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS joins (id TEXT PRIMARY KEY, run TEXT NOT NULL, how TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS failures (
      due INTEGER NOT NULL, run TEXT NOT NULL, tries INTEGER NOT NULL, failure TEXT NOT NULL, PRIMARY KEY (due, run)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS told_failures (id TEXT PRIMARY KEY, held INTEGER) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS held_failures (flow TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS rates (
      name TEXT PRIMARY KEY, window INTEGER NOT NULL, used INTEGER NOT NULL
    ) WITHOUT ROWID;
  `);
  const format = readMeta(sql, 'format');
  if (format === '1') sql.exec('ALTER TABLE runs ADD COLUMN owed TEXT');
  if (format !== FORMAT) writeMeta(sql, 'format', FORMAT);
};

export const readMeta = (sql: SqlStorage, name: string): string | undefined =>
  sql.exec<{ value: string }>('SELECT value FROM meta WHERE name = ?', name).toArray()[0]?.value;

export const writeMeta = (sql: SqlStorage, name: string, value: string): void => {
  sql.exec('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value', name, value);
};
