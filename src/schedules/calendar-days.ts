/** The days on which `every: { days | weeks | months }` fires, counted since 1 January 1970 on the wall. */
import { daysInMonth } from '../domain/calendar.ts';
import type { Every, Weekday } from '../domain/schedule.ts';
import { DAY } from './zone-clock.ts';

/** The first day that fires, from this one on; null when there is none. */
export type Days = (from: number) => number | null;

export type CalendarEvery = Extract<Every, { readonly at: readonly string[] }>;

/** Counting begins on Monday, 1 January 2024, unless the schedule has a `start`. */
export const FIRST_DAY = Date.UTC(2024, 0, 1) / DAY;

export const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const satisfies readonly Weekday[];

const modulo = (number: number, by: number): number => ((number % by) + by) % by;

/** Weeks begin on Monday; 1 January 1970 was a Thursday. */
const weekOf = (day: number): number => Math.floor((day + 3) / 7);
const weekdayOf = (day: number): Weekday => WEEK[modulo(day + 3, 7)] ?? 'mon';

const everyDays =
  (count: number, first: number): Days =>
  (from) =>
    from + modulo(first - from, count);

const everyWeeks =
  (count: number, on: readonly Weekday[], first: number): Days =>
  (from) => {
    for (let day = from; day <= from + 7 * count; day++) {
      if (modulo(weekOf(day) - weekOf(first), count) === 0 && on.includes(weekdayOf(day))) return day;
    }
    return null;
  };

const monthOf = (day: number): number => {
  const date = new Date(day * DAY);
  return date.getUTCFullYear() * 12 + date.getUTCMonth();
};

/** Forty years of months hold every leap day that a count of months can meet, the one that 2100 lacks included. */
const MOST_MONTHS = 40 * 12;

const everyMonths =
  (count: number, wanted: number | 'last', first: number): Days =>
  (from) => {
    const start = monthOf(from) + modulo(monthOf(first) - monthOf(from), count);
    for (let month = start; month <= start + MOST_MONTHS; month += count) {
      const [year, index] = [Math.floor(month / 12), month % 12];
      const length = daysInMonth(year, index + 1);
      const number = wanted === 'last' ? length : wanted;
      const day = Date.UTC(year, index, number) / DAY;
      if (number <= length && day >= from) return day;
    }
    return null;
  };

/** @param first the day that counting begins with */
export const daysOf = (every: CalendarEvery, first: number): Days => {
  if ('days' in every) return everyDays(every.days, first);
  if ('weeks' in every) return everyWeeks(every.weeks, every.on, first);
  return everyMonths(every.months, every.day, first);
};
