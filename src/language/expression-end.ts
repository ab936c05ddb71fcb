/** Where an expression inside a text ends: at the first `}}` outside brackets, quotes, comments and patterns. */

const CLOSES: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

const BLANK = /\s/;
/** What ends a name, as JSONata's tokenizer has it. */
const WORD = /[^\s.[\]{}(),@#;:?+\-*/%|=<>^&!~'"`]+/y;
const WORD_OPERATORS: ReadonlySet<string> = new Set(['and', 'or', 'in']);

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

interface Token {
  readonly end: number;
  /** Whether a value ends here: then `/` divides and `*` multiplies; else they begin a pattern and a wildcard. */
  readonly isOperand: boolean;
}

const tokenAt = (text: string, at: number, afterOperand: boolean): Token => {
  const character = text[at] ?? '';
  const pair = text.slice(at, at + 2);
  if (BLANK.test(character)) return { end: at + 1, isOperand: afterOperand };
  if (pair === '/*') return { end: afterComment(text, at), isOperand: afterOperand };
  if ('\'"`'.includes(character)) return { end: afterQuoted(text, at), isOperand: true };
  if (character === '/' && !afterOperand) return { end: afterPattern(text, at), isOperand: true };
  if (pair === '**') return { end: at + 2, isOperand: true };
  if (character === '*' || character === '%') return { end: at + 1, isOperand: !afterOperand };
  if (')]}'.includes(character)) return { end: at + 1, isOperand: true };
  WORD.lastIndex = at;
  const word = WORD.exec(text)?.[0];
  if (word === undefined) return { end: at + 1, isOperand: false };
  return { end: at + word.length, isOperand: !(afterOperand && WORD_OPERATORS.has(word)) };
};

/** The index of the `}}` that ends the expression beginning at `from`, or undefined when there is none. */
export const endOfExpression = (text: string, from: number): number | undefined => {
  const open: string[] = [];
  let at = from;
  let isOperand = false;
  while (at < text.length) {
    const character = text[at] ?? '';
    const isInner = open.at(-1) === character;
    // A `}}` that closes no brace of the expression ends it, even where a bracket is missing: that is told later.
    if (character === '}' && text[at + 1] === '}' && !isInner) return at;
    const closes = CLOSES[character];
    if (closes !== undefined) open.push(closes);
    else if (isInner) open.pop();
    ({ end: at, isOperand } = tokenAt(text, at, isOperand));
  }
  return undefined;
};

interface Level {
  /** in the member that is being read, and the most in those before it */
  current: number;
  most: number;
}

/**
 * How deep `?:` and `??` are nested to the left, `((a ?? b) ?? c) ?? d` being three, or a little more than that.
 * JSONata's parser copies what stands left of each, so every level doubles the tree.
 */
export const nestedDefaults = (source: string): number => {
  const levels: Level[] = [{ current: 0, most: 0 }];
  let isOperand = false;
  for (let at = 0; at < source.length;) {
    const character = source[at] ?? '';
    const level = levels.at(-1) ?? { current: 0, most: 0 };
    if (CLOSES[character] !== undefined) levels.push({ current: 0, most: 0 });
    else if (',;'.includes(character)) {
      level.most = Math.max(level.most, level.current);
      level.current = 0;
    } else if (')]}'.includes(character) && levels.length > 1) {
      levels.pop();
      const outer = levels.at(-1) ?? level;
      outer.current = Math.max(outer.current, level.current, level.most);
    } else if (/^\?[?:]/.test(source.slice(at, at + 2))) level.current++;
    ({ end: at, isOperand } = tokenAt(source, at, isOperand));
  }
  return Math.max(...levels.map(({ current, most }) => Math.max(current, most)));
};
