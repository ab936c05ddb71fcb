/** Verified posts of events, and the queues and databases that take them or do not. */
import type { FoundEvent } from '../../src/domain/event.ts';
import type { Bindings } from '../../src/storage/bindings.ts';
import type { VerifiedPost } from '../../src/triggers/event/accept.ts';
import { EventsMessage, Message } from '../../src/triggers/messages.ts';

export const NOW = Date.UTC(2026, 10, 23, 12);

export const found = (id: string | null, more: Partial<FoundEvent> = {}): FoundEvent => ({
  id,
  type: 'user.lifecycle.create',
  subject: 'lee@acme.example',
  time: NOW - 3_000,
  raw: JSON.stringify({ uuid: id, type: 'user.lifecycle.create' }),
  ...more,
});

export const postOf = (events: readonly FoundEvent[], more: Partial<VerifiedPost> = {}): VerifiedPost => ({
  source: 'okta-prod',
  events,
  headers: { 'content-type': 'application/json' },
  now: NOW,
  ...more,
});

type Queue = Bindings['EVENTS'];

export interface FakeQueue {
  readonly queue: Queue;
  /** one list for each call */
  readonly batches: { readonly text: string; readonly bytes: number }[][];
  readonly messages: () => EventsMessage[];
}

const nothing = { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };

/** Takes everything, as Cloudflare limits it; after `takes` batches it refuses. */
export const fakeQueue = (takes = Infinity): FakeQueue => {
  const batches: FakeQueue['batches'] = [];
  const sendBatch = async (requests: Iterable<MessageSendRequest>) => {
    if (batches.length >= takes) throw new Error('Queue is overloaded');
    const texts = [...requests].map(({ body }) => String(body));
    const batch = texts.map((text) => ({ text, bytes: new TextEncoder().encode(text).length }));
    if (batch.some(({ bytes }) => bytes > 128_000)) throw new Error('Message is too large');
    if (batch.reduce((sum, { bytes }) => sum + bytes, 0) > 256_000) throw new Error('Batch is too large');
    batches.push(batch);
    return nothing;
  };
  const unused = (): never => {
    throw new Error('Events are sent in batches.');
  };
  return {
    queue: { send: unused, sendBatch, metrics: unused },
    batches,
    messages: () => batches.flat().map(({ text }) => EventsMessage.parse(Message.parse(text))),
  };
};

/** A database of which every call ends so. */
export const brokenStore = (outcome: () => Promise<never>): D1Database => {
  const statement = {
    bind: () => statement,
    first: outcome,
    run: outcome,
    all: outcome,
    raw: outcome,
  } as unknown as D1PreparedStatement; // as much of a statement as anybody here asks for
  return {
    prepare: () => statement,
    batch: outcome,
    exec: outcome,
    withSession: () => {
      throw new Error('No sessions here.');
    },
    dump: outcome,
  };
};

export const lost = (): D1Database =>
  brokenStore(() => Promise.reject(new Error('Network connection lost.')));
export const silent = (): D1Database => brokenStore(() => new Promise<never>(() => undefined));
