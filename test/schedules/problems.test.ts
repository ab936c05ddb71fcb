/** What is refused of a schedule, and what is warned of. */
import { describe, expect, it } from 'vitest';
import { scheduleProblems } from '../../src/schedules/problems.ts';
import { schedule, type Form } from './schedule.ts';

const NOW = Date.parse('2026-11-24T12:00Z');
type More = Parameters<typeof schedule>[1];

const told = (
  form: Form,
  more: More = {},
  asked: Parameters<typeof scheduleProblems>[1] = { now: NOW },
): string[] =>
  scheduleProblems(schedule(form, more), asked).map(
    ({ severity, member, message }) => `${severity} ${member}: ${message}`,
  );

describe('a schedule that cannot be meant', () => {
  it.each<[string, Form, More, string]>([
    [
      'the 31st of February',
      { cron: '0 0 31 2 *' },
      {},
      'error cron: This never fires: no day has such a time',
    ],
    [
      'an end before its start',
      { cron: '0 9 * * *' },
      { start: '2026-12-01', end: '2026-11-30' },
      'error end: "end" (2026-11-30) is before "start" (2026-12-01)',
    ],
    [
      'no time before its end',
      { cron: '0 0 1 1 *' },
      { start: '2026-12-01', end: '2026-12-24' },
      'error cron: This never fires before its end: no day has such a time',
    ],
    [
      'a single time that the clocks leap over, and gap: skip',
      { at: '2027-03-28T02:30' },
      { gap: 'skip' },
      'error at: This never fires: no day has such a time',
    ],
    [
      'a window too short for a second time',
      { every: { hours: 8, between: { from: '22:00', to: '06:00' } } },
      {},
      'error every: From 22:00 to 06:00 it would fire only once: use { days: 1, at: "22:00" }',
    ],
  ])('is refused: %s', (_, form, more, expected) => {
    expect(told(form, more)).toEqual([expected]);
  });
});

describe('a schedule that may surprise', () => {
  it.each<[Form, string]>([
    [
      { cron: '0 12 31 * *' },
      'warning cron: It does not fire in February, April, June, September and November, which have no 31st: "L" is the last day of every month',
    ],
    [
      { every: { months: 3, day: 31, at: ['12:00'] } },
      'warning every: It does not fire in April, which has no 31st: "day: last" is the last one of every month',
    ],
    [
      { cron: '0 12 29 2 *' },
      'warning cron: It fires in February in leap years only: "L" is the last day of every month',
    ],
    [
      { cron: '0 12 * * MON#5' },
      'warning cron: It does not fire in months without a fifth Monday: "#L" is the last one of every month',
    ],
    [{ at: '2026-01-01T12:00' }, 'warning at: 2026-01-01T12:00 is past: this fires no more'],
  ])('%j is told so', (form, expected) => {
    expect(told(form)).toEqual([expected]);
  });

  it.each<[Form]>([
    [{ cron: '0 12 31 1,3 *' }],
    [{ cron: '0 12 31,L * *' }],
    [{ cron: '0 12 31 * MON' }],
    [{ every: { months: 3, day: 30, at: ['12:00'] } }],
    [{ every: { minutes: 15 } }],
  ])('%j is not one', (form) => {
    expect(told(form)).toEqual([]);
  });

  it('is told when its end is past', () => {
    expect(told({ cron: '0 12 * * *' }, { end: '2020-01-01' })).toEqual([
      'warning end: This fires no more: its last time is past',
    ]);
  });
});

describe('the next changes of the clocks', () => {
  const NIGHTLY: Form = { cron: '30 2 * * *' };
  const gap =
    'warning cron: On 28 March 2027 the clocks of Europe/Berlin go forward from 02:00 to 03:00: ' +
    'what is due at 02:30 starts at 03:00, the first time there is (gap: next); write gap to say that this is meant';
  const fold =
    'warning cron: On 31 October 2027 the clocks of Europe/Berlin go back from 03:00 to 02:00: ' +
    'what is due at 02:30 starts once, the first time (fold: first); write fold to say that this is meant';

  it('are told with their days to what is due in a gap or a fold', () => {
    expect(told(NIGHTLY)).toEqual([gap, fold]);
  });

  it('are no news to who has decided', () => {
    expect(told(NIGHTLY, {}, { now: NOW, decided: { gap: true, fold: false } })).toEqual([fold]);
    expect(told(NIGHTLY, {}, { now: NOW, decided: { gap: true, fold: true } })).toEqual([]);
  });

  it('do not concern other times, other zones, and what the stopwatch counts', () => {
    expect(told({ cron: '30 9 * * *' })).toEqual([]);
    expect(told(NIGHTLY, { timezone: 'Asia/Kathmandu' })).toEqual([]);
    expect(told({ every: { hours: 1 } })).toEqual([]);
  });

  it('stop an hourly cron for an hour in autumn, and go by unnoticed in spring', () => {
    expect(told({ cron: '0 * * * *' })).toEqual([fold.replace('due at 02:30', 'due at 02:00')]);
  });
});
