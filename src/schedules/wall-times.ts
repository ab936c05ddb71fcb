/** The times of day and dates that a schedule asks for, as a clock on the wall shows them, whatever the zone does. */
import { Cron } from 'croner';
import type { Days } from './calendar-days.ts';
import { DAY, MINUTE } from './zone-clock.ts';

/** The first wall time after this one; null when there is none. */
export type WallTimes = (after: number) => number | null;

/** ms since midnight */
export const timeOfDay = (text: string): number =>
  (Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))) * MINUTE;

export const timesOnDays = (days: Days, at: readonly string[]): WallTimes => {
  const times = at.map(timeOfDay).toSorted((left, right) => left - right);
  return (after) => {
    const today = Math.floor(after / DAY);
    const later = times.find((time) => today * DAY + time > after);
    if (later !== undefined && days(today) === today) return today * DAY + later;
    const day = days(today + 1);
    return day === null ? null : day * DAY + (times[0] ?? 0);
  };
};

const patterns = new Map<string, Cron>();

/** Reading a pattern costs three times as much as using it. */
const patternOf = (text: string): Cron => {
  const known = patterns.get(text);
  if (known !== undefined) return known;
  if (patterns.size >= 1_000) patterns.clear();
  // Croner counts on a clock without changes: what becomes of gaps and doubled hours is the schedule's to say.
  const pattern = new Cron(text, { mode: '5-part', utcOffset: 0, paused: true });
  patterns.set(text, pattern);
  return pattern;
};

export const timesOfCron = (text: string): WallTimes => {
  const pattern = patternOf(text);
  return (after) => pattern.nextRun(new Date(after))?.getTime() ?? null;
};
