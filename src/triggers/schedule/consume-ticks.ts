/** Takes due ticks off the queue: a message goes once the outcomes of its ticks are in D1 (T3). */
import type { Bindings } from '../../storage/bindings.ts';
import type { TicksMessage } from '../messages.ts';
import { deliverTicks } from './deliver-ticks.ts';

const FIRST_DELAY_SECONDS = 10;
const MAX_DELAY_SECONDS = 600;
/** Messages of a hundred ticks each: more than so many connections an invocation does not have. */
const AT_ONCE = 6;

/** A message as the queue gave it, and what it says. */
export interface ReadTicks {
  readonly message: Message;
  readonly body: TicksMessage;
}

/** An outage of D1 must not use the retries up. */
const delayOf = ({ attempts }: Message): number =>
  Math.min(MAX_DELAY_SECONDS, FIRST_DELAY_SECONDS * 2 ** Math.min(attempts, 10));

const consumeOne = async (env: Bindings, { message, body }: ReadTicks, now: number): Promise<void> => {
  try {
    await deliverTicks(env, body, now);
    message.ack();
  } catch (error) {
    console.error(`${body.ticks.length} due ticks could not be delivered`, error);
    message.retry({ delaySeconds: delayOf(message) });
  }
};

export const consumeTicks = async (
  env: Bindings,
  messages: readonly ReadTicks[],
  now: number,
): Promise<void> => {
  const left = [...messages];
  const worker = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) await consumeOne(env, next, now);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
};

/** The dead are not mourned: the tick sends what has no outcome again, from `tick_sends`. */
export const buryTicks = (messages: readonly ReadTicks[]): void => {
  for (const { message } of messages) message.ack();
};
