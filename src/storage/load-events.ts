/** Reads accepted events back as the queue would have carried them. */
import { inArray, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { StoredEvent, Verdicts } from '../domain/event.ts';
import { within } from './deadline.ts';
import { events } from './events-schema.ts';

/** What is read of an event to deliver it. */
const WHOLE = {
  id: events.id,
  source: events.source,
  sourceId: events.sourceId,
  type: events.type,
  subject: events.subject,
  time: events.time,
  acceptedAt: events.acceptedAt,
  actor: events.actor,
  closedAt: events.closedAt,
  verdicts: events.verdicts,
  attributes: events.attributes,
  data: events.data,
  // Data may be null, and is no JSON of `raw` then.
  hasData: sql<number>`${events.data} IS NOT NULL`,
  raw: events.raw,
};

export interface LoadedEvent {
  readonly event: StoredEvent;
  /** it has all its verdicts */
  readonly closed: boolean;
  readonly verdicts: Verdicts;
}

/** Bodies may be large: whoever loads many of them runs out of memory. */
const LOAD_DEADLINE_MS = 5_000;

type Row = { readonly [K in Exclude<keyof typeof WHOLE, 'hasData'>]: (typeof events.$inferSelect)[K] } & {
  readonly hasData: number;
};

const loadedOf = (row: Row): LoadedEvent => {
  const { closedAt, verdicts, data, hasData, attributes, actor, ...event } = row;
  return {
    event: {
      ...event,
      ...(hasData === 1 ? { data } : {}),
      ...(attributes === null ? {} : { attributes }),
      ...(actor === null ? {} : { actor }),
    },
    closed: closedAt !== null,
    verdicts: verdicts ?? {},
  };
};

/** By id, oldest first; those that are not there any more are left out. */
export const loadEvents = async (db: D1Database, ids: readonly string[]): Promise<readonly LoadedEvent[]> => {
  const wanted = sql`(SELECT value FROM json_each(${JSON.stringify(ids)}))`;
  const rows = drizzle(db).select(WHOLE).from(events).where(inArray(events.id, wanted)).orderBy(events.id);
  return (await within(rows, LOAD_DEADLINE_MS)).map(loadedOf);
};
