/** A template made ready to be filled in again and again: what stays, what is evaluated, and where that stands. */
import { isObject, type Json } from '../domain/json.ts';
import { type Compiled, compileExpression } from './expression.ts';
import { type Path, pathText } from './place.ts';
import { remember } from './recent.ts';
import { type Part, parseTemplate, wholeExpression } from './template.ts';

export interface PlannedExpression {
  readonly kind: 'expression';
  readonly compiled: Compiled;
  /** of the text in the template, for messages */
  readonly path: string;
  /** where the source begins in that text, counted from 0 */
  readonly offset: number;
}

export type Plan =
  | { readonly kind: 'constant'; readonly value: Json }
  | PlannedExpression
  | { readonly kind: 'text'; readonly parts: readonly (string | PlannedExpression)[] }
  | { readonly kind: 'list'; readonly items: readonly Plan[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, Plan])[] };

const planPart = (part: Part, path: Path): string | PlannedExpression => {
  if (part.kind === 'text') return part.text;
  const { source, offset } = part;
  return { kind: 'expression', compiled: compileExpression(source), path: pathText(path), offset };
};

const planText = (text: string, path: Path): Plan => {
  if (!text.includes('${{')) return { kind: 'constant', value: text };
  const template = parseTemplate(text);
  if (!template.ok) return { kind: 'expression', compiled: template, path: pathText(path), offset: 0 };
  const whole = wholeExpression(template.parts);
  const parts = (whole === undefined ? template.parts : [whole]).map((part) => planPart(part, path));
  const [first] = parts;
  if (whole !== undefined && typeof first === 'object') return first;
  if (parts.every((part) => typeof part === 'string')) return { kind: 'constant', value: parts.join('') };
  return { kind: 'text', parts };
};

/** Values without expressions are handed on as they are, not copied. */
const planValue = (value: Json, path: Path): Plan => {
  if (typeof value === 'string') return planText(value, path);
  if (isObject(value)) {
    const members = Object.entries(value).map(([key, member]) => {
      const plan = planValue(member, [...path, key]);
      return [key, plan, plan.kind === 'constant' && plan.value === member] as const;
    });
    if (members.every(([, , isSame]) => isSame)) return { kind: 'constant', value };
    return { kind: 'object', members: members.map(([key, plan]) => [key, plan]) };
  }
  if (typeof value !== 'object' || value === null) return { kind: 'constant', value };
  const items = value.map((item, index) => planValue(item, [...path, index]));
  const isSame = items.every((item, index) => item.kind === 'constant' && item.value === value[index]);
  return isSame ? { kind: 'constant', value } : { kind: 'list', items };
};

/** Templates are parts of a flow, which is parsed once and then never changed. */
const planned = new WeakMap<object, Plan>();

const plannedText: (text: string) => Plan = remember(2_000, (text) => planText(text, []));

export const planOf = (template: Json): Plan => {
  if (typeof template === 'string') return plannedText(template);
  if (typeof template !== 'object' || template === null) return { kind: 'constant', value: template };
  const known = planned.get(template);
  if (known !== undefined) return known;
  const plan = planValue(template, []);
  planned.set(template, plan);
  return plan;
};
