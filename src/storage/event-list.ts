/**
 * Lists events, newest first, and reads one. A page is one bounded scan of the primary key: no index serves filters (one
 * more would cost a row an event), so they are tried on at most 20,000 rows, and a page may be short while more follow.
 */
import { and, asc, desc, eq, gt, gte, inArray, lt, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { verdictKey, type Verdict } from '../domain/event.ts';
import { idFloor } from '../domain/ids.ts';
import { within } from './deadline.ts';
import { events } from './events-schema.ts';

/** All that are given must hold. Times are ms of acceptance: from the first on, before the second. */
export interface EventFilter {
  readonly source?: string | undefined;
  /** any of these, exact or with * at the end */
  readonly types?: readonly string[] | undefined;
  readonly subject?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** any of these, for `flow` where that is given too */
  readonly verdicts?: readonly Verdict[] | undefined;
  /** that has a verdict for this flow */
  readonly flow?: string | undefined;
}

export const SCANNED_EVENTS = 20_000;
const LIST_DEADLINE_MS = 5_000;
/** Above every id, so that the primary key is always searched and never scanned as a whole. */
const ABOVE_ALL = 'evt_~';

const rangeOf = ({ from, to }: EventFilter, before = ABOVE_ALL): SQL | undefined =>
  and(
    from === undefined ? undefined : gte(events.id, idFloor('evt', from)),
    to === undefined ? undefined : lt(events.id, idFloor('evt', to)),
    lt(events.id, before),
  );

/** What a list shows; the table has it before what is long. */
const LISTED = {
  id: events.id,
  source: events.source,
  sourceId: events.sourceId,
  type: events.type,
  subject: events.subject,
  time: events.time,
  acceptedAt: events.acceptedAt,
  actor: events.actor,
  verdicts: events.verdicts,
  closedAt: events.closedAt,
};

const scan = (db: D1Database, range: SQL | undefined, order: typeof desc = desc) =>
  drizzle(db)
    .select(LISTED)
    .from(events)
    .where(range)
    .orderBy(order(events.id))
    .limit(SCANNED_EVENTS)
    .as('scanned');
type Scanned = ReturnType<typeof scan>;

/** `*` at the end stands for anything. */
const typeCondition = ({ type }: Scanned, types: EventFilter['types']): SQL | undefined =>
  types &&
  or(
    ...types.map((wanted) => {
      if (!wanted.endsWith('*')) return eq(type, wanted);
      const stem = wanted.slice(0, -1);
      return sql`substr(${type}, 1, ${Array.from(stem).length}) = ${stem}`;
    }),
  );

const verdictCondition = (
  { verdicts }: Scanned,
  { flow, verdicts: wanted }: EventFilter,
): SQL | undefined => {
  if (flow === undefined && wanted === undefined) return undefined;
  const conditions = and(
    // Beside the flow's own verdict stand those that replays have brought.
    flow === undefined
      ? undefined
      : sql`(key = ${flow} OR substr(key, 1, ${flow.length + 1}) = ${verdictKey(flow, '')})`,
    wanted && inArray(sql`value ->> 'verdict'`, [...wanted]),
  );
  return sql`EXISTS (SELECT 1 FROM json_each(${verdicts}) WHERE ${conditions})`;
};

/** What the primary key does not serve. */
const conditionsOf = (scanned: Scanned, filter: EventFilter): SQL | undefined =>
  and(
    filter.source === undefined ? undefined : eq(scanned.source, filter.source),
    typeCondition(scanned, filter.types),
    filter.subject === undefined ? undefined : eq(scanned.subject, filter.subject),
    verdictCondition(scanned, filter),
  );

/** The query of a page: SQLite stops reading when the page is full, or at the end of the scan. */
export const eventPageQuery = (
  db: D1Database,
  filter: EventFilter,
  before: string | undefined,
  limit: number,
) => {
  const scanned = scan(db, rangeOf(filter, before));
  return drizzle(db)
    .select()
    .from(scanned)
    .where(conditionsOf(scanned, filter))
    .orderBy(desc(scanned.id))
    .limit(limit);
};

/** The query for the last id that a full scan looks at. */
export const eventScanEnd = (db: D1Database, filter: EventFilter, before: string | undefined) =>
  drizzle(db)
    .select({ id: events.id })
    .from(events)
    .where(rangeOf(filter, before))
    .orderBy(desc(events.id))
    .limit(1)
    .offset(SCANNED_EVENTS - 1);

export type ListedEvent = Awaited<ReturnType<typeof eventPageQuery>>[number];

/** `next` is the id below which to go on, null at the end. */
export interface EventPage {
  readonly items: readonly ListedEvent[];
  readonly next: string | null;
}

/** @param page `before` is the `next` of the page before */
export const listEvents = async (
  db: D1Database,
  filter: EventFilter,
  page: { readonly before?: string | undefined; readonly limit: number },
): Promise<EventPage> => {
  const { before, limit } = page;
  const rows = await within(eventPageQuery(db, filter, before, limit + 1), LIST_DEADLINE_MS);
  const items = rows.slice(0, limit);
  if (rows.length > limit) return { items, next: items.at(-1)?.id ?? null };
  const end = await within(eventScanEnd(db, filter, before).get(), LIST_DEADLINE_MS);
  return { items, next: end?.id ?? null };
};

/** Ids of chosen events; `next` is the id after which to go on, null at the end. */
export interface Chosen {
  readonly ids: readonly string[];
  readonly next: string | null;
}

/** `after` is the `next` of the choice before. */
interface After {
  readonly after?: string | undefined;
  readonly limit: number;
}

const onward = (filter: EventFilter, after = ''): SQL | undefined =>
  and(rangeOf(filter), gt(events.id, after));

/** The query of {@link chooseEvents}. */
export const choiceQuery = (db: D1Database, filter: EventFilter, { after, limit }: After) => {
  const scanned = scan(db, onward(filter, after), asc);
  const chosen = drizzle(db).select({ id: scanned.id }).from(scanned);
  return chosen.where(conditionsOf(scanned, filter)).orderBy(asc(scanned.id)).limit(limit);
};

/** Oldest first, through {@link SCANNED_EVENTS} at most: fewer than `limit` may come while more follow. */
export const chooseEvents = async (db: D1Database, filter: EventFilter, page: After): Promise<Chosen> => {
  const { after, limit } = page;
  const rows = await within(choiceQuery(db, filter, { after, limit: limit + 1 }), LIST_DEADLINE_MS);
  const ids = rows.slice(0, limit).map(({ id }) => id);
  if (rows.length > limit) return { ids, next: ids.at(-1) ?? null };
  const range = onward(filter, after);
  const query = drizzle(db).select({ id: events.id }).from(events).where(range).orderBy(asc(events.id));
  const [end] = await within(query.limit(1).offset(SCANNED_EVENTS - 1), LIST_DEADLINE_MS);
  return { ids, next: end?.id ?? null };
};

export type EventRow = typeof events.$inferSelect;

/** With headers, data and the raw text; undefined when there is none, or none any more. */
export const getEvent = (db: D1Database, id: string): Promise<EventRow | undefined> =>
  within(drizzle(db).select().from(events).where(eq(events.id, id)).get());
