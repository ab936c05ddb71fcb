/** Hands accepted events to the queue: all of a post in one message, and in several only where they are too big for one. */
import type { IdentifiedRow } from '../../storage/row-groups.ts';
import { utf8Length } from '../../domain/json.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { within } from '../../storage/deadline.ts';
import type { KeptHeaders } from '../../storage/keep-events.ts';

/** A message may have 128,000 bytes, a batch of them 256,000. */
export const MOST_MESSAGE_BYTES = 100_000;
const MOST_BATCH_BYTES = 240_000;
/** The consumer loads all events of a message at once. */
const MOST_IDS = 100;
/** The sender waits three seconds in all, and D1 may have taken two of them. */
const SEND_DEADLINE_MS = 900;

interface Text {
  readonly text: string;
  readonly bytes: number;
}

/** Members of an {@link EventsMessage} from JSON that was made already. */
const messageOf = (source: string, members: string): Text => {
  const text = `{"v":1,"kind":"events","source":${JSON.stringify(source)},${members}}`;
  return { text, bytes: utf8Length(text) };
};

/** Fills messages, and then batches, one after the other. What is bigger than `most` alone stands alone. */
const packed = <T>(items: readonly T[], sizeOf: (item: T) => number, most: number): T[][] => {
  const groups: T[][] = [];
  let room = 0;
  for (const item of items) {
    const size = sizeOf(item);
    const last = groups.at(-1);
    if (last && size <= room) last.push(item);
    else groups.push([item]);
    room = (last && size <= room ? room : most) - size;
  }
  return groups;
};

const wholes = (source: string, rows: readonly IdentifiedRow[], more: string): Text[] => {
  // Between the events stand commas, around them what every message says.
  const groups = packed(
    rows,
    ({ json }) => utf8Length(json) + 1,
    MOST_MESSAGE_BYTES - utf8Length(more) - 200,
  );
  return groups.map((group) =>
    messageOf(source, `"events":[${group.map(({ json }) => json).join(',')}]${more}`),
  );
};

const byIds = (source: string, rows: readonly IdentifiedRow[]): Text[] =>
  packed(rows, () => 1, MOST_IDS).map((group) =>
    messageOf(source, `"ids":${JSON.stringify(group.map(({ id }) => id))}`),
  );

const sendAll = async (env: Pick<Bindings, 'EVENTS'>, messages: readonly Text[]): Promise<void> => {
  for (const batch of packed(messages, ({ bytes }) => bytes, MOST_BATCH_BYTES)) {
    const requests = batch.map(({ text }) => ({ body: text, contentType: 'text' as const }));
    await within(env.EVENTS.sendBatch(requests), SEND_DEADLINE_MS);
  }
};

/** Sends events that D1 has. Throws when the queue does not take them: then the tick sends them. */
export const handOver = (
  env: Pick<Bindings, 'EVENTS'>,
  source: string,
  rows: readonly IdentifiedRow[],
): Promise<void> => {
  const whole = wholes(source, rows, '');
  const isBig = whole.reduce((sum, { bytes }) => sum + bytes, 0) > MOST_BATCH_BYTES;
  const isTooBig = isBig || whole.some(({ bytes }) => bytes > MOST_MESSAGE_BYTES);
  return sendAll(env, isTooBig ? byIds(source, rows) : whole);
};

/**
 * Sends events that D1 has not: the messages are their only copy. False when one of them is too big for a message, and
 * nothing was sent; throws when the queue does not take them all.
 */
export const carry = async (
  env: Pick<Bindings, 'EVENTS'>,
  source: string,
  { rows, headers }: { readonly rows: readonly IdentifiedRow[]; readonly headers: KeptHeaders },
): Promise<boolean> => {
  const messages = wholes(source, rows, `,"headers":${JSON.stringify(headers)}`);
  if (messages.some(({ bytes }) => bytes > MOST_MESSAGE_BYTES)) return false;
  await sendAll(env, messages);
  return true;
};
