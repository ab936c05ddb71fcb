/** Queue messages that nobody could deliver or read: kept for people to look at. */
import { within } from './deadline.ts';
import { bound, grouped } from './row-groups.ts';

const KEEP = `
  INSERT INTO dead_letters (id, queue, at, error, body)
  SELECT value ->> 'id', value ->> 'queue', value ->> 'at', value ->> 'error', value ->> 'body'
  FROM json_each(?1) WHERE true ON CONFLICT (id) DO NOTHING`;

const KEEP_DEADLINE_MS = 10_000;
const RETRY_SECONDS = 60;

/** A batch, or some messages of one. */
export type DeadBatch = Pick<MessageBatch, 'queue' | 'messages' | 'ackAll' | 'retryAll'>;

export const partOf = (batch: MessageBatch, messages: readonly Message[]): DeadBatch => ({
  queue: batch.queue,
  messages,
  ackAll: () => messages.forEach((message) => message.ack()),
  retryAll: (options) => messages.forEach((message) => message.retry(options)),
});

/** T3: acknowledges messages once they are kept; while D1 is silent they wait. */
export const keepDeadLetters = async (db: D1Database, batch: DeadBatch, error: string): Promise<void> => {
  if (batch.messages.length === 0) return;
  const { queue, messages } = batch;
  const rows = messages.map(({ id, timestamp, body }) => ({
    id,
    json: JSON.stringify({ id, queue, at: timestamp.getTime(), error, body: JSON.stringify(body) }),
  }));
  const statements = grouped(rows).map((group) => db.prepare(KEEP).bind(bound(group.rows)));
  try {
    await within(db.batch(statements), KEEP_DEADLINE_MS);
    batch.ackAll();
  } catch (failure) {
    console.error(`${rows.length} dead letters of ${queue} could not be kept`, failure);
    batch.retryAll({ delaySeconds: RETRY_SECONDS });
  }
};
