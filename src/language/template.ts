/**
 * Texts with `${{ expression }}` in them. A template is any JSON whose texts may hold expressions; keys never do.
 * `$${{` is a plain `${{`.
 */
import { isObject, type Json } from '../domain/json.ts';
import { endOfExpression } from './expression-end.ts';
import { pathText, type Path } from './place.ts';

export type Part =
  | { readonly kind: 'text'; readonly text: string }
  /** `offset` is where the source begins in the whole text, counted from 0. */
  | { readonly kind: 'expression'; readonly source: string; readonly offset: number };

export type Template =
  | { readonly ok: true; readonly parts: readonly Part[] }
  /** `position` is where the `${{` stands that nothing closes. */
  | { readonly ok: false; readonly code: string; readonly message: string; readonly position: number };

const OPEN = '${{';

const UNCLOSED =
  'This ${{ is never closed: end the expression with }}, and look for a quote or a bracket that stays open. ' +
  'For a plain ${{ write $${{';

/** The text cut into plain parts and expressions. */
export const parseTemplate = (text: string): Template => {
  const parts: Part[] = [];
  let plain = '';
  let from = 0;
  const close = (): void => {
    if (plain !== '') parts.push({ kind: 'text', text: plain });
    plain = '';
  };
  for (let at = text.indexOf(OPEN); at !== -1; at = text.indexOf(OPEN, from)) {
    const isEscaped = at > from && text[at - 1] === '$';
    plain += text.slice(from, isEscaped ? at - 1 : at);
    const offset = at + OPEN.length;
    from = offset;
    if (isEscaped) {
      plain += OPEN;
      continue;
    }
    const end = endOfExpression(text, offset);
    if (end === undefined) return { ok: false, code: 'unclosed_expression', message: UNCLOSED, position: at };
    close();
    parts.push({ kind: 'expression', source: text.slice(offset, end), offset });
    from = end + 2;
  }
  plain += text.slice(from);
  close();
  return { ok: true, parts };
};

const isBlank = (part: Part): boolean => part.kind === 'text' && part.text.trim() === '';

/** The one expression that a text consists of, blanks around it apart: such a value keeps its type. */
export const wholeExpression = (
  parts: readonly Part[],
): Extract<Part, { readonly kind: 'expression' }> | undefined => {
  const [first, ...others] = parts.filter((part) => !isBlank(part));
  return first?.kind === 'expression' && others.length === 0 ? first : undefined;
};

export interface PlacedExpression {
  /** JSON path of the text inside the template: `profile.names[0]`, empty for the template itself */
  readonly path: string;
  readonly source: string;
  /** where the source begins in that text, counted from 0 */
  readonly offset: number;
}
export interface PlacedProblem {
  readonly path: string;
  readonly code: string;
  readonly message: string;
  readonly offset: number;
}

/** Every text of a template with the members that lead to it. */
function* textsIn(value: Json, path: Path): Generator<{ readonly path: Path; readonly text: string }> {
  if (typeof value === 'string') yield { path, text: value };
  else if (isObject(value)) {
    for (const [key, member] of Object.entries(value)) yield* textsIn(member, [...path, key]);
  } else if (typeof value === 'object' && value !== null) {
    for (const [index, item] of value.entries()) yield* textsIn(item, [...path, index]);
  }
}

/** Every expression of a template, for checks. Texts whose `${{` is not closed are in `unclosedIn`. */
export const expressionsIn = (value: Json): PlacedExpression[] =>
  [...textsIn(value, [])].flatMap(({ path, text }) => {
    const template = parseTemplate(text);
    if (!template.ok) return [];
    return template.parts.flatMap((part) =>
      part.kind === 'expression' ? [{ path: pathText(path), source: part.source, offset: part.offset }] : [],
    );
  });

/** Every text of a template whose `${{` is not closed. */
export const unclosedIn = (value: Json): PlacedProblem[] =>
  [...textsIn(value, [])].flatMap(({ path, text }) => {
    const template = parseTemplate(text);
    if (template.ok) return [];
    const { code, message, position } = template;
    return [{ path: pathText(path), code, message, offset: position }];
  });
