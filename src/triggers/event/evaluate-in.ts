/** Expressions in the settings of a source: where its events have their id, type, time and subject. */
import { isObject, type Json } from '../../domain/json.ts';
import { evaluate } from '../../language/evaluate.ts';
import { compileExpression } from '../../language/expression.ts';

/** What it finds among the members of a value: nothing in what is no object. Throws `ExpressionError`. */
export const evaluateIn = (
  expression: string,
  value: Json,
  now: number,
): Json | undefined | Promise<Json | undefined> => {
  const compiled = compileExpression(expression);
  // Settings are checked when they are saved: only an older build can have let it pass.
  if (!compiled.ok) throw new Error(`"${expression}" is no expression: ${compiled.message}`);
  return isObject(value) ? evaluate(compiled.expression, value, { now, timezone: 'UTC' }) : undefined;
};
