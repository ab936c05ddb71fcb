/**
 * Accepts the events of one verified post: one D1 statement, then the sender's answer, and the queue beside it.
 *
 * T3: nothing is acknowledged before it is durable.
 *
 *   D1 has them                       accepted, and handed to the queue; if it refuses, the tick sends what is open
 *   D1 is silent   queue takes them   accepted: the messages carry them whole, and the consumer writes them down
 *   D1 is silent   queue refuses, or  unavailable: the sender is asked to come again. Part of it may have been kept; its
 *                  too big for it     ids make that harmless
 */
import type { FoundEvent, StoredEvent } from '../../domain/event.ts';
import { utf8Length } from '../../domain/json.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { StoreUnavailable } from '../../storage/deadline.ts';
import { keepEvents, type KeptHeaders, rowOf } from '../../storage/keep-events.ts';
import type { IdentifiedRow } from '../../storage/row-groups.ts';
import { carry, handOver } from './hand-over.ts';
import { storedEvent } from './stored-event.ts';

/** PingOne sends up to 500, Okta 100. */
export const MOST_EVENTS = 1_000;
/** A row of D1 ends at 2 MB, what is written to it in one go as well. */
const MOST_ROW_BYTES = 1_900_000;

/** T2: what was verified, and nothing else comes here. */
export interface VerifiedPost {
  readonly source: string;
  readonly events: readonly FoundEvent[];
  readonly headers: KeptHeaders;
  readonly now: number;
}

/** `fresh`: how many were new; null where nobody could tell. */
export type Accepted =
  | { readonly outcome: 'accepted'; readonly fresh: number | null }
  | { readonly outcome: 'too_many' | 'too_large' | 'unavailable'; readonly message: string };

type Env = Pick<Bindings, 'DB' | 'EVENTS'>;

interface Prepared {
  readonly event: StoredEvent;
  readonly row: IdentifiedRow;
}

const told = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** D1 did not answer in time. It may have kept them all the same: then the consumer finds them there by their ids. */
const acceptWithoutStore = async (env: Env, post: VerifiedPost, rows: Prepared[]): Promise<Accepted> => {
  const { source, headers } = post;
  try {
    if (await carry(env, source, { rows: rows.map(({ row }) => row), headers })) {
      return { outcome: 'accepted', fresh: null };
    }
    return { outcome: 'unavailable', message: 'D1 is silent, and an event is too big for a message' };
  } catch (error) {
    return { outcome: 'unavailable', message: `neither D1 nor the queue answers: ${told(error)}` };
  }
};

const deliver = async (env: Env, source: string, rows: readonly IdentifiedRow[]): Promise<void> => {
  if (rows.length === 0) return;
  try {
    await handOver(env, source, rows);
  } catch (error) {
    console.error(
      `The queue did not take ${rows.length} events of "${source}"; the tick sends them: ${told(error)}`,
    );
  }
};

/** Takes work that nobody waits for, such as `waitUntil`. */
export type Beside = (work: Promise<void>) => void;

/**
 * Keeps what is new of a post, and sends it on its way: `beside` the answer where there is one, for the queue takes as
 * long as D1 and what D1 has is safe.
 */
export const acceptEvents = async (env: Env, post: VerifiedPost, beside?: Beside): Promise<Accepted> => {
  const { source, events, headers, now } = post;
  if (events.length > MOST_EVENTS) {
    return { outcome: 'too_many', message: `${events.length} events; at most ${MOST_EVENTS} come at once` };
  }
  const stored = await Promise.all(events.map((event) => storedEvent(event, { source, now })));
  const prepared = stored.map((event) => ({ event, row: rowOf(event) }));
  if (prepared.some(({ row }) => utf8Length(row.json) > MOST_ROW_BYTES)) {
    return { outcome: 'too_large', message: 'an event needs more room than a row of the database has' };
  }
  if (prepared.length === 0) return { outcome: 'accepted', fresh: 0 };
  try {
    const fresh = await keepEvents(
      env.DB,
      prepared.map(({ row }) => row),
      headers,
    );
    const open = prepared.filter(({ event }) => event.fault === undefined && fresh.has(event.id));
    const delivery = deliver(
      env,
      source,
      open.map(({ row }) => row),
    );
    if (beside === undefined) await delivery;
    else beside(delivery);
    return { outcome: 'accepted', fresh: fresh.size };
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    return acceptWithoutStore(env, post, prepared);
  }
};
