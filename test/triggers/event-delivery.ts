/** Stored events, the messages that bring them, and what became of them. */
import { createMessageBatch } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { FlowVerdict, StoredEvent, Verdicts } from '../../src/domain/event.ts';
import { mintId } from '../../src/domain/ids.ts';
import type { Bindings } from '../../src/storage/bindings.ts';
import { keepEvents, rowOf } from '../../src/storage/keep-events.ts';
import { consume } from '../../src/triggers/consume.ts';
import { fakeLanes, type FakeLanes } from './fake-lane.ts';

const chance = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

/** An event of a source of its own, accepted now. */
export const storedEvent = (
  source: string,
  sourceId: string,
  more: Partial<StoredEvent> = {},
): StoredEvent => {
  const acceptedAt = more.acceptedAt ?? Date.now();
  return {
    id: mintId('evt', acceptedAt, chance),
    source,
    sourceId,
    type: 'user.create',
    subject: 'lee@acme.example',
    time: acceptedAt - 1_000,
    acceptedAt,
    raw: JSON.stringify({ uuid: sourceId }),
    ...more,
  };
};

/** Keeps events in D1 as the door does. */
export const keep = async (...events: readonly StoredEvent[]): Promise<void> => {
  await keepEvents(env.DB, events.map(rowOf), {});
};

export const whole = (events: readonly StoredEvent[], headers?: Record<string, string>) => ({
  v: 1,
  kind: 'events',
  source: events[0]?.source ?? '',
  events,
  ...(headers && { headers }),
});
export const byIds = (events: readonly StoredEvent[]) => ({
  v: 1,
  kind: 'events',
  source: events[0]?.source ?? '',
  ids: events.map(({ id }) => id),
});

interface How {
  readonly bindings?: Bindings;
  /** how often the queue has brought the messages, this time included */
  readonly attempts?: number;
  readonly queue?: string;
  readonly now?: number;
}

/** `ack`, or after how many seconds a message comes again. */
type Outcome = number | 'ack' | undefined;

/** Brings messages to the consumer, and tells what became of each. As in the queue, its first word counts. */
export const bring = async (
  bodies: readonly unknown[],
  { bindings = env, attempts = 1, queue = 'sluice-events', now = Date.now() }: How = {},
): Promise<readonly Outcome[]> => {
  const outcomes: Outcome[] = bodies.map(() => undefined);
  const sent = bodies.map((body, at) => ({ id: `m${at}`, timestamp: new Date(now), attempts, body }));
  const batch = createMessageBatch(queue, sent);
  const messages = batch.messages.map((message, at) => ({
    id: message.id,
    timestamp: message.timestamp,
    attempts,
    body: message.body,
    metadata: undefined,
    ack: () => void (outcomes[at] ??= 'ack'),
    retry: ({ delaySeconds = 0 }: QueueRetryOptions = {}) => void (outcomes[at] ??= delaySeconds),
  }));
  await consume(bindings, { ...batch, queue, messages }, now);
  return outcomes;
};

interface Row {
  readonly verdicts: Verdicts | null;
  readonly closed: boolean;
  readonly sends: number;
}

export const rowOfEvent = async (id: string): Promise<Row | null> => {
  const row = await env.DB.prepare('SELECT verdicts, closed_at, sends FROM events WHERE id = ?1')
    .bind(id)
    .first<{ verdicts: string | null; closed_at: number | null; sends: number }>();
  if (row === null) return null;
  const { verdicts, closed_at: closedAt, sends } = row;
  return { verdicts: verdicts === null ? null : JSON.parse(verdicts), closed: closedAt !== null, sends };
};

/** `flow` is empty for what is true of the event as a whole. */
export const verdictOf = async ({ id }: StoredEvent, flow: string): Promise<FlowVerdict | undefined> =>
  (await rowOfEvent(id))?.verdicts?.[flow];

/** An installation with lanes in memory. */
export const withFakeLanes = (more: Partial<Bindings> = {}): { bindings: Bindings; lanes: FakeLanes } => {
  const lanes = fakeLanes();
  const bindings = { ...env, RUN_LANE: lanes.namespace, SLUICE_HOMES: '2', SLUICE_LANES: '2', ...more };
  return { bindings, lanes };
};

/** D1 that refuses what a test says, from the first such statement on. */
export const refusing = (refuses: (sql: string) => boolean): D1Database => {
  const gone = (): Promise<never> => Promise.reject(new Error('D1_ERROR: Network connection lost.'));
  const broken = {
    bind: () => broken,
    first: gone,
    run: gone,
    all: gone,
    raw: gone,
  } as unknown as D1PreparedStatement; // as much of a statement as anybody here asks for
  return new Proxy(env.DB, {
    get: (target, name) => {
      if (name === 'prepare') return (sql: string) => (refuses(sql) ? broken : target.prepare(sql));
      if (name === 'batch') {
        return (statements: D1PreparedStatement[]) =>
          statements.includes(broken) ? gone() : target.batch(statements);
      }
      return Reflect.get(target, name).bind(target);
    },
  });
};
