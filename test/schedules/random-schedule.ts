/** Random schedules, zones and instants, near the edges where they hurt. */
import * as fc from 'fast-check';
import type { Every, ScheduleTrigger, Weekday } from '../../src/domain/schedule.ts';
import type { OracleCase } from './oracle.ts';

const BASE = {
  kind: 'schedule',
  overlap: 'skip',
  missed: 'last',
  missedWindowMs: 21_600_000,
  spreadMs: 0,
} as const;

/** Zones, and days near which their clocks change, or months and years end. */
const EDGES: Readonly<Record<string, readonly string[]>> = {
  'Europe/Berlin': ['2026-03-29', '2026-10-25', '2024-02-29', '2026-12-31'],
  'America/New_York': ['2026-03-08', '2026-11-01', '2026-04-30'],
  'Australia/Lord_Howe': ['2026-04-05', '2026-10-04'],
  'Asia/Kathmandu': ['2026-02-28', '2026-07-31'],
  'Pacific/Apia': ['2011-12-30', '2026-05-31'],
  'Africa/Casablanca': ['2026-02-15', '2026-03-22'],
  'America/Havana': ['2026-03-08', '2026-11-01'],
  'Antarctica/Troll': ['2026-03-29', '2026-10-25'],
  UTC: ['2028-02-29'],
};

export const edge = fc.constantFrom(
  ...Object.entries(EDGES).flatMap(([zone, days]) =>
    days.map((day) => ({ zone, from: Date.parse(day) - 86_400_000, to: Date.parse(day) + 2 * 86_400_000 })),
  ),
);

interface CronPart {
  readonly text: string;
  readonly has: (value: number) => boolean;
}

const part = (least: number, most: number): fc.Arbitrary<CronPart> => {
  const value = fc.oneof(
    fc.integer({ min: least, max: Math.min(most, least + 4) }),
    fc.integer({ min: least, max: most }),
  );
  return fc.oneof(
    fc.constant({ text: '*', has: () => true }),
    value.map((only) => ({ text: String(only), has: (one: number) => one === only })),
    fc.array(value, { minLength: 2, maxLength: 4 }).map((all) => ({
      text: all.join(','),
      has: (one: number) => all.includes(one),
    })),
    fc.integer({ min: 2, max: Math.min(most, 20) }).map((step) => ({
      text: `*/${step}`,
      has: (one: number) => (one - least) % step === 0,
    })),
    fc.tuple(value, value, fc.integer({ min: 1, max: 5 })).map(([a, b, step]) => {
      const [from, to] = [Math.min(a, b), Math.max(a, b)];
      return {
        text: `${from}-${to}/${step}`,
        has: (one: number) => one >= from && one <= to && (one - from) % step === 0,
      };
    }),
  );
};

interface DayPart {
  readonly text: string;
  readonly has: (date: Date) => boolean;
}

const NAMES = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const isLastWeek = (date: Date): boolean =>
  new Date(date.getTime() + 7 * 86_400_000).getUTCMonth() !== date.getUTCMonth();

const dayOfMonth: fc.Arbitrary<DayPart> = fc.oneof(
  {
    weight: 3,
    arbitrary: part(1, 31).map(({ text, has }) => ({ text, has: (date: Date) => has(date.getUTCDate()) })),
  },
  {
    weight: 1,
    arbitrary: fc.constant({
      text: 'L',
      has: (date: Date) => new Date(date.getTime() + 86_400_000).getUTCDate() === 1,
    }),
  },
);

const weekday: fc.Arbitrary<DayPart> = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ text: '*', has: () => true }) },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 0, max: 7 })
      .map((day) => ({ text: String(day), has: (date: Date) => date.getUTCDay() === day % 7 })),
  },
  {
    weight: 1,
    arbitrary: fc.constant({ text: 'mon-fri', has: (date: Date) => ![0, 6].includes(date.getUTCDay()) }),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.integer({ min: 0, max: 6 }), fc.constantFrom(1, 2, 3, 4, 5, 'L'))
      .map(([day, nth]) => ({
        text: `${NAMES[day]}#${nth}`,
        has: (date: Date) =>
          date.getUTCDay() === day &&
          (nth === 'L' ? isLastWeek(date) : Math.ceil(date.getUTCDate() / 7) === nth),
      })),
  },
);

const cron: fc.Arbitrary<{
  readonly form: { readonly cron: string };
  readonly asks: (wall: Date) => boolean;
}> = fc
  .tuple(part(0, 59), part(0, 23), dayOfMonth, part(1, 12), weekday)
  .map(([minute, hour, day, month, week]) => {
    const isEither = day.text !== '*' && week.text !== '*';
    const isDay = (wall: Date): boolean =>
      isEither ? day.has(wall) || week.has(wall) : day.has(wall) && week.has(wall);
    return {
      form: { cron: [minute, hour, day, month, week].map(({ text }) => text).join(' ') },
      asks: (wall) =>
        minute.has(wall.getUTCMinutes()) &&
        hour.has(wall.getUTCHours()) &&
        month.has(wall.getUTCMonth() + 1) &&
        isDay(wall),
    };
  });

const two = (number: number): string => String(number).padStart(2, '0');
const time = fc
  .tuple(
    fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 23 })),
    fc.constantFrom(0, 15, 30, 59),
  )
  .map(([hour, minute]) => `${two(hour)}:${two(minute)}`);
const at = fc.uniqueArray(time, { minLength: 1, maxLength: 3 });
const between = fc
  .uniqueArray(time, { minLength: 2, maxLength: 2 })
  .map(([from = '00:00', to = '01:00']) => ({ from, to }));
const on = fc.uniqueArray(fc.constantFrom<Weekday>('mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'), {
  minLength: 1,
});

const every: fc.Arbitrary<Every> = fc.oneof(
  fc.record({ minutes: fc.integer({ min: 1, max: 200 }) }),
  fc.record({ minutes: fc.integer({ min: 1, max: 90 }), between }),
  fc.record({ hours: fc.integer({ min: 1, max: 30 }) }),
  fc.record({ hours: fc.integer({ min: 1, max: 5 }), between }),
  fc.record({ days: fc.integer({ min: 1, max: 4 }), at }),
  fc.record({ weeks: fc.integer({ min: 1, max: 3 }), on, at }),
  fc.record({
    months: fc.integer({ min: 1, max: 3 }),
    day: fc.oneof(
      fc.constantFrom<number | 'last'>('last', 1, 28, 29, 30, 31),
      fc.integer({ min: 1, max: 31 }),
    ),
    at,
  }),
);

const policies = fc.record({
  gap: fc.constantFrom<'next' | 'skip'>('next', 'skip'),
  fold: fc.constantFrom<'first' | 'second' | 'both'>('first', 'second', 'both'),
});

const dateOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

export interface RandomCase extends OracleCase {
  readonly from: number;
  readonly to: number;
}

export const randomCase: fc.Arbitrary<RandomCase> = fc
  .record({
    edge,
    policies,
    form: fc.oneof(
      cron,
      every.map((one) => ({ form: { every: one } })),
    ),
    bound: fc.constantFrom('none', 'start', 'end'),
  })
  .map(({ edge: { zone, from, to }, policies: { gap, fold }, form, bound }) => {
    const bounds = {
      none: {},
      start: { start: dateOf(from + 43_200_000) },
      end: { end: dateOf(to - 86_400_000) },
    }[bound];
    const schedule: ScheduleTrigger = { ...BASE, timezone: zone, gap, fold, ...bounds, ...form.form };
    return { schedule, from, to, ...('asks' in form ? { asks: form.asks } : {}) };
  });
