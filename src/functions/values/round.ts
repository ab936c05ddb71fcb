/** Rounding in decimal digits, and the refusal of what is no number. */
import { StepError } from '../../domain/errors.ts';

/** Moves the decimal point in the written number, so that 1.005 has its third digit where people see it. */
const shift = (number: number, places: number): number => {
  const [digits, exponent = '0'] = String(number).split('e');
  return Number(`${digits}e${Number(exponent) + places}`);
};

/** Rounds to so many decimals, halves away from zero: 2.5 to 3, -2.5 to -3. */
export const roundTo = (number: number, decimals: number): number => {
  const shifted = shift(Math.abs(number), decimals);
  if (!Number.isFinite(shifted)) return number;
  // Adding 0 turns -0, which JSON cannot write, into 0.
  return Math.sign(number) * shift(Math.round(shifted), -decimals) + 0;
};

/** The number itself (0 for -0), unless it left the range of numbers or never was in it. */
export const requireFinite = (number: number): number => {
  if (Number.isFinite(number)) return number + 0;
  throw new StepError(
    'not_finite',
    'The result is no finite number: the inputs are too large, or have no such result',
  );
};
