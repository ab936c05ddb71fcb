/**
 * What the queue brings of events, a batch at a time: load, deliver, write the verdicts down, acknowledge.
 *
 * T3: a message is acknowledged once its events stand in D1 with their verdicts, or open: then the tick sends them again.
 * T4: until then it is retried, less and less often. Each message is acknowledged for itself.
 */
import type { StoredEvent } from '../../domain/event.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { StoreUnavailable } from '../../storage/deadline.ts';
import { keepCarried } from '../../storage/keep-events.ts';
import { loadEvents } from '../../storage/load-events.ts';
import { walkBack } from '../../storage/open-events.ts';
import { closedAmong, writeVerdicts } from '../../storage/verdicts.ts';
import type { EventsMessage } from '../messages.ts';
import { deliver, type Delivered } from './deliver.ts';

/** A message of the queue whose body could be read. */
export interface Letter {
  readonly message: Pick<Message, 'ack' | 'retry' | 'attempts'>;
  readonly body: EventsMessage;
}

/** The events of a letter that are to be delivered. `late`: they were only written down now. */
interface Opened {
  readonly letter: Letter;
  readonly events: readonly StoredEvent[];
  readonly late: boolean;
}

const FIRST_DELAY_S = 15;
const MOST_DELAY_S = 3_600;
/** As long as a lane is away for a moment: the tick, which comes after 30 s, is for the rest. */
const QUICK_RETRIES = 3;

/** While D1 is silent: 100 retries that double from 15 s to an hour outlast what the queue keeps. */
export const delaySeconds = (attempts: number): number =>
  Math.min(MOST_DELAY_S, FIRST_DELAY_S * 2 ** Math.min(attempts - 1, 10));

/** Reads what the message does not carry, and what became of it should it have been here before. */
const open = async (env: Bindings, letter: Letter): Promise<Opened> => {
  const { message, body } = letter;
  const { events = [], ids = [], headers } = body;
  if (headers !== undefined) {
    const ours = await keepCarried(env.DB, events, headers);
    return { letter, events: events.filter(({ id }) => ours.has(id)), late: true };
  }
  const loaded = ids.length === 0 ? [] : await loadEvents(env.DB, ids);
  const closed =
    message.attempts > 1
      ? await closedAmong(
          env.DB,
          events.map(({ id }) => id),
        )
      : new Set();
  const left = [
    ...events.filter(({ id }) => !closed.has(id)),
    ...loaded.flatMap((one) => (one.closed ? [] : [one.event])),
  ];
  return { letter, events: left, late: false };
};

const retryLater = ({ message }: Letter): void => {
  message.retry({ delaySeconds: delaySeconds(message.attempts) });
};

/** For now: the letters come again. */
const giveUp = (letters: readonly Letter[], error: unknown): void => {
  console.error(`${letters.length} messages with events are delivered later:`, error);
  letters.forEach(retryLater);
};

const answer = ({ letter, events }: Opened, delivered: ReadonlyMap<string, Delivered>): void => {
  const { message } = letter;
  const mine = events.flatMap(({ id }) => delivered.get(id) ?? []);
  if (mine.some((one) => 'unknown' in one)) return retryLater(letter);
  const isOpen = mine.some((one) => 'closedAt' in one && one.closedAt === null);
  if (isOpen && message.attempts <= QUICK_RETRIES) message.retry({ delaySeconds: 2 ** message.attempts });
  else message.ack();
};

/** The tick's walk may have passed the place where events were written down late. */
const letWalkBack = async (env: Bindings, opened: readonly Opened[]): Promise<void> => {
  const [first] = opened.flatMap(({ late, events }) => (late ? events.map(({ id }) => id) : [])).toSorted();
  if (first !== undefined) await walkBack(env.DB, first);
};

const deliverOpened = async (env: Bindings, opened: readonly Opened[], now: number): Promise<void> => {
  // The same event may be in two messages: once is enough.
  const events = new Map(opened.flatMap((one) => one.events.map((event) => [event.id, event] as const)));
  const delivered = await deliver(env, [...events.values()], now);
  await writeVerdicts(
    env.DB,
    delivered.flatMap((one) => ('unknown' in one ? [] : [one])),
  );
  await letWalkBack(env, opened);
  const byId = new Map(delivered.map((one) => [one.id, one]));
  for (const one of opened) answer(one, byId);
};

/** Together, as that costs D1 and the lanes least; should something break in one of them, each for itself. */
const deliverAll = async (env: Bindings, opened: readonly Opened[], now: number): Promise<void> => {
  try {
    await deliverOpened(env, opened, now);
  } catch (error) {
    const isAlone = opened.length <= 1;
    if (isAlone || error instanceof StoreUnavailable) {
      giveUp(
        opened.map(({ letter }) => letter),
        error,
      );
    } else for (const one of opened) await deliverAll(env, [one], now);
  }
};

/** Bodies that have to be loaded first are big: a message at a time. */
export const consumeEvents = async (
  env: Bindings,
  letters: readonly Letter[],
  now: number,
): Promise<void> => {
  const whole: Opened[] = [];
  for (const letter of letters) {
    try {
      const opened = await open(env, letter);
      if (letter.body.ids === undefined) whole.push(opened);
      else await deliverAll(env, [opened], now);
    } catch (error) {
      giveUp([letter], error);
    }
  }
  if (whole.length > 0) await deliverAll(env, whole, now);
};
