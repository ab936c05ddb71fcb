import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { evaluate } from '../../src/functions/values/formula.ts';
import { roundTo } from '../../src/functions/values/round.ts';
import { runCard } from './run-card.ts';

/** A formula, and its value by the operators of the language. */
type Known = readonly [string, number];
const { formula } = fc.letrec<{ formula: Known }>((tie) => ({
  formula: fc.oneof(
    { depthSize: 'small' },
    fc.nat(50).map((number): Known => [String(number), number]),
    fc.tuple(tie('formula'), tie('formula')).map(([a, b]): Known => [`(${a[0]} + ${b[0]})`, a[1] + b[1]]),
    fc.tuple(tie('formula'), tie('formula')).map(([a, b]): Known => [`(${a[0]}-${b[0]})`, a[1] - b[1]]),
    fc.tuple(tie('formula'), tie('formula')).map(([a, b]): Known => [`(${a[0]} * ${b[0]})`, a[1] * b[1]]),
    tie('formula').map((a): Known => [`-(${a[0]})`, -a[1]]),
    tie('formula').map((a): Known => [`(${a[0]})^2`, a[1] ** 2]),
  ),
}));

describe('formulas', () => {
  it('agree with the language', () =>
    fc.assert(
      fc.property(formula, ([text, value]) => {
        expect(evaluate(text, {}) + 0).toBe(value + 0);
      }),
    ));

  it.each([
    ['2 ^ 3 ^ 2', 512],
    ['-2 ^ 2', -4],
    ['2 ^ -1', 0.5],
    ['10 - 2 - 3', 5],
    ['12 / 3 / 2', 2],
    ['7 % 4 * 2', 6],
    ['1.5e2 + .5', 150.5],
  ])('%s is %d', (text, value) => {
    expect(evaluate(text, {})).toBe(value);
  });

  it.each(['', '1 +', '(1', '1)', '2 3', '1 $ 2', 'constructor', '('.repeat(200), '- '.repeat(200)])(
    '"%s" is refused',
    (text) => {
      expect(() => evaluate(text, {})).toThrow(expect.objectContaining({ code: 'invalid_formula' }));
    },
  );
});

describe('rounding', () => {
  it('is never further off than half a digit, and writes no more digits', () =>
    fc.assert(
      fc.property(
        fc.double({ min: -1e9, max: 1e9, noNaN: true }),
        fc.integer({ min: 0, max: 6 }),
        (number, digits) => {
          const rounded = roundTo(number, digits);

          expect(Math.abs(rounded - number)).toBeLessThanOrEqual(0.5 * 10 ** -digits + 1e-6);
          expect(Number(rounded.toFixed(digits))).toBe(rounded);
          expect(Object.is(rounded, -0)).toBe(false);
        },
      ),
    ));
});

describe('random integers', () => {
  it('stay within their bounds', () =>
    fc.assert(
      fc.asyncProperty(
        fc.maxSafeInteger(),
        fc.maxSafeInteger(),
        fc.double({ min: 0, max: 0.9999999, noNaN: true }),
        async (a, b, draw) => {
          const [from, below] = [Math.min(a, b), Math.max(a, b) + 1];
          fc.pre(Number.isSafeInteger(below));
          const drawn = await runCard('number.random', { from, below }, { now: 0, random: () => draw });
          const { result } = z.object({ result: z.int() }).parse(drawn);

          expect(result).toBeGreaterThanOrEqual(from);
          expect(result).toBeLessThan(below);
        },
      ),
    ));
});
