/**
 * Events that came while their source was paused. When it goes on they are opened again, a bounded number at a go; a mark
 * of the source keeps what is left to be looked through.
 */
import * as z from 'zod';
import { idFloor } from '../domain/ids.ts';
import { within } from './deadline.ts';
import { moveMark, readMark } from './marks.ts';
import { walkingBack, type OpenEvent } from './open-events.ts';

/** Ids of events to look through: from the first on, before the second. */
const Kept = z.object({ from: z.string(), to: z.string() });
export type Kept = z.output<typeof Kept>;

const MARK = 'resume ';
const markOf = (source: string): string => MARK + source;

/** Clocks of two machines differ: an event accepted before the end of a pause may have a later id. */
const SKEW_MS = 60_000;
const REOPEN_DEADLINE_MS = 10_000;

// U+0021 follows the blank that ends the mark's first word.
const PENDING = "SELECT name, value FROM marks WHERE name >= 'resume ' AND name < 'resume!' ORDER BY name";
const IS_PAUSED = "SELECT 1 AS yes FROM sources WHERE name = ?1 AND status = 'paused'";

// Of a source that was paused anew nothing is opened: it would only be closed again.
const REOPEN = `
  UPDATE events SET closed_at = NULL, verdicts = NULL, sends = 1, send_at = ?6
  WHERE id IN (
    SELECT id FROM (
      SELECT id, source, verdicts FROM events WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3)
    WHERE source = ?5 AND EXISTS (SELECT 1 FROM json_each(verdicts) WHERE key = '' AND value ->> 'verdict' = 'paused')
    ORDER BY id LIMIT ?4)
  RETURNING id, source, sends, send_at AS sendAt, octet_length(raw) AS bytes`;
// Somebody may have noted another pause meanwhile.
const FINISH = 'DELETE FROM marks WHERE name = ?1 AND value = ?2';
const LAST = `
  SELECT max(id) AS last, count(*) AS rows FROM (
    SELECT id FROM events WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3)`;

/** Before a source goes on: notes which events it may have kept since `pausedAt`. */
export const notePause = async (
  db: D1Database,
  source: string,
  times: { readonly pausedAt: number; readonly now: number },
): Promise<void> => {
  const name = markOf(source);
  const before = await readMark(db, name);
  const floor = idFloor('evt', times.pausedAt);
  const to = idFloor('evt', times.now + SKEW_MS);
  const known = before === undefined ? undefined : Kept.parse(JSON.parse(before));
  const from = known !== undefined && known.from < floor ? known.from : floor;
  const isNoted = await moveMark(db, name, { from: before, to: JSON.stringify({ from, to }) });
  // The tick has just moved it on, by what it has opened.
  if (!isNoted) await notePause(db, source, times);
};

export interface Pending {
  readonly source: string;
  /** as the mark has it */
  readonly mark: string;
  readonly kept: Kept;
}

/** The sources that have kept events to be opened again. */
export const pendingPauses = async (db: D1Database): Promise<readonly Pending[]> => {
  const { results } = await within(db.prepare(PENDING).all<{ name: string; value: string }>());
  return results.map(({ name, value }) => ({
    source: name.slice(MARK.length),
    mark: value,
    kept: Kept.parse(JSON.parse(value)),
  }));
};

export const isPaused = async (db: D1Database, source: string): Promise<boolean> =>
  (await within(db.prepare(IS_PAUSED).bind(source).first())) !== null;

/**
 * Opens up to `most` kept events among the next `rows`, due again at `sendAt`; whoever calls it sends them. It moves the
 * mark on, and removes it at the end.
 */
export const reopenKept = async (
  db: D1Database,
  { source, mark, kept }: Pending,
  limits: { readonly rows: number; readonly most: number; readonly sendAt: number },
): Promise<readonly OpenEvent[]> => {
  const { rows, most, sendAt } = limits;
  const [reopened, page] = await within(
    db.batch<OpenEvent & { last: string | null; rows: number }>([
      db.prepare(REOPEN).bind(kept.from, kept.to, rows, most, source, sendAt),
      db.prepare(LAST).bind(kept.from, kept.to, rows),
      walkingBack(db, kept.from),
    ]),
    REOPEN_DEADLINE_MS,
  );
  const events = (reopened?.results ?? []).toSorted((one, other) => (one.id < other.id ? -1 : 1));
  const lastOpened = events.length === most ? events.at(-1)?.id : undefined;
  const end = page?.results[0];
  const last = lastOpened ?? (end?.rows === rows ? end.last : null);
  if (last === null || last === undefined) await within(db.prepare(FINISH).bind(markOf(source), mark).run());
  else {
    const onward = JSON.stringify({ from: `${last}0`, to: kept.to });
    await moveMark(db, markOf(source), { from: mark, to: onward });
  }
  return events;
};
