/** Templates and conditions to values. Both throw `StepError` alone: `expression`, `expression_budget`, `not_a_condition`. */
import { StepError } from '../domain/errors.ts';
import type { Condition, Template } from '../domain/flow.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { requireTextRoom } from './budget.ts';
import { evaluate, ExpressionError } from './evaluate.ts';
import { type Compiled, compileExpression } from './expression.ts';
import { kindOf } from './failure-message.ts';
import type { Evaluation } from './frame.ts';
import { type Plan, planOf, type PlannedExpression } from './plan.ts';
import { textOf } from './text-functions.ts';

export type { Evaluation } from './frame.ts';

type Value = Json | undefined;
type Soon<T> = T | Promise<T>;

interface Known {
  readonly scope: JsonObject;
  readonly at: Evaluation;
}

/** Where an expression stands: the words for it, and how far into its text. */
interface Spot {
  readonly words: string;
  readonly offset: number;
}

const failureAt = ({ words, offset }: Spot, error: unknown): unknown => {
  if (!(error instanceof ExpressionError)) return error;
  const { code, message, position } = error.failed;
  const column = position === undefined ? '' : `, column ${offset + position + 1}`;
  return new StepError(code, `${words}${column}: ${message}`);
};

const valueOf = (compiled: Compiled, spot: Spot, { scope, at }: Known): Soon<Value> => {
  if (!compiled.ok) {
    const { message, position } = compiled;
    throw failureAt(spot, new ExpressionError({ code: 'expression', message, position }));
  }
  const value = evaluate(compiled.expression, scope, at);
  if (!(value instanceof Promise)) return value;
  return value.catch((error: unknown) => {
    throw failureAt(spot, error);
  });
};

const spotOf = ({ path, offset }: PlannedExpression): Spot => ({
  words: path === '' ? 'The value' : `"${path}"`,
  offset,
});

const fillText = async (parts: readonly (string | PlannedExpression)[], known: Known): Promise<string> => {
  let text = '';
  for (const part of parts) {
    text += typeof part === 'string' ? part : textOf(await fill(part, known));
    requireTextRoom(text.length);
  }
  return text;
};

const fillList = async (items: readonly Plan[], known: Known): Promise<Json> => {
  const filled: Json[] = [];
  for (const item of items) {
    const value = await fill(item, known);
    if (value !== undefined) filled.push(value);
  }
  return filled;
};

const fillObject = async (members: readonly (readonly [string, Plan])[], known: Known): Promise<Json> => {
  const filled: [string, Json][] = [];
  for (const [key, plan] of members) {
    const soon = fill(plan, known);
    // Most members are there at once, and waiting for them costs more than they do.
    const value = soon instanceof Promise ? await soon : soon;
    if (value !== undefined) filled.push([key, value]);
  }
  return Object.fromEntries(filled);
};

const fill = (plan: Plan, known: Known): Soon<Value> => {
  switch (plan.kind) {
    case 'constant':
      return plan.value;
    case 'expression':
      return valueOf(plan.compiled, spotOf(plan), known);
    case 'text':
      return fillText(plan.parts, known);
    case 'list':
      return fillList(plan.items, known);
    case 'object':
      return fillObject(plan.members, known);
  }
};

/**
 * The template with every expression replaced by its value. One that finds nothing leaves its key or list place out,
 * and gives undefined when it is all there is; inside a text nothing and null are "", objects and lists JSON.
 * A template is known by its identity: do not change one that was resolved.
 */
export const resolve = async (value: Template, scope: JsonObject, at: Evaluation): Promise<Value> =>
  fill(planOf(value), { scope, at });

/** Whether the condition is true. Nothing counts as false; what is neither true nor false is refused. */
export const holds = async (condition: Condition, scope: JsonObject, at: Evaluation): Promise<boolean> => {
  const value = await valueOf(
    compileExpression(condition),
    { words: 'The condition', offset: 0 },
    { scope, at },
  );
  if (value === undefined) return false;
  if (typeof value === 'boolean') return value;
  const remedy = "compare it, as in x = 'yes', or ask with $exists(x) or $not($empty(x))";
  throw new StepError(
    'not_a_condition',
    `The condition gives ${kindOf(value)}, not true or false: ${remedy}`,
  );
};
