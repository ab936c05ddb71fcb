/**
 * Patterns (`/…/`) in an engine without backtracking: `(a+)+$` costs what `a+$` costs. Its syntax is RE2's, without
 * look-around and back-references. JSONata calls a pattern as a function from a text to its first match.
 */
import { type Matcher, MatcherInput, RE2JS, RE2JSException } from 're2js';
import { type Budget, spendItems, spendMatching } from './budget.ts';

export interface PatternMatch {
  readonly match: string;
  /** UTF-16 units */
  readonly start: number;
  readonly end: number;
  /** "" for a group that took no part */
  readonly groups: readonly string[];
  readonly next: () => PatternMatch | undefined;
}

/** The reason why the engine refuses a pattern, or the pattern. */
export const compilePattern = (pattern: RegExp): RE2JS | string => {
  try {
    const flags =
      (pattern.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0) | (pattern.multiline ? RE2JS.MULTILINE : 0);
    return RE2JS.compile(RE2JS.translateRegExp(pattern.source), flags);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    return error.message;
  }
};

/** The text as the engine reads it, every character paid for: many searches of one text are not linear. */
const metered = (text: string, price: number, budget: Budget): string => {
  const charCodeAt = (index: number): number => {
    spendMatching(budget, price);
    return text.charCodeAt(index);
  };
  // The engine reads by `charCodeAt` alone; its types say string, its code and documentation admit the object.
  return Object.assign(new String(text), { charCodeAt }) as unknown as string;
};

const matchFrom = (matcher: Matcher, from: number, budget: Budget): PatternMatch | undefined => {
  if (!matcher.find(from)) return undefined;
  spendItems(budget, 1);
  const [start, end] = [matcher.start(), matcher.end()];
  const groups = Array.from({ length: matcher.groupCount() }, (_, index) => matcher.group(index + 1) ?? '');
  const match = matcher.group() ?? '';
  const next = (): PatternMatch | undefined => {
    if (end >= matcher.inputLength()) return undefined;
    const following = matchFrom(matcher, end, budget);
    // JSONata's own rule and words: it would find the empty text for ever.
    if (following?.match === '') throw Object.assign(new Error(), { code: 'D1004' });
    return following;
  };
  return { match, start, end, groups, next };
};

/** What stands for the pattern while one expression is evaluated. */
export const matcherOf =
  (pattern: RE2JS, budget: Budget) =>
  (text: string): PatternMatch | undefined =>
    matchFrom(pattern.matcher(MatcherInput.utf16(metered(text, pattern.programSize(), budget))), 0, budget);
