/**
 * Regular expressions in an engine without backtracking (RE2 syntax: no look-around, no back-references), so a
 * pattern cannot hang a run. One search is linear, but many searches of one text are not: after each match the engine
 * may have read on to the end. So every reading of a character is paid for out of a budget.
 */
import { type Matcher, MatcherInput, RE2JS, RE2JSException } from 're2js';
import { StepError } from '../../domain/errors.ts';
import { requireRoom } from './limit.ts';

/** Characters read, times the size of the compiled pattern: about two seconds. */
const BUDGET = 300_000_000;
const MAX_PATTERN = 1_000;

/** The text as the engine reads it: it takes `String` objects and reads them by `charCodeAt` alone. */
const metered = (text: string, price: number): object => {
  let left = BUDGET;
  const charCodeAt = (index: number): number => {
    left -= price;
    if (left >= 0) return text.charCodeAt(index);
    throw new StepError(
      'too_much_work',
      'The pattern takes too long on this text: avoid ".*" before rare parts, or search a shorter text',
    );
  };
  return Object.assign(new String(text), { charCodeAt });
};

/** Throws `invalid_pattern` for what the engine does not understand. */
export const compile = (pattern: string, caseSensitive = true): RE2JS => {
  if (pattern.length > MAX_PATTERN) {
    throw new StepError('invalid_pattern', `A pattern has ${MAX_PATTERN} characters at most`);
  }
  try {
    return RE2JS.compile(RE2JS.translateRegExp(pattern), caseSensitive ? 0 : RE2JS.CASE_INSENSITIVE);
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const remedy = 'look-around and back-references do not exist here';
    throw new StepError('invalid_pattern', `The pattern "${pattern.slice(0, 60)}" is not valid: ${remedy}`);
  }
};

/** Searches a text; each search goes on where the last one ended. */
export const search = (pattern: RE2JS, text: string): Matcher =>
  pattern.matcher(MatcherInput.utf16(metered(text, pattern.programSize())));

export interface Match {
  /** UTF-16 units */
  readonly start: number;
  readonly end: number;
  /** The whole match, then its groups in order; undefined for one that took no part. */
  readonly groups: readonly (string | undefined)[];
  readonly names: Readonly<Record<string, string | null>>;
}

const matchOf = (matcher: Matcher): Match => ({
  start: matcher.start(),
  end: matcher.end(),
  groups: Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? undefined),
  names: matcher.getNamedGroups(),
});

/** The matches one after the other, none of them overlapping. */
export function* matchesOf(pattern: RE2JS, text: string): Generator<Match> {
  const matcher = search(pattern, text);
  while (matcher.find()) yield matchOf(matcher);
}

const REFERENCE = /\$(?:(\$)|(&)|(\d{1,2})|<(\w+)>)/g;

/** Puts the groups of a match where `$1`, `$<name>` and `$&` stand; `$$` is a dollar. */
const expand = (replacement: string, match: Match): string =>
  replacement.replace(
    REFERENCE,
    (reference, dollar, whole, place: string | undefined, name: string | undefined) => {
      if (dollar !== undefined) return '$';
      if (whole !== undefined) return match.groups[0] ?? '';
      if (name !== undefined) return (Object.hasOwn(match.names, name) ? match.names[name] : '') ?? '';
      const group = Number(place);
      return group >= 1 && group < match.groups.length ? (match.groups[group] ?? '') : reference;
    },
  );

export const replaceMatches = (
  text: string,
  pattern: RE2JS,
  { replacement, all }: { readonly replacement: string; readonly all: boolean },
): string => {
  let result = '';
  let done = 0;
  for (const match of matchesOf(pattern, text)) {
    result += text.slice(done, match.start) + expand(replacement, match);
    requireRoom(result.length);
    done = match.end;
    if (!all) break;
  }
  return result + text.slice(done);
};
