/** Evaluates a compiled expression: at once where it can, and never for longer than its budget. */
import { StepError } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { newBudget } from './budget.ts';
import type { Expression } from './expression.ts';
import { explainFailure, isTooMuch, TOO_LONG } from './failure-message.ts';
import { type Evaluation, STATE, type State } from './frame.ts';
import { readShort, TOO_HARD } from './path.ts';
import { matcherOf } from './pattern.ts';
import { plainJson } from './plain-json.ts';
import { patternName } from './rewrite.ts';
import type { JsonataError } from './syntax-message.ts';

/** A failed evaluation; `position` counts from 0 into the source, and lacks where nobody knows it. */
export interface Failed {
  readonly code: 'expression' | 'expression_budget';
  readonly message: string;
  readonly position: number | undefined;
}

/** Thrown by `evaluate` alone; who knows the place of the expression makes a `StepError` of it. */
export class ExpressionError extends Error {
  readonly failed: Failed;

  constructor(failed: Failed) {
    super(failed.message);
    this.name = 'ExpressionError';
    this.failed = failed;
  }
}

/** JSONata says where a token ends, or the bracket behind the name of a function: people look for where it begins. */
const beginOf = ({ position, token }: JsonataError, source: string): number | undefined => {
  if (position === undefined) return undefined;
  // Functions of ours may have a name with a blank before it.
  const name = typeof token === 'string' ? token.trim() : '';
  if (name === '') return Math.max(0, position - 1);
  if (source.slice(0, position).endsWith(`$${name}(`)) return position - name.length - 2;
  if (source.slice(0, position).endsWith(name)) return position - name.length;
  return Math.max(0, position - 1);
};

const failedOf = (error: unknown, source: string): Failed => {
  // JSONata throws plain objects of this shape, and leaves its position on whatever passes through.
  const thrown = error as JsonataError;
  const position = beginOf(thrown, source);
  if (error instanceof StepError) {
    const code = error.code === 'expression_budget' ? 'expression_budget' : 'expression';
    return { code, message: error.message, position };
  }
  if (isTooMuch(thrown.code)) return { code: 'expression_budget', message: TOO_LONG, position };
  return { code: 'expression', message: explainFailure(thrown), position };
};

const run = async (expression: Expression, scope: JsonObject, at: Evaluation): Promise<Json | undefined> => {
  const state: State = { at, budget: newBudget() };
  const bindings: Record<string, unknown> = { [STATE]: state };
  for (const [index, pattern] of expression.patterns.entries()) {
    bindings[patternName(index)] = matcherOf(pattern, state.budget);
  }
  try {
    return plainJson(await expression.code.evaluate(scope, bindings), state.budget);
  } catch (error) {
    throw new ExpressionError(failedOf(error, expression.source));
  }
};

/** The value, or undefined for nothing; a promise only where JSONata has to work. */
export const evaluate = (
  expression: Expression,
  scope: JsonObject,
  at: Evaluation,
): Json | undefined | Promise<Json | undefined> => {
  if (expression.short !== undefined) {
    const value = readShort(expression.short, scope);
    if (value !== TOO_HARD) return value;
  }
  return run(expression, scope, at);
};
