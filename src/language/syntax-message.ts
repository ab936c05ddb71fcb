/** Why an expression cannot be read, in words that name the remedy. JSONata's own words are the last resort. */

/** The plain objects that JSONata throws. */
export interface JsonataError {
  readonly code?: string;
  /** counted from 0, behind the token it is about */
  readonly position?: number;
  readonly token?: string | number;
  readonly value?: unknown;
  readonly value2?: unknown;
  readonly index?: number;
  readonly message?: string;
}

export interface Explained {
  readonly message: string;
  /** where it begins, counted from 0 */
  readonly position: number;
}

interface Habit {
  /** Looked for around the place where reading stopped. */
  readonly pattern: RegExp;
  readonly remedy: string;
}

/** What people bring along from other languages. */
const HABITS: readonly Habit[] = [
  { pattern: /!==/, remedy: 'Write != to compare' },
  { pattern: /===?/, remedy: 'Write a single = to compare' },
  { pattern: /&&/, remedy: 'Write "and" for &&' },
  { pattern: /\|\|/, remedy: 'Write "or" for ||, or ?? for a value that may be missing' },
  { pattern: /=>/, remedy: 'Functions are written function($x) { … }; "at least" is >=' },
  { pattern: /=</, remedy: 'Write <= for "at most"' },
  { pattern: /<>/, remedy: 'Write != to compare' },
  { pattern: /!(?!=)/, remedy: 'Write $not(…) for !' },
  { pattern: /\bnot\b/i, remedy: 'Write $not(…) for "not …"' },
  { pattern: /\bif\b/i, remedy: 'Write condition ? one : other' },
  { pattern: /\b(?:AND|OR|IN)\b/, remedy: 'Write "and", "or" and "in" in small letters' },
  { pattern: /\?\./, remedy: 'Write a plain dot: a path with nothing on the way gives nothing' },
  { pattern: /\b(?:is|eq|ne|equals)\b/i, remedy: 'Write = or != to compare' },
];

/** Just around the place: the token that stopped the reader, and the one before it. */
const habitAt = (source: string, position: number): Habit | undefined => {
  const near = source.slice(Math.max(0, position - 4), position + 2);
  const wordBefore = /\w+\s+\w*$/.exec(source.slice(0, position))?.[0] ?? '';
  return HABITS.find(({ pattern }) => pattern.test(near) || pattern.test(wordBefore));
};

const WORDS: Readonly<Record<string, (error: JsonataError) => string>> = {
  S0101: () => 'A quote is never closed',
  S0105: () => 'A back-tick is never closed',
  S0106: () => 'A comment is never closed: end it with */',
  S0201: ({ token }) => `"${String(token)}" does not belong here`,
  S0202: ({ token, value }) => `Here should be "${String(value)}", not "${String(token)}"`,
  S0203: ({ value }) => `The expression ends where "${String(value)}" should be`,
  S0204: ({ token }) => `There is no operator "${String(token)}"`,
  S0207: () => 'The expression ends too early, or is empty',
  S0211: ({ token }) => `"${String(token)}" needs something before it`,
  S0213: () => 'Numbers, true, false and null cannot follow a dot: write [0] for an item, .`null` for a name',
  S0302: () => 'A pattern is never closed: end it with /',
};

/** @param error what the parser threw; anything else than an object of JSONata's means it was nested too deep */
export const explainSyntax = (error: JsonataError, source: string): Explained => {
  if (error instanceof RangeError) return { message: 'The expression is nested too deeply', position: 0 };
  const end = Math.min(error.position ?? 0, source.length);
  const length = typeof error.token === 'string' && error.token !== '(end)' ? error.token.length : 0;
  const position = Math.max(0, end - length);
  const remedy = habitAt(source, end)?.remedy;
  const message = WORDS[error.code ?? '']?.(error) ?? error.message ?? 'The expression cannot be read';
  return { message: remedy === undefined ? message : `${remedy} (${message})`, position };
};
