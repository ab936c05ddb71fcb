/** Dates and times. A time is ISO 8601 text; without an offset it is taken in the zone, UTC if none is given. */
import * as z from 'zod';
import { addTime, isoText, type TimeUnit, timeBetween } from '../domain/calendar.ts';
import { pure } from '../domain/card.ts';
import { formatTime } from '../domain/date-format.ts';
import { finite, time, unit, zone } from './values/fields.ts';

export * from './date-text.ts';

const moved = z.strictObject({ time: time.describe('ISO 8601 in UTC') });
const anyTime = time.describe('A time, ISO 8601');

export const now = pure({
  title: 'Now',
  doc: 'The time at which the step is done, whole and in its parts, on the clocks of a zone.',
  input: z.strictObject({ zone }),
  output: z.strictObject({
    time: time.describe('ISO 8601 in UTC'),
    full: z.string().describe('In words'),
    date: z.string().describe('YYYY-MM-DD in the zone'),
    clock: z.string().describe('HH:mm:ss in the zone'),
    year: z.int().describe('Four digits'),
    month: z.int().describe('1 to 12'),
    monthName: z.string().describe('In English'),
    day: z.int().describe('Day of the month'),
    weekday: z.string().describe('In English'),
    hour: z.int().describe('0 to 23'),
    minute: z.int().describe('0 to 59'),
    second: z.int().describe('0 to 59'),
    millisecond: z.int().describe('0 to 999'),
  }),
  examples: [
    {
      input: { zone: 'Europe/Berlin' },
      now: '2026-11-23T23:05:07.089Z',
      output: {
        time: '2026-11-23T23:05:07.089Z',
        full: 'Tuesday, November 24, 2026 12:05 AM',
        date: '2026-11-24',
        clock: '00:05:07',
        year: 2026,
        month: 11,
        monthName: 'November',
        day: 24,
        weekday: 'Tuesday',
        hour: 0,
        minute: 5,
        second: 7,
        millisecond: 89,
      },
    },
    { title: 'Unknown zone', input: { zone: 'America/Pacific' }, error: 'unknown_zone' },
  ],
  run: ({ zone: where }, context) => {
    const iso = isoText(context.now);
    const as = (wanted: string): string => formatTime(iso, wanted, where);
    return {
      time: iso,
      full: as('LLLL'),
      date: as('YYYY-MM-DD'),
      clock: as('HH:mm:ss'),
      year: Number(as('YYYY')),
      month: Number(as('M')),
      monthName: as('MMMM'),
      day: Number(as('D')),
      weekday: as('dddd'),
      hour: Number(as('H')),
      minute: Number(as('m')),
      second: Number(as('s')),
      millisecond: Number(as('SSS')),
    };
  },
});

const shift = z.strictObject({
  time: anyTime,
  amount: finite.describe('How many units; whole for days and longer'),
  unit,
  zone,
});

export const add = pure({
  title: 'Add time',
  doc: 'A time some units later. Days and longer follow the calendar and clocks of the zone; a day that a month lacks becomes its last.',
  input: shift,
  output: moved,
  examples: [
    {
      input: { time: '2026-01-31', amount: 1, unit: 'months' },
      output: { time: '2026-02-28T00:00:00.000Z' },
    },
    {
      title: 'Noon stays noon when the clocks change',
      input: { time: '2026-03-28T12:00:00', amount: 1, unit: 'days', zone: 'Europe/Berlin' },
      output: { time: '2026-03-29T10:00:00.000Z' },
    },
    {
      title: 'A day that does not exist',
      input: { time: '2026-02-30', amount: 1, unit: 'days' },
      error: 'invalid_date',
    },
    {
      title: 'A part of a month',
      input: { time: '2026-01-01', amount: 0.5, unit: 'months' },
      error: 'invalid_amount',
    },
  ],
  run: ({ time: start, amount, unit: kind, zone: where }) => ({ time: addTime(start, amount, kind, where) }),
});

export const subtract = pure({
  title: 'Subtract time',
  doc: 'A time some units earlier, by the same rules as date.add.',
  input: shift,
  output: moved,
  examples: [
    {
      input: { time: '2024-02-29T08:00:00Z', amount: 1, unit: 'years' },
      output: { time: '2023-02-28T08:00:00.000Z' },
    },
    {
      input: { time: '2026-11-23T12:00:00Z', amount: 90, unit: 'minutes' },
      output: { time: '2026-11-23T10:30:00.000Z' },
    },
  ],
  run: ({ time: start, amount, unit: kind, zone: where }) => ({ time: addTime(start, -amount, kind, where) }),
});

export const difference = pure({
  title: 'Time between',
  doc: 'How long it is from one time to another, in each unit by itself, complete units only; negative when the second is earlier. Days have 24 hours, months are those of the calendar in UTC.',
  input: z.strictObject({
    from: time.describe('The earlier time, ISO 8601'),
    to: time.describe('The later time, ISO 8601'),
  }),
  output: z.strictObject({
    years: z.int().describe('Complete years'),
    quarters: z.int().describe('Complete quarters'),
    months: z.int().describe('Complete months'),
    weeks: z.int().describe('Complete weeks'),
    days: z.int().describe('Complete days'),
    hours: z.int().describe('Complete hours'),
    minutes: z.int().describe('Complete minutes'),
    seconds: z.int().describe('Complete seconds'),
    milliseconds: z.int().describe('Complete milliseconds'),
  }),
  examples: [
    {
      input: { from: '2026-01-31T00:00:00Z', to: '2026-03-01T12:00:00Z' },
      output: {
        years: 0,
        quarters: 0,
        months: 1,
        weeks: 4,
        days: 29,
        hours: 708,
        minutes: 42_480,
        seconds: 2_548_800,
        milliseconds: 2_548_800_000,
      },
    },
    { title: 'No time', input: { from: 'yesterday', to: '2026-01-01' }, error: 'invalid_date' },
  ],
  run: ({ from, to }) => {
    const count = (kind: TimeUnit): number => timeBetween(from, to, kind);
    return {
      years: count('years'),
      quarters: count('quarters'),
      months: count('months'),
      weeks: count('weeks'),
      days: count('days'),
      hours: count('hours'),
      minutes: count('minutes'),
      seconds: count('seconds'),
      milliseconds: count('milliseconds'),
    };
  },
});
