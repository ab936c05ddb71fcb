/** Schedules as sentences. */
import { describe, expect, it } from 'vitest';
import { inWords } from '../../src/schedules/words.ts';
import { schedule, type Form } from './schedule.ts';

const words = (form: Form): string => inWords(schedule(form, { timezone: 'UTC' })).replace(', UTC.', '');

describe('a schedule in words', () => {
  it.each([
    ['0 9 * * 1-5', 'At 09:00 from Monday to Friday'],
    ['0 9,17 * * *', 'At 09:00 and 17:00 every day'],
    ['* * * * *', 'Every minute'],
    ['*/15 * * * *', 'Every 15 minutes'],
    ['*/7 * * * *', 'At minutes 0, 7, 14, 21, 28, 35, 42, 49 and 56 of every hour'],
    ['5 * * * *', 'At minute 5 of every hour'],
    ['*/15 8-17 * * 1-5', 'Every 15 minutes of the hours 8 to 17 from Monday to Friday'],
    ['* 9 * * *', 'Every minute of the hour 9'],
    ['0 0 1,15,L * *', 'At 00:00 on the 1st and 15th and the last day of the month'],
    ['0 0 * * MON#1', 'At 00:00 on the first Monday of the month'],
    ['30 18 * * FRI#L', 'At 18:30 on the last Friday of the month'],
    ['0 0 13 * 5', 'At 00:00 on the 13th of the month, and also on Friday'],
    ['0 12 29 2 *', 'At 12:00 on the 29th of the month, in February'],
    ['0 0 * 1-3,12 *', 'At 00:00 every day, in January to March and December'],
    ['0 0 * * 0,6', 'At 00:00 on Saturday and Sunday'],
  ])('%s: %s', (cron, expected) => {
    expect(words({ cron })).toBe(expected);
  });

  it.each<[Form, string]>([
    [{ every: { minutes: 1 } }, 'Every minute'],
    [{ every: { minutes: 7 } }, 'Every 7 minutes, UTC, counted from 1 January 2024.'],
    [{ every: { hours: 2 } }, 'Every 2 hours'],
    [
      { every: { hours: 2, between: { from: '22:00', to: '06:00' } } },
      'Every 2 hours from 22:00 on, until before 06:00 on the next day',
    ],
    [{ every: { days: 1, at: ['09:00', '17:00'] } }, 'Every day at 09:00 and 17:00'],
    [
      { every: { weeks: 2, on: ['sun', 'mon'], at: ['09:00'] } },
      'Every 2 weeks on Monday and Sunday at 09:00, UTC, counted from 1 January 2024.',
    ],
    [{ every: { months: 1, day: 'last', at: ['18:00'] } }, 'Every month on the last day at 18:00'],
    [{ at: '2026-12-24T18:00' }, 'Once, on 24 December 2026 at 18:00'],
  ])('%j: %s', (form, expected) => {
    expect(words(form)).toBe(expected);
  });

  it('says zone, start, end and spread', () => {
    const one = schedule(
      { every: { days: 1, at: ['09:00'] } },
      { start: '2026-12-01', end: '2027-06-30T12:00', spreadMs: 300_000 },
    );

    expect(inWords(one)).toBe(
      'Every day at 09:00, Europe/Berlin time, from 1 December 2026 on, until 12:00 on 30 June 2027, included. ' +
        'Each time starts up to 5 minutes later, always by the same.',
    );
  });
});
