/** Expressions of the flow language: JSONata, with the traps taken out. Compiled once for every source text. */
import type jsonata from 'jsonata';
import type { RE2JS } from 're2js';
import { findCallFlaws } from './calls.ts';
import { nestedDefaults } from './expression-end.ts';
import { install } from './install.ts';
import { findNames, type Use } from './names.ts';
import { type Short, shortOf } from './path.ts';
import { remember } from './recent.ts';
import { rewrite } from './rewrite.ts';
import { explainSyntax, type JsonataError } from './syntax-message.ts';
import { type Parsed, parseSource } from './syntax-tree.ts';

export interface Expression {
  readonly source: string;
  /** the names of the language that it uses */
  readonly names: readonly Use[];
  /** what is left to evaluate when it is a literal or a plain path */
  readonly short: Short | undefined;
  readonly code: jsonata.Expression;
  readonly patterns: readonly RE2JS[];
}

/** `position` counts from 0 into the source. */
export interface Refused {
  readonly ok: false;
  readonly code: string;
  readonly message: string;
  readonly position: number;
}
export type Compiled = { readonly ok: true; readonly expression: Expression } | Refused;

const LONGEST = 20_000;

/** Each level doubles the tree. */
const MOST_NESTED_DEFAULTS = 10;

const tooLong = (message: string): Refused => ({
  ok: false,
  code: 'expression_too_long',
  message: `${message}: use several steps`,
  position: 0,
});

const refuseEarly = (source: string): Refused | undefined => {
  if (source.length > LONGEST) return tooLong(`An expression has ${LONGEST} characters at most`);
  if (nestedDefaults(source) <= MOST_NESTED_DEFAULTS) return undefined;
  return tooLong(`?? and ?: follow each other more than ${MOST_NESTED_DEFAULTS} times`);
};

const parse = (source: string): Parsed | Refused => {
  try {
    return parseSource(source);
  } catch (error) {
    // JSONata throws plain objects of this shape, and errors when it runs out of stack.
    const { message, position } = explainSyntax(error as JsonataError, source);
    return { ok: false, code: 'expression_syntax', message, position };
  }
};

const compile = (source: string): Compiled => {
  const tree = refuseEarly(source) ?? parse(source);
  if ('ok' in tree) return tree;
  const { code, root } = tree;
  const { names, flaws } = findNames(root, source);
  const [flaw] = [...flaws, ...findCallFlaws(root, source)].toSorted(
    (left, right) => left.position - right.position,
  );
  if (flaw !== undefined) return { ok: false, ...flaw };
  const short = shortOf(root);
  const rewritten = rewrite(root);
  if (!rewritten.ok) return { ...rewritten, code: 'expression_pattern' };
  install(code, root);
  return { ok: true, expression: { source, names, short, code, patterns: rewritten.patterns } };
};

/** Cached by source: ask as often as you like. */
export const compileExpression: (source: string) => Compiled = remember(2_000, compile);
