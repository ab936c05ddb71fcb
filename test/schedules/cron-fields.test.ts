/** Reading cron expressions: what we take, Croner takes; what we refuse, we refuse with a sentence. */
import { Cron } from 'croner';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCron } from '../../src/schedules/cron-fields.ts';

const faultOf = (text: string): string => {
  const read = readCron(text);
  return read.ok ? 'none' : read.fault;
};

describe('a cron expression', () => {
  it.each([
    ['0 0 9 * * 1', 'it has six: there are no seconds and no years here'],
    ['0 9 * *', 'it has 4'],
    ['', 'it has 0'],
    ['60 * * * *', '"60" is no minute: write 0 to 59'],
    ['0 24 * * *', '"24" is no hour: write 0 to 23'],
    ['0 0 0 * *', '"0" is no day of the month: write 1 to 31'],
    ['0 0 * 13 *', '"13" is no month: write 1 to 12, or a name such as FEB'],
    ['0 0 * * monday', '"monday" is no weekday: write 0 to 7, or a name such as MON'],
    ['0 22-6 * * *', '"22-6" ends before it begins: write two ranges, with a comma'],
    ['5/10 * * * *', '"5/10" has a step but no range: write */10 or a range such as 0-30/10'],
    ['*/0 * * * *', '"*/0" has no step between 1 and 59'],
    ['0 0 * * MON#6', '"#6" is no place in a month: write #1 to #5, or #L'],
    ['@daily', '@daily and the like, "?", "W" and "+" are not known here'],
    ['0 0 15W * *', '@daily and the like, "?", "W" and "+" are not known here'],
    ['0 0 ? * MON', '@daily and the like, "?", "W" and "+" are not known here'],
    ['0 0 1 * +MON', '@daily and the like, "?", "W" and "+" are not known here'],
    ['1,,2 * * * *', '"" is no minute: write 0 to 59'],
    ['1-2-3 * * * *', '"1-2-3" cannot be read'],
  ])('%j is refused: %s', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it('is read with names, lists, ranges, steps, L and nth weekdays', () => {
    expect(readCron('*/20 8-10,12 1,L jan-mar FRI#L,1#2,7')).toEqual({
      ok: true,
      fields: {
        minutes: [0, 20, 40],
        hours: [8, 9, 10, 12],
        days: [1, 'last'],
        months: [1, 2, 3],
        weekdays: [{ weekday: 0 }, { weekday: 1, nth: 2 }, { weekday: 5, nth: 'last' }],
      },
    });
  });

  it('that we take is one that Croner takes', () => {
    const field = (values: readonly string[], places: readonly string[] = ['']): fc.Arbitrary<string> => {
      const step = fc.constantFrom('', '', '/2', '/5');
      const entry = fc.tuple(fc.constantFrom('*', ...values), step, fc.constantFrom(...places));
      const list = fc.array(entry, { minLength: 1, maxLength: 3 });
      return list.map((entries) => entries.map((parts) => parts.join('')).join(','));
    };
    const clock = field(['0', '5', '1-5', '0-23']);
    const day = field(['1', '31', 'L', '1-31', '5-9']);
    const month = field(['1', '12', 'Feb', 'jan-MAR', '1-12']);
    const weekday = field(['0', '7', 'MON', 'sun', 'mon-FRI', '0-7', '5-7'], ['', '', '#1', '#5', '#L']);
    let taken = 0;

    fc.assert(
      fc.property(fc.tuple(clock, clock, day, month, weekday), (fields) => {
        const text = fields.join(' ');
        if (!readCron(text).ok) return;
        taken += 1;

        expect(() => new Cron(text, { mode: '5-part', paused: true })).not.toThrow();
      }),
      { numRuns: 5_000 },
    );
    expect(taken).toBeGreaterThan(100);
  });
});
