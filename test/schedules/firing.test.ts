/** When schedules fire, told by what hurts. */
import { describe, expect, it } from 'vitest';
import type { ScheduleTrigger } from '../../src/domain/schedule.ts';
import { dueAt, firings, nextFiring } from '../../src/schedules/firing.ts';
import { schedule, type Form } from './schedule.ts';

/** Local times with their offsets, and marks: `2026-03-29 03:00 +02:00 gap`. */
const times = (one: ScheduleTrigger, from: string, limit: number): string[] =>
  firings(one, { from: Date.parse(from), to: Infinity, limit }).map(({ local, mark }) =>
    `${local.slice(0, 10)} ${local.slice(11, 16)} ${local.slice(19, 25)} ${mark ?? ''}`.trim(),
  );

const DAILY: Form = { cron: '30 2 * * *' };
const HOURLY: Form = { cron: '0 * * * *' };

describe('the hour that the clocks leap over', () => {
  it.each([
    ['Europe/Berlin', '2026-03-29T00:00Z', '2026-03-29 03:00 +02:00 gap'],
    ['America/New_York', '2026-03-08T05:00Z', '2026-03-08 03:00 -04:00 gap'],
    ['Antarctica/Troll', '2026-03-29T00:00Z', '2026-03-29 03:00 +02:00 gap'],
  ])('in %s: what is due in it starts at its end', (timezone, from, expected) => {
    expect(times(schedule(DAILY, { timezone }), from, 1)).toEqual([expected]);
  });

  it('may be half an hour: on Lord Howe Island', () => {
    const one = schedule({ cron: '15 2 * * *' }, { timezone: 'Australia/Lord_Howe' });

    expect(times(one, '2026-10-03T14:00Z', 2)).toEqual([
      '2026-10-04 02:30 +11:00 gap',
      '2026-10-05 02:15 +11:00',
    ]);
  });

  it('leaves out what is due in it with gap: skip', () => {
    const one = schedule(DAILY, { gap: 'skip' });

    expect(times(one, '2026-03-28T00:00Z', 2)).toEqual([
      '2026-03-28 02:30 +01:00',
      '2026-03-30 02:30 +02:00',
    ]);
  });

  it('starts several that are due in it once', () => {
    expect(times(schedule({ cron: '*/20 * * * *' }), '2026-03-29T00:40Z', 3)).toEqual([
      '2026-03-29 01:40 +01:00',
      '2026-03-29 03:00 +02:00',
      '2026-03-29 03:20 +02:00',
    ]);
  });

  it('may be at midnight, and the day begins an hour later', () => {
    const one = schedule({ every: { days: 1, at: ['00:00'] } }, { timezone: 'America/Havana' });

    expect(times(one, '2026-03-08T00:00-05:00', 2)).toEqual([
      '2026-03-08 01:00 -04:00 gap',
      '2026-03-09 00:00 -04:00',
    ]);
  });

  it('may be a whole day: 30 December 2011 in Samoa', () => {
    const one = schedule(DAILY, { timezone: 'Pacific/Apia' });

    expect(times(one, '2011-12-29T00:00-10:00', 3)).toEqual([
      '2011-12-29 02:30 -10:00',
      '2011-12-31 00:00 +14:00 gap',
      '2011-12-31 02:30 +14:00',
    ]);
  });
});

describe('the hour that comes twice', () => {
  const AUTUMN = '2026-10-25T00:00Z';

  it.each([
    ['first', ['2026-10-25 02:30 +02:00 first', '2026-10-26 02:30 +01:00']],
    ['second', ['2026-10-25 02:30 +01:00 second', '2026-10-26 02:30 +01:00']],
    ['both', ['2026-10-25 02:30 +02:00 first', '2026-10-25 02:30 +01:00 second']],
  ] as const)('counts as fold: %s says', (fold, expected) => {
    expect(times(schedule(DAILY, { fold }), AUTUMN, 2)).toEqual(expected);
  });

  it.each([
    [
      'America/New_York',
      '2026-11-01T05:00Z',
      '2026-11-01 01:45 -04:00 first',
      '2026-11-01 01:45 -05:00 second',
    ],
    [
      'Australia/Lord_Howe',
      '2026-04-04T14:00Z',
      '2026-04-05 01:45 +11:00 first',
      '2026-04-05 01:45 +10:30 second',
    ],
  ])('comes in %s too', (timezone, from, first, second) => {
    expect(times(schedule({ cron: '45 1 * * *' }, { timezone, fold: 'both' }), from, 2)).toEqual([
      first,
      second,
    ]);
  });

  it('silences an hourly cron for an hour, unless fold: both', () => {
    expect(times(schedule(HOURLY), '2026-10-24T23:00Z', 3)).toEqual([
      '2026-10-25 01:00 +02:00',
      '2026-10-25 02:00 +02:00 first',
      '2026-10-25 03:00 +01:00',
    ]);
    expect(times(schedule(HOURLY, { fold: 'both' }), '2026-10-25T00:00Z', 3)).toEqual([
      '2026-10-25 02:00 +02:00 first',
      '2026-10-25 02:00 +01:00 second',
      '2026-10-25 03:00 +01:00',
    ]);
  });

  it('is complete before it is repeated', () => {
    expect(times(schedule({ cron: '0,30 2 * * *' }, { fold: 'both' }), AUTUMN, 4)).toEqual([
      '2026-10-25 02:00 +02:00 first',
      '2026-10-25 02:30 +02:00 first',
      '2026-10-25 02:00 +01:00 second',
      '2026-10-25 02:30 +01:00 second',
    ]);
  });

  it('does not stretch or repeat what is counted by the stopwatch', () => {
    const one = schedule({ every: { hours: 1 } });

    expect(times(one, '2026-10-24T23:00Z', 4)).toEqual([
      '2026-10-25 01:00 +02:00',
      '2026-10-25 02:00 +02:00',
      '2026-10-25 02:00 +01:00',
      '2026-10-25 03:00 +01:00',
    ]);
  });
});

