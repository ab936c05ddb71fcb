/** Previews: the changes of the clocks that come between the times. */
import { describe, expect, it } from 'vitest';
import { preview } from '../../src/schedules/preview.ts';
import { schedule } from './schedule.ts';

const FROM = Date.parse('2026-03-01T00:00Z');

const changes = (cron: string, count: number): string[] =>
  preview(schedule({ cron }), 'nightly', { from: FROM, count }).changes.map(
    ({ at, kind, isMet }) => `${new Date(at).toISOString().slice(0, 10)} ${kind} ${isMet}`,
  );

describe('a preview', () => {
  it('tells of every change of the clocks, and whether it concerns the schedule', () => {
    expect(changes('30 2 1 * *', 12)).toEqual(['2026-03-29 gap false', '2026-10-25 fold false']);
    expect(changes('30 2 25 10 *', 2)).toEqual([
      '2026-03-29 gap false',
      '2026-10-25 fold true',
      '2027-03-28 gap false',
    ]);
  });

  it('tells over many years only of those that do', () => {
    expect(changes('30 2 29 3 *', 12)).toEqual(['2026-03-29 gap true', '2037-03-29 gap true']);
  });

  it('says which time it begins with and when that starts', () => {
    const one = schedule({ cron: '0 0 1 3 *' }, { timezone: 'UTC', spreadMs: 300_000 });

    const [first] = preview(one, 'nightly', { from: FROM, count: 1 }).times;

    expect(first).toEqual({ at: FROM, local: '2026-03-01T00:00:00+00:00[UTC]', due: FROM + 240_000 });
  });
});
