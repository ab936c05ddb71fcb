/** Random schedules at the edges of zones, against a clock that is read minute by minute. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { firings, nextFiring } from '../../src/schedules/firing.ts';
import { oracle } from './oracle.ts';
import { randomCase } from './random-schedule.ts';

const PATIENCE_MS = 60_000;
const text = (instants: readonly number[]): string[] => instants.map((at) => new Date(at).toISOString());

describe('any schedule, in any zone, at any edge', () => {
  it('fires at exactly the minutes that its clock shows', { timeout: PATIENCE_MS }, () => {
    fc.assert(
      fc.property(randomCase, ({ from, to, ...one }) => {
        const found = firings(one.schedule, { from, to, limit: 10_000 }).map(({ at }) => at);

        expect(text(found)).toEqual(text(oracle(one, from, to)));
      }),
      { numRuns: 250 },
    );
  });

  it('has the next firing strictly after any instant', { timeout: PATIENCE_MS }, () => {
    const share = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(randomCase, share, ({ from, to, ...one }, part) => {
        const after = Math.floor(from + part * (to - from));
        const expected = oracle(one, from, to).find((at) => at > after);
        fc.pre(expected !== undefined);

        expect(nextFiring(one.schedule, after)?.at).toBe(expected);
      }),
      { numRuns: 100 },
    );
  });
});
