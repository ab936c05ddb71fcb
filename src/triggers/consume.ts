/**
 * What the queues bring, each message to whom it is for. What nobody can read is kept for people (`dead_letters`), and
 * so is what comes from a queue that no door reads.
 */
import type { Bindings } from '../storage/bindings.ts';
import { keepDeadLetters, partOf } from '../storage/dead-letters.ts';
import { buryEvents } from './event/bury-events.ts';
import { consumeEvents } from './event/consume-events.ts';
import { Message as Body } from './messages.ts';
import { buryTicks, consumeTicks, type ReadTicks } from './schedule/consume-ticks.ts';

const UNREADABLE = 'no door of this version can read it';

interface Read<B> {
  readonly message: Message;
  readonly body: B;
}
interface Sorted {
  readonly events: readonly Read<Extract<Body, { kind: 'events' }>>[];
  readonly ticks: readonly ReadTicks[];
  /** nobody reads them: what they are for finds that they did not arrive, and goes on without */
  readonly others: readonly Message[];
}

const sort = ({ messages }: MessageBatch): Sorted => {
  const events: Read<Extract<Body, { kind: 'events' }>>[] = [];
  const ticks: ReadTicks[] = [];
  const others: Message[] = [];
  for (const message of messages) {
    const read = Body.safeParse(message.body);
    if (!read.success) others.push(message);
    else if (read.data.kind === 'events') events.push({ message, body: read.data });
    else ticks.push({ message, body: read.data });
  }
  return { events, ticks, others };
};

/** Acknowledges or retries every message of the batch, each for itself. */
export const consume = async (env: Bindings, batch: MessageBatch, now: number): Promise<void> => {
  const { events, ticks, others } = sort(batch);
  const isDead = batch.queue.endsWith('-dead');
  await Promise.all([
    isDead ? buryEvents(env, events, now) : consumeEvents(env, events, now),
    isDead ? buryTicks(ticks) : consumeTicks(env, ticks, now),
    keepDeadLetters(env.DB, partOf(batch, others), UNREADABLE),
  ]);
};
