/**
 * Reads Okta's System Log where it was left off: it closes the gaps of event hooks, and brings the types that hooks
 * cannot. What comes is accepted like any post; events that a hook has brought already are known by their `uuid`.
 *
 * T3: the cursor moves only after the events of its page are kept.
 */
import { StepError } from '../../domain/errors.ts';
import type { FoundEvent } from '../../domain/event.ts';
import { restUntil, nextLink, retryAt, type LogAnswer } from './log-answer.ts';
import {
  addressOf,
  advanced,
  begunAnew,
  cursorFor,
  cursorFrom,
  failed,
  held,
  type LogCursor,
} from './log-cursor.ts';

/** A log, opened through a connection. */
export interface Log {
  /** of the organisation: `https://acme.okta.com` */
  readonly origin: string;
  /** one signed request; redirects are not followed */
  readonly get: (address: string) => Promise<LogAnswer>;
}

/** What a source says about its log. */
export interface LogSource {
  readonly filter?: string | undefined;
  /** begins here when it was never polled, ms */
  readonly since: number;
}

export interface LogPorts {
  readonly now: () => number;
  readonly openLog: () => Promise<Log>;
  readonly read: () => Promise<LogCursor | undefined>;
  /** False when another poll has moved it since it was read. */
  readonly move: (from: LogCursor | undefined, to: LogCursor) => Promise<boolean>;
  /** The events in a page; throws `StepError` when it is no list of events. */
  readonly eventsIn: (text: string) => Promise<readonly FoundEvent[]>;
  /** False when they could not be kept. */
  readonly accept: (events: readonly FoundEvent[]) => Promise<boolean>;
  /** told how many events were too old to be told from ones that came before */
  readonly refuseOld: (count: number) => Promise<void>;
}

/** Of one tick. */
const MOST_PAGES = 20;
const MOST_MS = 40_000;

export interface Polled {
  readonly pages: number;
  readonly events: number;
}

interface Poll {
  readonly source: LogSource;
  readonly ports: LogPorts;
  readonly log: Log;
  /** events published before are refused: their ids may be forgotten */
  readonly oldest: number;
}

const REFUSED_LINK: readonly number[] = [400, 404, 410];

const linkIn = (answer: LogAnswer, { log }: Poll): string => {
  const next = nextLink(answer);
  if (next === undefined) throw new StepError('bad_answer', 'A page of the System Log has no next link');
  if (URL.parse(next)?.origin === log.origin) return next;
  // The token of the connection goes to its own organisation only.
  throw new StepError('bad_answer', 'The next link of the System Log leads to another origin');
};

/** Keeps what is new enough; returns the cursor behind the page, or undefined when the events could not be kept. */
const keepPage = async (
  poll: Poll,
  cursor: LogCursor,
  answer: LogAnswer,
): Promise<{ readonly cursor: LogCursor; readonly found: number } | undefined> => {
  const { ports, oldest } = poll;
  const found = await ports.eventsIn(answer.text);
  const next = linkIn(answer, poll);
  const young = found.filter(({ time }) => time === null || time >= oldest);
  if (young.length < found.length) await ports.refuseOld(found.length - young.length);
  if (young.length > 0 && !(await ports.accept(young))) return undefined;
  const times = found.flatMap(({ time }) => (time === null ? [] : [time]));
  const newest = times.length === 0 ? null : Math.max(...times);
  return { cursor: advanced(cursor, next, newest), found: found.length };
};

/** One page further. `goesOn` when the next one may be asked for at once. */
interface Step {
  readonly cursor: LogCursor;
  readonly found: number;
  readonly goesOn: boolean;
}

const stop = (cursor: LogCursor): Step => ({ cursor, found: 0, goesOn: false });

const step = async (poll: Poll, cursor: LogCursor): Promise<Step> => {
  const { ports, log, source, oldest } = poll;
  const question = { origin: log.origin, filter: source.filter };
  const answer = await log.get(addressOf(cursor, question, oldest));
  const now = ports.now();
  if (answer.status === 429) return stop(held(cursor, now, retryAt(answer, now)));
  if (cursor.next !== null && REFUSED_LINK.includes(answer.status)) {
    return { cursor: begunAnew(cursor), found: 0, goesOn: true };
  }
  if (answer.status !== 200) {
    const hint = answer.status === 401 || answer.status === 403 ? ' (scope okta.logs.read)' : '';
    return stop(failed(cursor, now, `The System Log answered ${answer.status}${hint}`));
  }
  const kept = await keepPage(poll, cursor, answer);
  if (kept === undefined) return stop(cursor);
  const rest = restUntil(answer);
  if (rest !== undefined && rest > now)
    return { ...kept, cursor: held(kept.cursor, now, rest), goesOn: false };
  return { ...kept, goesOn: kept.found > 0 };
};

const attempt = async (poll: Poll, cursor: LogCursor): Promise<Step> => {
  try {
    return await step(poll, cursor);
  } catch (error) {
    if (error instanceof StepError) return stop(failed(cursor, poll.ports.now(), error.message));
    throw error;
  }
};

/** Page by page until an empty one; what it leaves the next tick goes on with. */
const follow = async (poll: Poll, before: LogCursor | undefined, first: LogCursor): Promise<Polled> => {
  const { ports } = poll;
  const endsAt = ports.now() + MOST_MS;
  let [known, cursor] = [before, first];
  let [pages, events] = [0, 0];
  while (pages < MOST_PAGES && ports.now() < endsAt) {
    const made = await attempt(poll, cursor);
    pages += 1;
    events += made.found;
    // Whoever has moved the cursor meanwhile goes on; what both have read is kept once.
    if (JSON.stringify(made.cursor) !== JSON.stringify(known) && !(await ports.move(known, made.cursor)))
      break;
    known = made.cursor;
    cursor = made.cursor;
    if (!made.goesOn) break;
  }
  return { pages, events };
};

/** @param oldest events published before are refused, ms */
export const pollLog = async (source: LogSource, ports: LogPorts, oldest: number): Promise<Polled> => {
  const before = await ports.read();
  if (before !== undefined && before.heldUntil > ports.now()) return { pages: 0, events: 0 };
  let log: Log;
  try {
    log = await ports.openLog();
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const start = before ?? cursorFrom(source.since, { origin: '' });
    await ports.move(before, failed(start, ports.now(), error.message));
    return { pages: 0, events: 0 };
  }
  const question = { origin: log.origin, filter: source.filter };
  const cursor = before === undefined ? cursorFrom(source.since, question) : cursorFor(before, question);
  return follow({ source, ports, log, oldest }, before, cursor);
};
