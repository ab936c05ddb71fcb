/**
 * How far the System Log of an Okta organisation was read for a source. Okta orders a polling query by the time at which
 * it kept an event, and its `next` link alone knows the place: it is kept as it came (Okta, System Log API, "Polling
 * requests").
 *
 *   since ──first page──▶ next ──page──▶ next ──▶ …      an empty page leads to where new events will be
 *     ▲                     │
 *     └── refused, or of another question: begin anew, a little before the last event; duplicates are known by their id
 */
import * as z from 'zod';

const MINUTE = 60_000;
const HOUR = 3_600_000;

/** As much as fits into one insertion. */
const PAGE_EVENTS = 100;
/** Events may be published long before Okta keeps them. */
const OVERLAP_MS = HOUR;
const LONGEST_HOLD_MS = HOUR;

export const LogCursor = z.object({
  /** the `next` link of the last page; null: begin at `since` */
  next: z.string().nullable(),
  /** where to begin without a link, ms */
  since: z.number(),
  /** what was asked: a link is of one organisation and one filter */
  question: z.string(),
  /** nothing is asked before this time, ms */
  heldUntil: z.number(),
  /** in a row */
  failures: z.number(),
  /** why the last request failed */
  trouble: z.string().nullable(),
});
export type LogCursor = z.output<typeof LogCursor>;

/** What is asked of a log. */
export interface Question {
  /** `https://acme.okta.com` */
  readonly origin: string;
  /** in Okta's own words: `eventType eq "user.session.start"` */
  readonly filter?: string | undefined;
}

const textOf = ({ origin, filter }: Question): string => JSON.stringify([origin, filter ?? null]);

/** Where a source begins that was never polled. */
export const cursorFrom = (since: number, question: Question): LogCursor => ({
  next: null,
  since,
  question: textOf(question),
  heldUntil: 0,
  failures: 0,
  trouble: null,
});

/** The cursor, begun anew when another question is asked than the one its link answers. */
export const cursorFor = (cursor: LogCursor, question: Question): LogCursor =>
  cursor.question === textOf(question) ? cursor : { ...cursor, next: null, question: textOf(question) };

/** The address of the next page. @param oldest nothing before it is asked for, ms */
export const addressOf = (cursor: LogCursor, { origin, filter }: Question, oldest: number): string => {
  if (cursor.next !== null) return cursor.next;
  const address = new URL('/api/v1/logs', origin);
  // Without `until`: only then Okta promises that no late event is missed, and a `next` link with every page.
  address.searchParams.set('since', new Date(Math.max(cursor.since, oldest)).toISOString());
  address.searchParams.set('sortOrder', 'ASCENDING');
  address.searchParams.set('limit', String(PAGE_EVENTS));
  if (filter !== undefined) address.searchParams.set('filter', filter);
  return address.href;
};

/** After a page. @param newest when its newest event was published, ms; null for an empty page */
export const advanced = (cursor: LogCursor, next: string, newest: number | null): LogCursor => ({
  ...cursor,
  next,
  since: Math.max(cursor.since, newest === null ? 0 : newest - OVERLAP_MS),
  heldUntil: 0,
  failures: 0,
  trouble: null,
});

/** After a failure: asked again after one minute, two, four and so on up to an hour. */
export const failed = (cursor: LogCursor, now: number, trouble: string): LogCursor => ({
  ...cursor,
  heldUntil: now + Math.min(LONGEST_HOLD_MS, MINUTE * 2 ** Math.min(cursor.failures, 10)) - MINUTE / 2,
  failures: cursor.failures + 1,
  trouble,
});

/** Asked nothing until a time that Okta named, an hour at most. */
export const held = (cursor: LogCursor, now: number, until: number): LogCursor => ({
  ...cursor,
  heldUntil: Math.min(until, now + LONGEST_HOLD_MS),
});

/** The link is not good any more: begin anew. */
export const begunAnew = (cursor: LogCursor): LogCursor => ({ ...cursor, next: null });
