/** When the clock starts a flow: the schedule trigger, with every default filled in. */

export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** A part of each day, `to` not included; past midnight when `to` is the earlier one. Times of day are `HH:MM`. */
export interface DayWindow {
  readonly from: string;
  readonly to: string;
}

/** Minutes and hours are counted by the stopwatch, days and longer on the calendar of the zone. */
export type Every =
  | { readonly minutes: number; readonly between?: DayWindow }
  | { readonly hours: number; readonly between?: DayWindow }
  | { readonly days: number; readonly at: readonly string[] }
  | { readonly weeks: number; readonly on: readonly Weekday[]; readonly at: readonly string[] }
  | { readonly months: number; readonly day: number | 'last'; readonly at: readonly string[] };

interface SchedulePolicies {
  readonly kind: 'schedule';
  /** IANA name */
  readonly timezone: string;
  /** Dates or times, both included; a date alone as `end` is its whole day. */
  readonly start?: string;
  readonly end?: string;
  readonly overlap: 'skip' | 'queue' | 'allow' | 'cancel-previous';
  readonly missed: 'none' | 'last' | 'all';
  readonly missedWindowMs: number;
  /** whole minutes */
  readonly spreadMs: number;
  readonly gap: 'next' | 'skip';
  readonly fold: 'first' | 'second' | 'both';
}

/** `at` is one time of one day, with an offset or in the zone. */
export type ScheduleTrigger = SchedulePolicies &
  ({ readonly cron: string } | { readonly every: Every } | { readonly at: string });
