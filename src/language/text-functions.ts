/** Functions on texts that replace JSONata's: bounded, and null counts as nothing where texts are joined. */
import { requireTextRoom, spendText, spendValue } from './budget.ts';
import { StepError } from '../domain/errors.ts';
import { type Focus, stateOf } from './frame.ts';

const isFunction = (value: unknown): boolean =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && '_jsonata_lambda' in value);

/** Numbers lose the digits that binary fractions add: 0.1 + 0.2 is written 0.3. */
const writable = (_key: string, value: unknown): unknown => {
  if (typeof value === 'number' && !Number.isInteger(value)) return Number(value.toPrecision(15));
  return isFunction(value) ? '' : value;
};

/** Texts as they are, nothing and null as "", the rest as JSON. */
export const textOf = (value: unknown, indent = 0): string => {
  if (value === undefined || value === null || isFunction(value)) return '';
  if (typeof value === 'string') return value;
  return JSON.stringify(value, writable, indent) ?? '';
};

/** The operator `&`. */
export const concat = ({ environment }: Focus, values: readonly unknown[]): string => {
  const { budget } = stateOf(environment);
  let text = '';
  for (const value of values) {
    if (typeof value === 'object') spendValue(budget, value);
    const part = textOf(value);
    requireTextRoom(text.length + part.length);
    text += part;
  }
  return text;
};

export const string = (
  { environment }: Focus,
  [value, isIndented]: [unknown?, boolean?],
): string | undefined => {
  if (value === undefined) return undefined;
  spendValue(stateOf(environment).budget, value);
  const text = value === null ? 'null' : textOf(value, isIndented === true ? 2 : 0);
  requireTextRoom(text.length);
  return text;
};

export const join = (
  _focus: Focus,
  [texts, separator = '']: [(readonly string[])?, string?],
): string | undefined => {
  if (texts === undefined) return undefined;
  requireTextRoom(texts.reduce((sum, text) => sum + text.length + separator.length, 0));
  return texts.join(separator);
};

/** To the right of the text, or to its left when the width is negative. Characters are counted, not UTF-16 units. */
export const pad = (
  _focus: Focus,
  [text, width, filling]: [string?, number?, string?],
): string | undefined => {
  if (text === undefined || width === undefined) return text;
  const missing = Math.abs(Math.trunc(width)) - Array.from(text).length;
  if (missing <= 0) return text;
  requireTextRoom(text.length + missing);
  const characters = Array.from(filling === undefined || filling === '' ? ' ' : filling);
  const added = Array.from({ length: missing }, (_, index) => characters[index % characters.length]).join('');
  return width > 0 ? text + added : added + text;
};

export const parseJson = ({ environment }: Focus, [text]: [string?]): unknown => {
  if (text === undefined) return undefined;
  spendText(stateOf(environment).budget, text.length);
  try {
    return JSON.parse(text);
  } catch {
    throw new StepError('expression', '$parseJson was given a text that is not JSON');
  }
};
