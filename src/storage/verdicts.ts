/**
 * Verdicts of events: one column of the event's row, written for a whole batch in one statement.
 *
 * T4: every accepted event ends in a verdict; it closes with its last one. `started` is never overwritten, as its run is
 * there; any other verdict gives way to a later one.
 */
import type { Verdicts } from '../domain/event.ts';
import { within } from './deadline.ts';
import { bound, grouped } from './row-groups.ts';

export interface Judged {
  readonly id: string;
  readonly verdicts: Verdicts;
  /** null while a flow has not had its say: the tick sends it again */
  readonly closedAt: number | null;
  /** Only as long as the source is paused: a pause that ended meanwhile would keep it for good. */
  readonly paused?: true;
}

// `merged` reads the row's own verdicts and those of the batch; the latter win, unless a run was started before.
// What was true of the event as a whole (the empty key) was true until now.
const WRITE = `
  UPDATE events SET
    verdicts = CASE WHEN events.verdicts IS NULL THEN new.verdicts ELSE (
      SELECT json_group_object(key, json(value)) FROM (
        SELECT key, value FROM json_each(events.verdicts)
        WHERE key <> '' AND (value ->> 'verdict' = 'started'
          OR key NOT IN (SELECT key FROM json_each(new.verdicts)))
        UNION ALL
        SELECT key, value FROM json_each(new.verdicts)
        WHERE key NOT IN (SELECT key FROM json_each(events.verdicts) WHERE value ->> 'verdict' = 'started')
      )) END,
    closed_at = coalesce(new.closed_at, events.closed_at)
  FROM (
    SELECT value ->> 'id' AS id, value -> 'verdicts' AS verdicts, value ->> 'closedAt' AS closed_at,
      value -> 'paused' IS NOT NULL AS paused
    FROM json_each(?1)
  ) AS new
  WHERE events.id = new.id AND (NOT new.paused
    OR EXISTS (SELECT 1 FROM sources WHERE sources.name = events.source AND sources.status = 'paused'))`;

const CLOSED = `
  SELECT id FROM events WHERE closed_at IS NOT NULL AND id IN (SELECT value FROM json_each(?1))`;

const ROWS_A_STATEMENT = 2_000;
const WRITE_DEADLINE_MS = 5_000;

/** Throws `StoreUnavailable` when D1 does not answer; writing the same once more changes nothing. */
export const writeVerdicts = async (db: D1Database, judged: readonly Judged[]): Promise<void> => {
  if (judged.length === 0) return;
  const rows = judged.map((event) => ({ id: event.id, json: JSON.stringify(event) }));
  const statements = grouped(rows, ROWS_A_STATEMENT).map((group) =>
    db.prepare(WRITE).bind(bound(group.rows)),
  );
  await within(db.batch(statements), WRITE_DEADLINE_MS);
};

/** Which of these events have all their verdicts. */
export const closedAmong = async (db: D1Database, ids: readonly string[]): Promise<ReadonlySet<string>> => {
  if (ids.length === 0) return new Set();
  const { results } = await within(db.prepare(CLOSED).bind(JSON.stringify(ids)).all<{ id: string }>());
  return new Set(results.map(({ id }) => id));
};
