/** `$replace`, which must not make a text of 10 GB out of two of 100 kB. */
import { requireTextRoom } from './budget.ts';
import { callBuiltin, type Focus } from './frame.ts';
import type { PatternMatch } from './pattern.ts';

type Awaitable<T> = T | Promise<T>;
type Find = (text: string) => Awaitable<FoundMatch | undefined>;
type FoundMatch = Omit<PatternMatch, 'next'> & { readonly next: () => Awaitable<FoundMatch | undefined> };
type Replacement = string | ((match: unknown) => Awaitable<unknown>);

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
export const replace = async (
  focus: Focus,
  [text, pattern, replacement, limit]: [string?, (string | Find)?, Replacement?, number?],
): Promise<unknown> => {
  const run = (...values: readonly unknown[]): unknown => callBuiltin(focus, 'replace', values);
  if (text === undefined || pattern === undefined || replacement === undefined) return text;
  if (typeof replacement === 'function') return run(text, pattern, boundedReplacement(replacement), limit);
  if (typeof pattern === 'function')
    return run(text, boundedFind(pattern, text, replacement), replacement, limit);
  if (pattern !== '') {
    requireTextRoom(text.length + occurrences(text, pattern, limit ?? Infinity) * replacement.length);
  }
  return run(text, pattern, replacement, limit);
};
