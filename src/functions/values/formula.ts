/**
 * Arithmetic as people write it: `(base + bonus) * 12 ^ 2 / -3`. From weakest to strongest: `+ -`, then `* / %`, then
 * a sign, then `^`, which binds to the right: `-2 ^ 2` is -4 and `2 ^ 3 ^ 2` is 512.
 */
import { StepError } from '../../domain/errors.ts';
import type { Json, JsonObject } from '../../domain/json.ts';

const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_][A-Za-z0-9_]*)|([-+*/%^()]))/y;
const MAX_DEPTH = 100;

interface Reading {
  readonly tokens: readonly string[];
  readonly values: JsonObject;
  at: number;
  depth: number;
}

const refuse = (problem: string): never => {
  throw new StepError('invalid_formula', `The formula cannot be read: ${problem}`);
};

const tokensOf = (formula: string): string[] => {
  const tokens: string[] = [];
  const text = formula.trimEnd();
  const token = new RegExp(TOKEN);
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const found = token.exec(text);
    if (found === null) return refuse(`"${text.slice(at).trim().slice(0, 20)}" is not arithmetic`);
    tokens.push(found[0].trim());
  }
  return tokens;
};

const numberOf = (name: string, value: Json | undefined): number => {
  if (typeof value === 'number') return value;
  const known = value === undefined ? 'has no value' : 'is no number';
  throw new StepError('invalid_formula', `"${name}" of the formula ${known}: give it one in values`);
};

const operand = (reading: Reading): number => {
  const token = reading.tokens[reading.at++] ?? refuse('it ends where a number is expected');
  if (token === '(') {
    const inner = sum(reading);
    if (reading.tokens[reading.at++] !== ')') return refuse('a bracket is not closed');
    return inner;
  }
  if (/^[\d.]/.test(token)) return Number(token);
  if (!/^\w/.test(token)) return refuse(`"${token}" stands where a number is expected`);
  return numberOf(token, Object.hasOwn(reading.values, token) ? reading.values[token] : undefined);
};

/** Takes the next token when it is one of these. */
const take = (reading: Reading, operators: string): string | undefined => {
  const token = reading.tokens[reading.at];
  if (token === undefined || !operators.includes(token)) return undefined;
  reading.at++;
  return token;
};

const power = (reading: Reading): number => {
  const base = operand(reading);
  return take(reading, '^') === undefined ? base : base ** signed(reading);
};

/** Every nesting comes through here: brackets, signs and powers. */
const signed = (reading: Reading): number => {
  if (++reading.depth > MAX_DEPTH) return refuse(`it is nested more than ${MAX_DEPTH} deep`);
  const sign = take(reading, '+-');
  const value = sign === undefined ? power(reading) : signed(reading);
  reading.depth--;
  return sign === '-' ? -value : value;
};

const product = (reading: Reading): number => {
  let result = signed(reading);
  for (let sign = take(reading, '*/%'); sign !== undefined; sign = take(reading, '*/%')) {
    const right = signed(reading);
    if (sign !== '*' && right === 0) throw new StepError('division_by_zero', 'The formula divides by zero');
    result = sign === '*' ? result * right : sign === '/' ? result / right : result % right;
  }
  return result;
};

const sum = (reading: Reading): number => {
  let result = product(reading);
  for (let sign = take(reading, '+-'); sign !== undefined; sign = take(reading, '+-')) {
    const right = product(reading);
    result = sign === '+' ? result + right : result - right;
  }
  return result;
};

/** Throws `invalid_formula` or `division_by_zero`; the result may be infinite. */
export const evaluate = (formula: string, values: JsonObject): number => {
  const reading: Reading = { tokens: tokensOf(formula), values, at: 0, depth: 0 };
  const result = sum(reading);
  if (reading.at < reading.tokens.length)
    return refuse(`"${reading.tokens[reading.at]}" is not expected there`);
  return result;
};
