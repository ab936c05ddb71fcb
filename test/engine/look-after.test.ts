/** When a run asks after one that it called. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextAsk } from '../../src/engine/look-after.ts';

const minutes = (from: number): number => nextAsk(0, from * 60_000) / 60_000;

describe('the next time to ask after a called run', () => {
  it.each([
    [0, 0],
    [0.5, 1],
    [1, 1],
    [1.1, 3],
    [3.1, 7],
    [31.1, 63],
    [63.1, 123],
    [123.1, 183],
    [600, 603],
  ])('not before minute %d is minute %d', (from, next) => {
    expect(minutes(from)).toBe(next);
  });

  it('is never before the time from which it is wanted, and one stands where the next was said to be', () => {
    const ms = fc.nat(400 * 86_400_000);
    fc.assert(
      fc.property(ms, ms, (calledAt, from) => {
        const next = nextAsk(calledAt, from);
        expect(next).toBeGreaterThanOrEqual(from);
        expect(nextAsk(calledAt, next)).toBe(next);
        expect(nextAsk(calledAt, next + 1)).toBeGreaterThan(next);
        expect(nextAsk(calledAt, next + 1) - next).toBeLessThanOrEqual(3_600_000);
      }),
    );
  });
});
