/**
 * Functions on texts that replace JSONata's: bounded, and null counts as nothing where texts are joined. JSONata reads
 * the names of their parameters out of the source when they are partially applied: no defaults, nothing unpacked.
 */
import { requireTextRoom, spendText, spendValue } from './budget.ts';
import { StepError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { type Focus, stateOf } from './frame.ts';
import type { PatternMatch } from './pattern.ts';

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
export function concat(this: Focus, ...values: readonly unknown[]): string {
  const { budget } = stateOf(this.environment);
  let text = '';
  for (const value of values) {
    if (typeof value === 'object') spendValue(budget, value);
    const part = textOf(value);
    requireTextRoom(text.length + part.length);
    text += part;
  }
  return text;
}

export function string(this: Focus, value?: unknown, indented?: boolean): string | undefined {
  if (value === undefined) return undefined;
  spendValue(stateOf(this.environment).budget, value);
  const text = value === null ? 'null' : textOf(value, indented === true ? 2 : 0);
  requireTextRoom(text.length);
  return text;
}

export function join(this: Focus, texts?: readonly string[], separator?: string): string | undefined {
  if (texts === undefined) return undefined;
  const between = separator ?? '';
  requireTextRoom(texts.reduce((sum, text) => sum + text.length + between.length, 0));
  return texts.join(between);
}

/** To the right of the text, or to its left when the width is negative. Characters are counted, not UTF-16 units. */
export function pad(this: Focus, text?: string, width?: number, filling?: string): string | undefined {
  if (text === undefined || width === undefined) return text;
  const missing = Math.abs(Math.trunc(width)) - [...text].length;
  if (missing <= 0) return text;
  requireTextRoom(text.length + missing);
  const characters = [...(filling === undefined || filling === '' ? ' ' : filling)];
  const added = Array.from({ length: missing }, (_, index) => characters[index % characters.length]).join('');
  return width > 0 ? text + added : added + text;
}

export function parseJson(this: Focus, text?: string): Json | undefined {
  if (text === undefined) return undefined;
  spendText(stateOf(this.environment).budget, text.length);
  try {
    // What JSON.parse gives is JSON.
    return JSON.parse(text) as Json;
  } catch {
    throw new StepError('expression', '$parseJson was given a text that is not JSON');
  }
}

type Awaitable<T> = T | Promise<T>;
type Find = (text: string) => Awaitable<FoundMatch | undefined>;
type FoundMatch = Omit<PatternMatch, 'next'> & { readonly next: () => Awaitable<FoundMatch | undefined> };
type Replacement = string | ((match: unknown) => Awaitable<unknown>);
interface Builtin {
  readonly implementation: (this: Focus, ...values: unknown[]) => Promise<string>;
}

const occurrences = (text: string, word: string, limit: number): number => {
  let count = 0;
  for (let at = text.indexOf(word); at !== -1 && count < limit; at = text.indexOf(word, at + word.length))
    count++;
  return count;
};

/** A pattern that refuses to go on once the replacements have outgrown what a text may be. */
const boundedFind = (find: Find, text: string, replacement: string): Find => {
  let length = text.length;
  const references = replacement.split('$').length - 1;
  const guard = (match: FoundMatch | undefined): FoundMatch | undefined => {
    if (match === undefined) return undefined;
    length += replacement.length + references * match.match.length;
    requireTextRoom(length);
    return { ...match, next: async () => guard(await match.next()) };
  };
  return async (text) => guard(await find(text));
};

const boundedReplacement = (replacement: Exclude<Replacement, string>): Replacement => {
  let length = 0;
  return async (match) => {
    const text = await replacement(match);
    if (typeof text === 'string') requireTextRoom((length += text.length));
    return text;
  };
};

/** JSONata's own, which stays reachable under its name, with an eye on the length of the result. */
export async function replace(
  this: Focus,
  text?: string,
  pattern?: string | Find,
  replacement?: Replacement,
  limit?: number,
): Promise<string | undefined> {
  // The name is JSONata's, and nobody else can bind it.
  const builtin = this.environment.lookup('replace') as Builtin;
  const run = (...values: unknown[]): Promise<string> => builtin.implementation.apply(this, values);
  if (text === undefined || pattern === undefined || replacement === undefined) return text;
  if (typeof replacement === 'function') return run(text, pattern, boundedReplacement(replacement), limit);
  if (typeof pattern === 'function')
    return run(text, boundedFind(pattern, text, replacement), replacement, limit);
  if (pattern !== '') {
    requireTextRoom(text.length + occurrences(text, pattern, limit ?? Infinity) * replacement.length);
  }
  return run(text, pattern, replacement, limit);
}
