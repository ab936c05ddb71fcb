/** Sends events that D1 has once more, by their ids. */
import type { Bindings } from '../../storage/bindings.ts';
import { within } from '../../storage/deadline.ts';
import type { OpenEvent } from '../../storage/open-events.ts';
import type { EventsMessage } from '../messages.ts';

/** The consumer loads all events of a message at once. */
const MOST_EVENTS = 50;
const MOST_BYTES = 1_000_000;
/** What the queue takes at a time. */
const MOST_MESSAGES = 100;
const SEND_DEADLINE_MS = 10_000;

interface Parcel {
  readonly source: string;
  readonly ids: string[];
  bytes: number;
}

const parcelsOf = (events: readonly OpenEvent[]): readonly Parcel[] => {
  const parcels: Parcel[] = [];
  // A message is of one source.
  const open = new Map<string, Parcel>();
  for (const { id, source, bytes } of events) {
    const last = open.get(source);
    if (last && last.ids.length < MOST_EVENTS && last.bytes + bytes <= MOST_BYTES) {
      last.ids.push(id);
      last.bytes += bytes;
    } else {
      const parcel = { source, ids: [id], bytes };
      open.set(source, parcel);
      parcels.push(parcel);
    }
  }
  return parcels;
};

const messageOf = ({ source, ids }: Parcel, delaySeconds: number): MessageSendRequest<EventsMessage> => ({
  body: { v: 1, kind: 'events', source, ids },
  contentType: 'json',
  delaySeconds,
});

/** Throws when the queue does not take them all; those that it took are delivered, to no harm. */
export const sendEvents = async (
  env: Pick<Bindings, 'EVENTS'>,
  events: readonly OpenEvent[],
  delaySeconds: number = 0,
): Promise<void> => {
  const messages = parcelsOf(events).map((parcel) => messageOf(parcel, delaySeconds));
  for (let at = 0; at < messages.length; at += MOST_MESSAGES) {
    await within(env.EVENTS.sendBatch(messages.slice(at, at + MOST_MESSAGES)), SEND_DEADLINE_MS);
  }
};
