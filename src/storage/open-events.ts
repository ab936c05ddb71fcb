/**
 * Events without their last verdict, found by walking over the primary key: an index would cost a row or two an event. A
 * mark keeps how far the walk has got. When it has seen everything it begins anew at the oldest one that was open.
 */
import * as z from 'zod';
import { within } from './deadline.ts';
import { moveMark, readMark } from './marks.ts';

export interface OpenEvent {
  readonly id: string;
  readonly source: string;
  /** how often the tick has sent it */
  readonly sends: number;
  /** when it does so next; null: it never did */
  readonly sendAt: number | null;
  readonly bytes: number;
}

const Walk = z.object({
  /** the id at which it goes on */
  from: z.string(),
  /** the oldest open one that it met since it began; null: none */
  oldest: z.string().nullable(),
});
export type Walk = z.output<typeof Walk>;

export const WALK_MARK = 'open events';
const START: Walk = { from: '', oldest: null };
const WALK_DEADLINE_MS = 10_000;

// The last line tells how far the page went: `bytes` is its number of rows.
const PAGE = `
  WITH page AS MATERIALIZED (
    SELECT id, source, sends, send_at, octet_length(raw) AS bytes, closed_at FROM events
    WHERE id >= ?1 AND id < ?2 ORDER BY id LIMIT ?3)
  SELECT * FROM (
    SELECT id, source, sends, send_at AS sendAt, bytes FROM page WHERE closed_at IS NULL ORDER BY id LIMIT ?4)
  UNION ALL SELECT coalesce(max(id), ''), '', 0, NULL, count(*) FROM page`;

// An event that was written down late stands before the place where the walk is.
const BACK = `
  UPDATE marks SET value = json_set(value, '$.from', ?2) WHERE name = ?1 AND value ->> '$.from' > ?2`;

const CLAIM = `
  UPDATE events SET sends = claimed.sends + 1, send_at = claimed.next
  FROM (SELECT value ->> 'id' AS id, value ->> 'sends' AS sends, value ->> 'next' AS next FROM json_each(?1))
    AS claimed
  WHERE events.id = claimed.id AND events.sends = claimed.sends AND events.closed_at IS NULL
  RETURNING id`;
const UNSENT = `
  UPDATE events SET sends = sends - 1, send_at = ?2
  WHERE id IN (SELECT value FROM json_each(?1)) AND closed_at IS NULL AND sends > 0`;

export interface Stretch {
  readonly open: readonly OpenEvent[];
  /** where the walk stands afterwards, should all that is open stay so */
  readonly walk: Walk;
  /** everything below the limit was looked at since the walk began */
  readonly isDone: boolean;
}

const older = (one: string | null, other: string | null): string | null =>
  one === null || (other !== null && other < one) ? other : one;

/** Open events of the next stretch: at most `most`, among at most `rows` rows with ids below `below`. */
export const walkOpen = async (
  db: D1Database,
  walk: Walk,
  limits: { readonly below: string; readonly rows: number; readonly most: number },
): Promise<Stretch> => {
  const { below, rows, most } = limits;
  const page = db.prepare(PAGE).bind(walk.from, below, rows, most).all<OpenEvent>();
  const { results } = await within(page, WALK_DEADLINE_MS);
  const open = results.slice(0, -1);
  const end = results.at(-1);
  const oldest = older(walk.oldest, open[0]?.id ?? null);
  // Ids have one length: a longer text stands right after its beginning, and before the next id.
  const after = (id: string): Stretch => ({ open, walk: { from: `${id}0`, oldest }, isDone: false });
  const last = open.at(-1);
  if (last !== undefined && open.length === most) return after(last.id);
  if (end !== undefined && end.bytes === rows) return after(end.id);
  // Everything was looked at: nothing open stands before the oldest one, or before the end.
  return { open, walk: { from: oldest ?? below, oldest: null }, isDone: true };
};

/** Where the walk stands, and the mark it was read from. */
export const readWalk = async (
  db: D1Database,
): Promise<{ readonly walk: Walk; readonly mark: string | undefined }> => {
  const mark = await readMark(db, WALK_MARK);
  return { mark, walk: mark === undefined ? START : Walk.parse(JSON.parse(mark)) };
};

/** False when another one has moved it: then what was found is not lost, for nothing was passed over. */
export const moveWalk = (db: D1Database, mark: string | undefined, walk: Walk): Promise<boolean> =>
  moveMark(db, WALK_MARK, { from: mark, to: JSON.stringify(walk) });

export const walkingBack = (db: D1Database, id: string): D1PreparedStatement =>
  db.prepare(BACK).bind(WALK_MARK, id);

/** Lets the walk go back to an event that was written down late, or opened again. */
export const walkBack = async (db: D1Database, id: string): Promise<void> => {
  await within(walkingBack(db, id).run(), WALK_DEADLINE_MS);
};

export interface Claim {
  readonly id: string;
  readonly sends: number;
  /** when it is sent once more, ms */
  readonly next: number;
}

/** Counts one more send of each, by compare-and-set; tells which of them are this caller's to send. */
export const claimSends = async (db: D1Database, claims: readonly Claim[]): Promise<ReadonlySet<string>> => {
  if (claims.length === 0) return new Set();
  const claim = db.prepare(CLAIM).bind(JSON.stringify(claims)).all<{ id: string }>();
  return new Set((await within(claim, WALK_DEADLINE_MS)).results.map(({ id }) => id));
};

/** Takes a send back that did not take place: the queue's outage does not use up what an event has. */
export const unclaimSends = async (db: D1Database, ids: readonly string[], sendAt: number): Promise<void> => {
  await within(db.prepare(UNSENT).bind(JSON.stringify(ids), sendAt).run(), WALK_DEADLINE_MS);
};