describe('odd zones', () => {
  it('has Kathmandu three quarters of an hour off', () => {
    const [first] = firings(schedule({ cron: '0 9 * * *' }, { timezone: 'Asia/Kathmandu' }), {
      from: Date.parse('2026-06-01'),
      to: Infinity,
      limit: 1,
    });

    expect(new Date(first?.at ?? 0).toISOString()).toBe('2026-06-01T03:15:00.000Z');
  });

  it('follows a zone that changed its rules: Turkey stayed on summer time in 2016', () => {
    const one = schedule({ every: { months: 12, day: 1, at: ['09:00'] } }, { timezone: 'Europe/Istanbul' });

    expect(times(one, '2016-01-01T00:00Z', 2)).toEqual([
      '2016-01-01 09:00 +02:00',
      '2017-01-01 09:00 +03:00',
    ]);
  });

  it('follows a zone that leaves its time for a month: Casablanca in Ramadan', () => {
    const one = schedule({ cron: '0 9 15 * *' }, { timezone: 'Africa/Casablanca' });

    expect(times(one, '2026-02-01T00:00Z', 3).map((text) => text.slice(-6))).toEqual([
      '+00:00',
      '+00:00',
      '+01:00',
    ]);
  });
});

describe('odd days', () => {
  it.each<[string, Form, string[]]>([
    ['the 29th of February, by cron', { cron: '0 0 29 2 *' }, ['2028-02-29', '2032-02-29', '2036-02-29']],
    ['the 31st, by cron', { cron: '0 0 31 * *' }, ['2026-01-31', '2026-03-31', '2026-05-31']],
    [
      'the 31st',
      { every: { months: 1, day: 31, at: ['00:00'] } },
      ['2026-01-31', '2026-03-31', '2026-05-31'],
    ],
    [
      'the last day',
      { every: { months: 1, day: 'last', at: ['00:00'] } },
      ['2026-01-31', '2026-02-28', '2026-03-31'],
    ],
    ['the last day, by cron', { cron: '0 0 L * *' }, ['2026-01-31', '2026-02-28', '2026-03-31']],
    ['the first Monday', { cron: '0 0 * * MON#1' }, ['2026-01-05', '2026-02-02', '2026-03-02']],
    ['the last Friday', { cron: '0 0 * * FRI#L' }, ['2026-01-30', '2026-02-27', '2026-03-27']],
    ['the 13th or any Friday', { cron: '0 0 13 * FRI' }, ['2026-01-02', '2026-01-09', '2026-01-13']],
    ['Sunday as 7', { cron: '0 0 * * 7' }, ['2026-01-04', '2026-01-11', '2026-01-18']],
    [
      'each quarter',
      { every: { months: 3, day: 1, at: ['00:00'] } },
      ['2026-01-01', '2026-04-01', '2026-07-01'],
    ],
  ])('%s', (_, form, expected) => {
    const found = times(schedule(form, { timezone: 'UTC' }), '2026-01-01T00:00Z', 3);

    expect(found.map((text) => text.slice(0, 10))).toEqual(expected);
  });

  it('finds the leap day over the year 2100, which has none', () => {
    const [first] = times(schedule({ cron: '0 0 29 2 *' }, { timezone: 'UTC' }), '2096-03-01T00:00Z', 1);

    expect(first).toBe('2104-02-29 00:00 +00:00');
  });

  it('begins weeks on Monday: every second Sunday ends the week that Monday began', () => {
    const one = schedule({ every: { weeks: 2, on: ['sun', 'mon'], at: ['09:00'] } }, { start: '2026-12-02' });

    expect(times(one, '2026-01-01T00:00Z', 4).map((text) => text.slice(0, 10))).toEqual([
      '2026-12-06',
      '2026-12-14',
      '2026-12-20',
      '2026-12-28',
    ]);
  });
});

