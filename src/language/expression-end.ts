/** Where an expression inside a text ends: at the first `}}` outside brackets, quotes, comments and patterns. */

const CLOSES: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** After one of these (or at the start) a `/` begins a pattern; after an operand it divides. */
const BEFORE_PATTERN = /(?:^|[([{,;:?=<>&+\-*/%!|~^@#.]|\b(?:and|or|in))\s*$/;

/** The index after a quoted text or name that begins at `at`; back-ticks know no escapes. */
const afterQuoted = (text: string, at: number): number => {
  const quote = text[at];
  for (let index = at + 1; index < text.length; index++) {
    if (text[index] === quote) return index + 1;
    if (text[index] === '\\' && quote !== '`') index++;
  }
  return text.length;
};

/** The index after a pattern `/…/`; a `/` inside brackets does not end it, as JSONata reads it. */
const afterPattern = (text: string, at: number): number => {
  let depth = 0;
  for (let index = at + 1; index < text.length; index++) {
    const character = text[index] ?? '';
    if (character === '\\') index++;
    else if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character)) depth--;
    else if (character === '/' && depth === 0) return index + 1;
  }
  return text.length;
};

const afterComment = (text: string, at: number): number => {
  const end = text.indexOf('*/', at + 2);
  return end === -1 ? text.length : end + 2;
};

/** The index after the token at `at` when it is one that hides brackets, else undefined. */
const afterOpaque = (text: string, at: number, from: number): number | undefined => {
  const character = text[at];
  if (character === '"' || character === "'" || character === '`') return afterQuoted(text, at);
  if (character !== '/') return undefined;
  if (text[at + 1] === '*') return afterComment(text, at);
  // The few characters before it decide; a pattern is never further from its operator than some blanks.
  const before = text.slice(Math.max(from, at - 40), at);
  return BEFORE_PATTERN.test(before) ? afterPattern(text, at) : undefined;
};

/** The index of the `}}` that ends the expression beginning at `from`, or undefined when there is none. */
export const endOfExpression = (text: string, from: number): number | undefined => {
  const open: string[] = [];
  let at = from;
  while (at < text.length) {
    const next = afterOpaque(text, at, from);
    if (next !== undefined) {
      at = next;
      continue;
    }
    const character = text[at] ?? '';
    const isInner = open.at(-1) === character;
    // A `}}` that closes no brace of the expression ends it, even where a bracket is missing: that is told later.
    if (character === '}' && text[at + 1] === '}' && !isInner) return at;
    const closes = CLOSES[character];
    if (closes !== undefined) open.push(closes);
    else if (isInner) open.pop();
    at++;
  }
  return undefined;
};
