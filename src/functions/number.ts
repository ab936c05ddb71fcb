/** Arithmetic. Results that are no finite number are refused. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { StepError } from '../domain/errors.ts';
import { finite, object } from './values/fields.ts';
import { evaluate } from './values/formula.ts';
import { requireFinite, roundTo } from './values/round.ts';

const output = z.strictObject({ result: finite.describe('The result') });
const decimals = z.int().min(0).max(15);

export const add = pure({
  title: 'Add',
  doc: 'The sum of all numbers; 0 when there are none.',
  input: z.strictObject({ numbers: z.array(finite).describe('The numbers to add') }),
  output,
  examples: [
    { input: { numbers: [1, 2, 3.5] }, output: { result: 6.5 } },
    { input: { numbers: [] }, output: { result: 0 } },
    { title: 'Too large', input: { numbers: [1e308, 1e308] }, error: 'not_finite' },
  ],
  run: ({ numbers }) => ({ result: requireFinite(numbers.reduce((sum, number) => sum + number, 0)) }),
});

export const subtract = pure({
  title: 'Subtract',
  doc: 'A number less another.',
  input: z.strictObject({
    number: finite.describe('The number to take from'),
    subtrahend: finite.describe('The number to take away'),
  }),
  output,
  examples: [{ input: { number: 5, subtrahend: 7 }, output: { result: -2 } }],
  run: ({ number, subtrahend }) => ({ result: requireFinite(number - subtrahend) }),
});

export const multiply = pure({
  title: 'Multiply',
  doc: 'The product of all numbers; 1 when there are none.',
  input: z.strictObject({ numbers: z.array(finite).describe('The numbers to multiply') }),
  output,
  examples: [
    { input: { numbers: [2, 3, 4] }, output: { result: 24 } },
    { title: 'Too large', input: { numbers: [1e200, 1e200] }, error: 'not_finite' },
  ],
  run: ({ numbers }) => ({ result: requireFinite(numbers.reduce((product, number) => product * number, 1)) }),
});

export const divide = pure({
  title: 'Divide',
  doc: 'A quotient, also as a percentage text. Both are rounded to the decimals if they are given, halves away from zero; dividing by 0 is an error.',
  input: z.strictObject({
    dividend: finite.describe('The number to divide'),
    divisor: finite.describe('The number to divide by'),
    decimals: decimals.optional().describe('How many decimals to keep; all if left out'),
  }),
  output: z.strictObject({
    result: finite.describe('The quotient'),
    percentage: z.string().describe('The quotient in percent, like 12.5%'),
  }),
  examples: [
    { input: { dividend: 1, divisor: 3, decimals: 2 }, output: { result: 0.33, percentage: '33.33%' } },
    { input: { dividend: 1, divisor: 8 }, output: { result: 0.125, percentage: '12.5%' } },
    { title: 'By zero', input: { dividend: 1, divisor: 0 }, error: 'division_by_zero' },
  ],
  run: ({ dividend, divisor, decimals: places }) => {
    if (divisor === 0) throw new StepError('division_by_zero', `${dividend} cannot be divided by 0`);
    const rounded = (number: number): number =>
      requireFinite(places === undefined ? number : roundTo(number, places));
    const quotient = dividend / divisor;
    return { result: rounded(quotient), percentage: `${rounded(quotient * 100)}%` };
  },
});

export const round = pure({
  title: 'Round',
  doc: 'A number rounded to so many decimals, none if not given. Halves go away from zero: -2.5 becomes -3.',
  input: z.strictObject({
    number: finite.describe('The number to round'),
    decimals: decimals.default(0).describe('How many decimals to keep'),
  }),
  output,
  examples: [
    { input: { number: 2.5 }, output: { result: 3 } },
    { input: { number: -2.5 }, output: { result: -3 } },
    { input: { number: 1.005, decimals: 2 }, output: { result: 1.01 } },
  ],
  run: ({ number, decimals: places }) => ({ result: roundTo(number, places) }),
});

export const ceil = pure({
  title: 'Round up',
  doc: 'The smallest whole number that is not below a number: -1.5 becomes -1.',
  input: z.strictObject({ number: finite.describe('The number to round') }),
  output,
  examples: [
    { input: { number: 1.1 }, output: { result: 2 } },
    { input: { number: -1.5 }, output: { result: -1 } },
  ],
  run: ({ number }) => ({ result: Math.ceil(number) + 0 }),
});

export const floor = pure({
  title: 'Round down',
  doc: 'The greatest whole number that is not above a number: -1.5 becomes -2.',
  input: z.strictObject({ number: finite.describe('The number to round') }),
  output,
  examples: [
    { input: { number: 1.9 }, output: { result: 1 } },
    { input: { number: -1.5 }, output: { result: -2 } },
  ],
  run: ({ number }) => ({ result: Math.floor(number) + 0 }),
});

export const random = pure({
  title: 'Random integer',
  doc: 'A random whole number from one bound up to, not including, another.',
  input: z.strictObject({
    from: z.int().describe('The smallest number that may come'),
    below: z.int().describe('The number above the greatest that may come'),
  }),
  output: z.strictObject({ result: z.int().describe('The number drawn') }),
  examples: [
    { input: { from: 1, below: 7 }, output: { result: 4 } },
    { title: 'Nothing between', input: { from: 3, below: 3 }, error: 'empty_range' },
  ],
  run: ({ from, below }, { random: draw }) => {
    if (from >= below) {
      throw new StepError(
        'empty_range',
        `There is no whole number from ${from} up to, not including, ${below}`,
      );
    }
    // Beside very large bounds the sum may round up to the one that is excluded.
    return { result: Math.min(from + Math.floor(draw() * (below - from)), below - 1) };
  },
});

export const formula = pure({
  title: 'Formula',
  doc: 'Calculates with + - * / % ^ and brackets; names stand for the given values. A sign binds weaker than ^, so -2 ^ 2 is -4.',
  input: z.strictObject({
    formula: z.string().min(1).max(10_000).describe('Like (price + tax) * 12'),
    values: object.default({}).describe('A number for each name'),
  }),
  output,
  examples: [
    { input: { formula: '(a + b) * 2 ^ 3', values: { a: 1, b: 0.5 } }, output: { result: 12 } },
    { input: { formula: '-2 ^ 2' }, output: { result: -4 } },
    { title: 'Unknown name', input: { formula: 'a + 1' }, error: 'invalid_formula' },
    { title: 'By zero', input: { formula: '1 / (2 - 2)' }, error: 'division_by_zero' },
  ],
  run: ({ formula: text, values }) => ({ result: requireFinite(evaluate(text, values)) }),
});
