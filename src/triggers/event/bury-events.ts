/**
 * Messages with events that died in the queue, after a hundred retries. T4: their events are written down, if they are
 * not, and get the verdict `undeliverable`; until D1 takes that, the message waits.
 */
import type { Bindings } from '../../storage/bindings.ts';
import { keepCarried } from '../../storage/keep-events.ts';
import { closeUndeliverable } from '../../storage/undeliverable.ts';
import type { Letter } from './consume-events.ts';

const RETRY_SECONDS = 60;

const REASON = 'The queue gave it up after a hundred tries. Replay it.';

const bury = async (env: Bindings, { body }: Letter, now: number): Promise<void> => {
  const { events = [], ids = [], headers } = body;
  if (events.length > 0) await keepCarried(env.DB, events, headers ?? {});
  const all = [...events.map(({ id }) => id), ...ids];
  await closeUndeliverable(env.DB, all, { at: now, reason: REASON });
};

/** Each for itself: one that D1 refuses holds up no other. */
export const buryEvents = async (env: Bindings, letters: readonly Letter[], now: number): Promise<void> => {
  for (const letter of letters) {
    try {
      await bury(env, letter, now);
      letter.message.ack();
    } catch (error) {
      console.error('A dead message with events could not be written down:', error);
      letter.message.retry({ delaySeconds: RETRY_SECONDS });
    }
  }
};