describe('a schedule that never fires', () => {
  it.each<[Form]>([
    [{ cron: '0 0 31 2 *' }],
    [{ cron: '0 0 30-31 2 *' }],
    [{ every: { months: 12, day: 30, at: ['00:00'] } }],
  ])('%j has no next time, and is not looked for without end', (form) => {
    expect(nextFiring(schedule(form, { start: '2026-02-01' }), Date.parse('2026-01-01'))).toBeNull();
  });
});

describe('counting', () => {
  it('has seven minutes between all times of every: { minutes: 7 }, over midnight too', () => {
    const found = firings(schedule({ every: { minutes: 7 } }), {
      from: Date.parse('2026-03-28T20:00Z'),
      to: Date.parse('2026-03-29T04:00Z'),
      limit: 1_000,
    });
    const gaps = found.slice(1).map(({ at }, index) => at - (found[index]?.at ?? 0));

    expect(new Set(gaps)).toEqual(new Set([7 * 60_000]));
  });

  it('gives the same times wherever one begins to ask', () => {
    const one = schedule({ every: { minutes: 7 } });
    const from = Date.parse('2026-03-28T20:00Z');
    const next = nextFiring(one, from)?.at ?? 0;

    expect([1, 60_000, next - from - 1].map((later) => nextFiring(one, from + later)?.at)).toEqual([
      next,
      next,
      next,
    ]);
  });

  it('begins with the start', () => {
    const one = schedule({ every: { minutes: 45 } }, { start: '2026-12-01T09:10' });

    expect(times(one, '2026-01-01T00:00Z', 2)).toEqual([
      '2026-12-01 09:10 +01:00',
      '2026-12-01 09:55 +01:00',
    ]);
  });

  it('begins anew each time a window opens, past midnight too', () => {
    const one = schedule({ every: { hours: 3, between: { from: '22:00', to: '06:00' } } });

    expect(times(one, '2026-06-01T10:00Z', 5)).toEqual([
      '2026-06-01 22:00 +02:00',
      '2026-06-02 01:00 +02:00',
      '2026-06-02 04:00 +02:00',
      '2026-06-02 22:00 +02:00',
      '2026-06-03 01:00 +02:00',
    ]);
  });

  it('closes a window before the time it names', () => {
    const one = schedule({ every: { minutes: 30, between: { from: '08:00', to: '09:00' } } });

    expect(times(one, '2026-06-01T00:00Z', 3).map((text) => text.slice(8, 16))).toEqual([
      '01 08:00',
      '01 08:30',
      '02 08:00',
    ]);
  });
});

describe('start and end', () => {
  const DAYS: Form = { every: { days: 1, at: ['09:00'] } };

  it('are both included, a date as end to its last minute', () => {
    const one = schedule(DAYS, { start: '2026-12-01', end: '2026-12-02' });

    expect(times(one, '2026-01-01T00:00Z', 9).map((text) => text.slice(0, 10))).toEqual([
      '2026-12-01',
      '2026-12-02',
    ]);
  });

  it('may be times', () => {
    const one = schedule(DAYS, { start: '2026-12-01T09:01', end: '2026-12-03T09:00' });

    expect(times(one, '2026-01-01T00:00Z', 9).map((text) => text.slice(0, 10))).toEqual([
      '2026-12-02',
      '2026-12-03',
    ]);
  });
});

describe('a time that comes once', () => {
  it.each([
    ['2026-12-24T18:00', '2026-12-24T17:00:00.000Z'],
    ['2026-12-24T18:00+05:45', '2026-12-24T12:15:00.000Z'],
    ['2026-12-24T18:00:00Z', '2026-12-24T18:00:00.000Z'],
  ])('%s is %s', (at, expected) => {
    const next = nextFiring(schedule({ at }), 0);

    expect(new Date(next?.at ?? 0).toISOString()).toBe(expected);
    expect(nextFiring(schedule({ at }), next?.at ?? 0)).toBeNull();
  });
});

describe('the spread', () => {
  const one = schedule(DAILY, { spreadMs: 300_000 });

  it('moves two flows of the same schedule apart, and each always by the same', () => {
    const offsets = ['nightly', 'sync'].map((flow) => [0, 86_400_000].map((at) => dueAt(one, flow, at) - at));

    expect(offsets).toEqual([
      [240_000, 240_000],
      [0, 0],
    ]);
  });

  it('uses every whole minute up to it, about equally often', () => {
    const counts = new Map<number, number>();
    for (let index = 0; index < 6_000; index++) {
      const minutes = dueAt(one, `team-${index}/sync`, 0) / 60_000;
      counts.set(minutes, (counts.get(minutes) ?? 0) + 1);
    }

    expect(new Set(counts.keys())).toEqual(new Set([0, 1, 2, 3, 4, 5]));
    expect(Math.min(...counts.values())).toBeGreaterThan(900);
  });
});
