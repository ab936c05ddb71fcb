/** Minutes and hours, counted by the stopwatch: no clock change stretches or shortens them. */
import type { DayWindow, Every } from '../domain/schedule.ts';
import { toWall } from '../domain/time-zone.ts';
import { timeOfDay } from './wall-times.ts';
import { DAY, firstShowing, MINUTE } from './zone-clock.ts';

/** The first instant after this one; null when there is none. */
export type Instants = (after: number) => number | null;

export type IntervalEvery = Exclude<Every, { readonly at: readonly string[] }>;

export const periodOf = (every: IntervalEvery): number =>
  'minutes' in every ? every.minutes * MINUTE : every.hours * 60 * MINUTE;

const nextStep = (after: number, anchor: number, period: number): number =>
  anchor + (Math.floor((after - anchor) / period) + 1) * period;

/** Each time the window opens, counting begins anew. */
const withinWindow = ({ from, to }: DayWindow, period: number, zone: string): Instants => {
  const [open, close] = [timeOfDay(from), timeOfDay(to)];
  const closing = close <= open ? close + DAY : close;
  return (after) => {
    const today = Math.floor(toWall(after, zone) / DAY);
    // Yesterday's window may still be open.
    for (let day = today - 1; day <= today + 7; day++) {
      const opens = firstShowing(day * DAY + open, zone);
      // A zone that crosses the date line leaves out a whole day.
      if (toWall(opens, zone) >= (day + 1) * DAY) continue;
      const at = after < opens ? opens : nextStep(after, opens, period);
      if (at < firstShowing(day * DAY + closing, zone)) return at;
    }
    return null;
  };
};

/** @param anchor the instant that counting begins with */
export const intervalsOf = (every: IntervalEvery, anchor: number, zone: string): Instants => {
  const period = periodOf(every);
  if (every.between !== undefined) return withinWindow(every.between, period, zone);
  return (after) => nextStep(after, anchor, period);
};
