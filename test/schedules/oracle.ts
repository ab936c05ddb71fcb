/**
 * When a schedule fires, found by asking of each minute whether it does. Neither Croner nor the product's arithmetic is
 * in it: cron comes as predicates, clocks as `Intl` shows them.
 */
import type { Every, ScheduleTrigger } from '../../src/domain/schedule.ts';
import { DAY, MINUTE, minutesOf, type Shown } from './minutes.ts';

/** Whether a wall time is asked for. */
export type Asks = (wall: Date) => boolean;

export interface OracleCase {
  readonly schedule: ScheduleTrigger;
  /** of cron, which only its author can read without a parser */
  readonly asks?: Asks;
}

const WEEK = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIRST = Date.UTC(2024, 0, 1);

const hhmm = (date: Date): string => date.toISOString().slice(11, 16);
const midnight = (date: Date): number => Date.parse(date.toISOString().slice(0, 10));
const mondayOf = (day: number): number => day - ((new Date(day).getUTCDay() + 6) % 7) * DAY;
const monthsOf = (date: Date): number => date.getUTCFullYear() * 12 + date.getUTCMonth();
const isMultiple = (number: number, of: number): boolean => Math.abs(number % of) === 0;
const isLastOfMonth = (date: Date): boolean => new Date(date.getTime() + DAY).getUTCDate() === 1;

const asksOf = (every: Extract<Every, { at: readonly string[] }>, first: number): Asks => {
  const isDay = (date: Date): boolean => {
    const day = midnight(date);
    if ('days' in every) return isMultiple((day - first) / DAY, every.days);
    if ('weeks' in every) {
      const weeks = (mondayOf(day) - mondayOf(first)) / (7 * DAY);
      return isMultiple(weeks, every.weeks) && (every.on as string[]).includes(WEEK[date.getUTCDay()] ?? '');
    }
    if (!isMultiple(monthsOf(date) - monthsOf(new Date(first)), every.months)) return false;
    return every.day === 'last' ? isLastOfMonth(date) : date.getUTCDate() === every.day;
  };
  return (date) => every.at.includes(hhmm(date)) && isDay(date);
};

/** By what the wall shows; `shown` begins and ends more than a day outside of what is asked. */
const onTheWall = (shown: readonly Shown[], asks: Asks, { gap, fold }: ScheduleTrigger): number[] => {
  const times = new Map<number, number[]>();
  for (const { at, wall } of shown) times.set(wall, [...(times.get(wall) ?? []), at]);
  const fired = new Set<number>();
  for (const [wall, instants] of times) {
    if (!asks(new Date(wall))) continue;
    const [first = 0, second = first] = instants;
    if (fold !== 'second') fired.add(first);
    if (fold !== 'first') fired.add(second);
  }
  for (const [index, { at, wall }] of shown.entries()) {
    const before = shown[index - 1]?.wall ?? wall;
    for (let missing = before + MINUTE; missing < wall; missing += MINUTE) {
      if (gap === 'next' && asks(new Date(missing))) fired.add(at);
    }
  }
  return [...fired].toSorted((left, right) => left - right);
};

const minutesText = (text: string): number => Date.parse(`1970-01-01T${text}Z`);

const byStopwatch = (shown: readonly Shown[], every: Every, anchor: number): number[] => {
  if ('at' in every) return [];
  const period = 'minutes' in every ? every.minutes * MINUTE : every.hours * 60 * MINUTE;
  const { between } = every;
  if (between === undefined) return shown.map(({ at }) => at).filter((at) => isMultiple(at - anchor, period));
  const [from, to] = [minutesText(between.from), minutesText(between.to)];
  const reaches = (wall: number): number => shown.find((minute) => minute.wall >= wall)?.at ?? Infinity;
  const days = [...new Set(shown.map(({ wall }) => wall - (wall % DAY)))].slice(1);
  return days.flatMap((day) => {
    const opens = reaches(day + from);
    const closes = reaches(day + to + (to < from ? DAY : 0));
    return shown
      .map(({ at }) => at)
      .filter((at) => at >= opens && at < closes && isMultiple(at - opens, period));
  });
};

/** The instant at which the zone's wall first shows a time. */
const instantAt = (wall: number, zone: string): number =>
  minutesOf(zone, wall - DAY, wall + DAY).find((minute) => minute.wall >= wall)?.at ?? NaN;

/** Every firing from one instant to another, both included. `start` and `end` are dates here. */
export const oracle = ({ schedule, asks }: OracleCase, from: number, to: number): readonly number[] => {
  const { timezone, start, end } = schedule;
  const shown = minutesOf(timezone, from - 3 * DAY, to + 3 * DAY);
  const first = start === undefined ? FIRST : Date.parse(start);
  const earliest = start === undefined ? -Infinity : instantAt(first, timezone);
  const latest = end === undefined ? Infinity : instantAt(Date.parse(end) + DAY, timezone) - 1;
  const every = 'every' in schedule ? schedule.every : undefined;
  const wanted = asks ?? (every && 'at' in every ? asksOf(every, first) : undefined);
  const all =
    wanted === undefined
      ? byStopwatch(shown, every ?? { minutes: 1 }, instantAt(first, timezone))
      : onTheWall(shown, wanted, schedule);
  return all.filter((at) => at >= Math.max(from, earliest) && at <= Math.min(to, latest));
};
