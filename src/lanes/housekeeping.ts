/** What a lane throws away, a bounded number of rows at each tick: ids begin with their time, so no index is needed. */
import { idFloor } from '../domain/ids.ts';
import { readMeta, writeMeta } from './tables.ts';

const DAY_MS = 86_400_000;
/** Longer than anything redelivers: queues keep messages for 4 days, starts are refused after 7. */
const KEEP_ROWS_MS = 8 * DAY_MS;
/** How long a failed run can be retried. */
const KEEP_FAILED_MS = 30 * DAY_MS;
const KEEP_ANSWERS_MS = DAY_MS;
const ROWS = 1_000;

export const keepHouse = (sql: SqlStorage, now: number): void => {
  const old = idFloor('run', now - KEEP_ROWS_MS);
  const failed = idFloor('run', now - KEEP_FAILED_MS);
  // `deadline IS NULL`: ended, and the history has it (E5). Journals of what ended well went when it was copied.
  sql.exec(
    `DELETE FROM runs WHERE id IN (
       SELECT id FROM runs WHERE id < ?1 AND deadline IS NULL AND phase = 'final' AND (status <> 'failed' OR id < ?2)
       ORDER BY id LIMIT ?3)`,
    old,
    failed,
    ROWS,
  );
  sql.exec(
    'DELETE FROM journal WHERE run < ?1 AND run IN (SELECT run FROM journal WHERE run < ?1 AND run NOT IN (SELECT id FROM runs WHERE id < ?1) LIMIT ?2)',
    failed,
    ROWS,
  );
  sql.exec(
    'DELETE FROM keys WHERE hash IN (SELECT hash FROM keys WHERE first_at < ? LIMIT ?)',
    now - KEEP_ROWS_MS,
    ROWS,
  );
  forgetAnswers(sql, now);
};

/** Answers go after a day. The last id that was looked at is remembered, so that no row is looked at twice. */
const forgetAnswers = (sql: SqlStorage, now: number): void => {
  const from = readMeta(sql, 'answers') ?? '';
  const ids = sql
    .exec<{ id: string }>(
      'SELECT id FROM runs WHERE id > ? AND id < ? ORDER BY id LIMIT ?',
      from,
      idFloor('run', now - KEEP_ANSWERS_MS),
      ROWS,
    )
    .toArray();
  const last = ids.at(-1);
  if (last === undefined) return;
  sql.exec('UPDATE runs SET answer = NULL WHERE id > ? AND id <= ? AND answer IS NOT NULL', from, last.id);
  writeMeta(sql, 'answers', last.id);
};
