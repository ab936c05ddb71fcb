/**
 * Arithmetic with dates. A time is an ISO 8601 text; one without an offset is taken in a zone, UTC if none is given.
 * The years 1 to 9999 exist. Everything here throws `StepError` with a sentence.
 */
import { StepError } from './errors.ts';
import { fromWall, toWall } from './time-zone.ts';

const UNIT_MS = { millisecond: 1, second: 1_000, minute: 60_000, hour: 3_600_000 } as const;
const UNIT_DAYS = { day: 1, week: 7 } as const;
const UNIT_MONTHS = { month: 1, quarter: 3, year: 12 } as const;

type ClockUnit = keyof typeof UNIT_MS;
type DayUnit = keyof typeof UNIT_DAYS;
type MonthUnit = keyof typeof UNIT_MONTHS;
type Unit = ClockUnit | DayUnit | MonthUnit;

export const TIME_UNITS = [
  'years',
  'quarters',
  'months',
  'weeks',
  'days',
  'hours',
  'minutes',
  'seconds',
  'milliseconds',
] as const;
export type TimeUnit = (typeof TIME_UNITS)[number];

const isUnit = (name: string): name is Unit =>
  Object.hasOwn(UNIT_MS, name) || Object.hasOwn(UNIT_DAYS, name) || Object.hasOwn(UNIT_MONTHS, name);
const isClockUnit = (unit: Unit): unit is ClockUnit => Object.hasOwn(UNIT_MS, unit);
const isDayUnit = (unit: Unit): unit is DayUnit => Object.hasOwn(UNIT_DAYS, unit);

const unitOf = (name: string): Unit => {
  const singular = name.replace(/s$/, '');
  if (isUnit(singular)) return singular;
  throw new StepError('unknown_unit', `"${name}" is no unit of time: write one of ${TIME_UNITS.join(', ')}`);
};

const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** The instant itself when a text of four-digit years can hold it. */
export const requireInstant = (at: number): number => {
  if (at >= FIRST && at <= LAST) return at;
  throw new StepError('date_out_of_range', 'The result is no date: only the years 1 to 9999 can be written');
};

/** `2026-11-23T12:00:00.000Z` */
export const isoText = (at: number): string => new Date(requireInstant(at)).toISOString();

export interface WallTime {
  readonly year: number;
  /** 1 to 12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly millisecond: number;
}

export const daysInMonth = (year: number, month: number): number => {
  const last = new Date(0);
  last.setUTCFullYear(year, month, 0);
  return last.getUTCDate();
};

/** The ms of a wall time, or undefined when the calendar or the clock has no such time: 30 February, 25:00. */
export const wallMs = ({
  year,
  month,
  day,
  hour,
  minute,
  second,
  millisecond,
}: WallTime): number | undefined => {
  const isDate =
    year >= 1 && year <= 9999 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  if (!isDate || hour > 23 || minute > 59 || second > 59) return undefined;
  const wall = new Date(0);
  wall.setUTCFullYear(year, month - 1, day);
  return wall.setUTCHours(hour, minute, second, millisecond);
};

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(Z|z|[+-]\d\d:?\d\d)?)?$/;

/** Minutes that `+02:00`, `-0330` or `Z` is ahead of UTC, or undefined when a clock has no such offset. */
export const offsetMinutes = (text: string): number | undefined => {
  if (text === 'Z' || text === 'z') return 0;
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(-2));
  if (minutes >= 24 * 60 || Number(text.slice(-2)) > 59) return undefined;
  return text.startsWith('-') ? -minutes : minutes;
};

/** The instant that an ISO 8601 text means, in ms since the epoch. A date alone is its midnight in the zone. */
export const instantOf = (iso: string, zone = 'UTC'): number => {
  const parts = ISO.exec(iso.trim());
  const part = (index: number): number => Number(parts?.[index] ?? 0);
  const wall =
    parts === null
      ? undefined
      : wallMs({
          year: part(1),
          month: part(2),
          day: part(3),
          hour: part(4),
          minute: part(5),
          second: part(6),
          millisecond: Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3)),
        });
  const written = parts?.[8];
  const offset = written === undefined ? 0 : offsetMinutes(written);
  if (wall === undefined || offset === undefined) {
    const expected = 'expected ISO 8601, like 2026-11-23T12:00:00Z, and a day that exists';
    throw new StepError('invalid_date', `"${iso.slice(0, 60)}" is no time: ${expected}`);
  }
  return requireInstant(written === undefined ? fromWall(wall, zone) : wall - offset * 60_000);
};

/** A number of months later on the calendar; a day that the month lacks becomes its last: 31 January, 28 February. */
const addMonths = (wall: number, months: number): number => {
  const from = new Date(wall);
  const count = from.getUTCFullYear() * 12 + from.getUTCMonth() + months;
  const year = Math.floor(count / 12);
  const month = count - year * 12;
  const to = new Date(wall);
  to.setUTCFullYear(year, month, Math.min(from.getUTCDate(), daysInMonth(year, month + 1)));
  return to.getTime();
};

/**
 * A time some units later (or earlier, by a negative amount), as ISO text in UTC. Days and longer are counted on the
 * calendar of the zone, so noon stays noon when the clocks change, and take whole amounts; the rest is exact.
 */
export const addTime = (iso: string, amount: number, unit: string, zone = 'UTC'): string => {
  const start = instantOf(iso, zone);
  const kind = unitOf(unit);
  if (!Number.isFinite(amount))
    throw new StepError('invalid_amount', 'The amount of time to add is no number');
  if (isClockUnit(kind)) return isoText(Math.round(start + amount * UNIT_MS[kind]));
  if (!Number.isInteger(amount)) {
    const remedy = 'a fraction of it has no fixed length; use hours';
    throw new StepError('invalid_amount', `${amount} ${unit} is not a whole amount: ${remedy}`);
  }
  const wall = toWall(start, zone);
  const moved = isDayUnit(kind)
    ? wall + amount * UNIT_DAYS[kind] * 86_400_000
    : addMonths(wall, amount * UNIT_MONTHS[kind]);
  return isoText(fromWall(requireInstant(moved), zone));
};

/** Whole months from one instant to a later one: 31 January to 28 February is one, as `addTime` has it. */
const monthsBetween = (from: number, to: number): number => {
  const [start, end] = [new Date(from), new Date(to)];
  const months =
    (end.getUTCFullYear() - start.getUTCFullYear()) * 12 + end.getUTCMonth() - start.getUTCMonth();
  return addMonths(from, months) > to ? months - 1 : months;
};

/** Complete units from the first time to the second, negative when the second is earlier. Days have 24 hours. */
export const timeBetween = (from: string, to: string, unit: string): number => {
  const [start, end] = [instantOf(from), instantOf(to)];
  const kind = unitOf(unit);
  const count = (earlier: number, later: number): number => {
    if (isClockUnit(kind)) return (later - earlier) / UNIT_MS[kind];
    if (isDayUnit(kind)) return (later - earlier) / (UNIT_DAYS[kind] * 86_400_000);
    return monthsBetween(earlier, later) / UNIT_MONTHS[kind];
  };
  // Adding 0 keeps -0 out of the results.
  return end >= start ? Math.floor(count(start, end)) : 0 - Math.floor(count(end, start));
};
