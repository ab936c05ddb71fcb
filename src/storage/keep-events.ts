/** Writes accepted events down: a whole post in one statement, and each event once however often it is sent. */
import { NO_FLOW, type StoredEvent, type Verdicts } from '../domain/event.ts';
import { within } from './deadline.ts';
import { bound, grouped, type IdentifiedRow } from './row-groups.ts';

/** Names and values of a post's headers, less what is secret. */
export type KeptHeaders = Readonly<Record<string, string>>;

/** Two events of a post may share an id as well: the later one meets the earlier one's row. */
const KEEP = `
  INSERT INTO events (id, source, source_id, type, subject, time, accepted_at, actor, verdicts, closed_at, attributes,
    headers, data, raw)
  SELECT value ->> 'id', value ->> 'source', value ->> 'sourceId', value ->> 'type', value ->> 'subject',
    value ->> 'time', value ->> 'acceptedAt', value ->> 'actor', value -> 'verdicts', value ->> 'closedAt',
    value -> 'attributes', ?2, value -> 'data', value ->> 'raw'
  FROM json_each(?1) WHERE true ON CONFLICT DO NOTHING RETURNING id`;

const OPEN = 'SELECT id FROM events WHERE id IN (SELECT value FROM json_each(?1)) AND closed_at IS NULL';

interface Id {
  readonly id: string;
}

/** The row of an event: a faulty one is closed as it comes. */
export const rowOf = (event: StoredEvent): IdentifiedRow => {
  const { id, acceptedAt, fault } = event;
  if (fault === undefined) return { id, json: JSON.stringify(event) };
  const verdicts: Verdicts = { [NO_FLOW]: { verdict: 'invalid', at: acceptedAt, reason: fault } };
  return { id, json: JSON.stringify({ ...event, verdicts, closedAt: acceptedAt }) };
};

const statementsOf = (
  db: D1Database,
  rows: readonly IdentifiedRow[],
  headers: KeptHeaders,
): D1PreparedStatement[] => {
  const kept = JSON.stringify(headers);
  return grouped(rows).map((group) => db.prepare(KEEP).bind(bound(group.rows), kept));
};

const idsOf = (results: readonly D1Result<Id>[]): ReadonlySet<string> =>
  new Set(results.flatMap((result) => result.results.map(({ id }) => id)));

/**
 * Keeps the events of a post, all or none, and tells which of them are new: the others were kept before, and somebody
 * else cares for them. Throws `StoreUnavailable` when D1 does not answer; it may have kept them all the same.
 */
export const keepEvents = async (
  db: D1Database,
  rows: readonly IdentifiedRow[],
  headers: KeptHeaders,
): Promise<ReadonlySet<string>> => idsOf(await within(db.batch<Id>(statementsOf(db, rows, headers))));

/**
 * Keeps events that a message carried while D1 was silent, and tells which of them are open under their own id: those
 * are the message's to deliver, however often it comes. The others have ended, or were kept from another post.
 */
export const keepCarried = async (
  db: D1Database,
  events: readonly StoredEvent[],
  headers: KeptHeaders,
): Promise<ReadonlySet<string>> => {
  const rows = events.map(rowOf);
  const open = db.prepare(OPEN).bind(JSON.stringify(rows.map(({ id }) => id)));
  const results = await within(db.batch<Id>([...statementsOf(db, rows, headers), open]));
  return idsOf(results.slice(-1));
};
