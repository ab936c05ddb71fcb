/** From an event as it was found in a post to one that can be kept: an id to know it by again, a time that is one. */
import type { FoundEvent, StoredEvent } from '../../domain/event.ts';
import { mintId } from '../../domain/ids.ts';
import { utf8Length } from '../../domain/json.ts';
import { sha256 } from '../../storage/digest.ts';

/** Where and when it was accepted. */
export interface Acceptance {
  readonly source: string;
  readonly now: number;
}

const LONGEST_ID = 255;
/** 31 December 9999: later years have no four digits, as ISO 8601 wants them. */
const LAST_TIME = Date.UTC(10_000, 0) - 1;

const isUsable = (id: string): boolean =>
  id !== '' && utf8Length(id) <= LONGEST_ID && id.isWellFormed() && !/\p{Cc}/u.test(id);

/** JSON keeps halves of surrogate pairs apart, which UTF-8 makes one and the same character. */
const idOf = async ({ id, raw }: FoundEvent): Promise<string> => {
  if (id !== null && isUsable(id)) return id;
  const isMissing = id === null || id === '';
  return `sha256:${await sha256(isMissing ? raw : JSON.stringify(id))}`;
};

/** SQLite ends a text at its first NUL, and UTF-8 knows no half of a pair. */
const clean = (text: string): string => text.toWellFormed().replaceAll('\0', '\uFFFD');

const faultOf = ({ fault, raw }: FoundEvent): string | undefined =>
  fault ?? (raw.includes('\0') ? 'It holds a NUL character, at which the database ends a text.' : undefined);

const timeOf = (time: number | null): number | null =>
  time !== null && time >= 0 && time <= LAST_TIME ? Math.trunc(time) : null;

const randomBytes = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

export const storedEvent = async (event: FoundEvent, { source, now }: Acceptance): Promise<StoredEvent> => {
  const { type, subject, time, raw, data, attributes, actor } = event;
  const fault = faultOf(event);
  return {
    id: mintId('evt', now, randomBytes),
    source,
    sourceId: await idOf(event),
    type: clean(type),
    subject: subject === null ? null : clean(subject),
    time: timeOf(time),
    acceptedAt: now,
    raw,
    ...(data === undefined ? {} : { data }),
    ...(attributes === undefined ? {} : { attributes }),
    ...(actor === undefined || actor === null ? {} : { actor: clean(actor) }),
    ...(fault === undefined ? {} : { fault }),
  };
};
