/**
 * The queues of groups, in rows. Synchronous: each function belongs into a transaction with what it goes along with.
 *
 * G1: at most one run of a group is under way. G2: while one that is ready waits, one is under way: whoever ends, or
 * arrives first, has the next one's turn begin in the same commit. Of those that are ready the earliest goes first.
 */

export interface Arrival {
  readonly run: string;
  /** when it happened, or was due: the order of the queue */
  readonly at: number;
  /** when it may have its turn; 0: at once */
  readonly readyAt: number;
  /** length of the event that it gathers others with; undefined: it gathers none */
  readonly length?: number;
}

export interface Gathering {
  readonly run: string;
  readonly events: number;
  readonly length: number;
}

export const underWay = (sql: SqlStorage, group: string): string | undefined =>
  sql.exec<{ run: string }>('SELECT run FROM groups WHERE hash = ?', group).toArray()[0]?.run;

/** A run of the group goes ahead of its queue, which is empty, when its first commit leaves it unfinished. */
export const setUnderWay = (sql: SqlStorage, group: string, run: string): void => {
  sql.exec('INSERT INTO groups VALUES (?, ?)', group, run);
};

/** Those that wait, in their order. */
export const waiting = (sql: SqlStorage, group: string): { run: string; arrival: number }[] =>
  sql
    .exec<{ run: string; arrival: number }>(
      'SELECT run, arrival FROM queue WHERE grp = ? ORDER BY at, arrival',
      group,
    )
    .toArray();

export const enqueue = (sql: SqlStorage, group: string, arrival: Arrival): void => {
  const { run, at, readyAt, length } = arrival;
  sql.exec(
    `INSERT INTO queue SELECT ?1, ?2, coalesce(max(arrival), 0) + 1, ?3, ?4, ?5, ?6 FROM queue WHERE grp = ?1`,
    group,
    at,
    run,
    readyAt,
    length === undefined ? 0 : 1,
    length ?? 0,
  );
};

/** The run that takes up more events. */
export const gathering = (sql: SqlStorage, group: string): Gathering | undefined =>
  sql
    .exec<{ run: string; events: number; length: number }>(
      'SELECT run, events, length FROM queue WHERE grp = ? AND events > 0 ORDER BY at, arrival LIMIT 1',
      group,
    )
    .toArray()[0];

/** Another event of this length has joined; with `isFull` it was the last. */
export const gatherInto = (
  sql: SqlStorage,
  group: string,
  joined: {
    readonly run: string;
    readonly length: number;
    readonly readyAt: number;
    readonly isFull: boolean;
  },
): void => {
  sql.exec(
    `UPDATE queue SET ready_at = ?3, length = length + ?4, events = CASE ?5 WHEN 1 THEN 0 ELSE events + 1 END
     WHERE grp = ?1 AND run = ?2`,
    group,
    joined.run,
    joined.readyAt,
    joined.length,
    joined.isFull ? 1 : 0,
  );
};

/** It has gathered for long enough; it goes on doing so while another is under way. */
export const setReady = (sql: SqlStorage, group: string, run: string): void => {
  sql.exec('UPDATE queue SET ready_at = 0 WHERE grp = ? AND run = ?', group, run);
};

/** The run whose turn begins now, which is then due; undefined while another is under way, or none is ready. */
export const beginNext = (sql: SqlStorage, group: string, now: number): string | undefined => {
  if (underWay(sql, group) !== undefined) return undefined;
  const next = sql
    .exec<{ at: number; arrival: number; run: string }>(
      'SELECT at, arrival, run FROM queue WHERE grp = ? AND ready_at <= ? ORDER BY at, arrival LIMIT 1',
      group,
      now,
    )
    .toArray()[0];
  if (next === undefined) return undefined;
  sql.exec('DELETE FROM queue WHERE grp = ? AND at = ? AND arrival = ?', group, next.at, next.arrival);
  setUnderWay(sql, group, next.run);
  sql.exec('UPDATE runs SET until = ?, deadline = ? WHERE id = ?', now, now, next.run);
  return next.run;
};

/** A run has ended, under way or waiting. Gives the run whose turn begins. One that was retried has no place to leave. */
export const leaveGroup = (sql: SqlStorage, group: string, run: string, now: number): string | undefined => {
  const isOwn = sql.exec('DELETE FROM groups WHERE hash = ? AND run = ?', group, run).rowsWritten > 0;
  if (isOwn) return beginNext(sql, group, now);
  sql.exec('DELETE FROM queue WHERE grp = ? AND run = ?', group, run);
  return undefined;
};
