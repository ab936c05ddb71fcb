/** What the tests of expressions have in sight: a scope, a clock, and one-line ways to ask. */
import type { StepError } from '../../src/domain/errors.ts';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { compileExpression } from '../../src/language/expression.ts';
import { type Evaluation, resolve } from '../../src/language/resolve.ts';

export const AT: Evaluation = { now: Date.parse('2026-11-23T12:00:00Z'), timezone: 'Europe/Berlin' };

export const SCOPE = {
  inputs: {
    name: 'Ana',
    team: 'Sales',
    five: 5,
    text5: '5',
    zero: 0,
    no: false,
    nil: null,
    tags: ['b', 'a', 'b'],
    empty: [],
  },
  steps: {
    users: {
      rows: [
        { id: 1, team: 'Sales', item: 'desk' },
        { id: 2, team: 'Ops', item: 'chair' },
      ],
    },
  },
  vars: {},
} satisfies JsonObject;

/** The value of one expression. */
export const valueOf = (source: string, scope: JsonObject = SCOPE): Promise<Json | undefined> =>
  resolve(`\${{ ${source} }}`, scope, AT);

/** The error of one expression, as `code: message`. */
export const failureOf = async (source: string, scope: JsonObject = SCOPE): Promise<string> => {
  try {
    return `no failure: ${JSON.stringify(await valueOf(source, scope))}`;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== 'StepError') throw error;
    // The name is only StepError's.
    return `${(error as StepError).code}: ${error.message}`;
  }
};

/** Why an expression is refused when the flow is saved: the code, the place counted from 0, the message. */
export const refusalOf = (source: string): readonly [string, number, string] => {
  const compiled = compileExpression(source);
  return compiled.ok ? ['none', -1, ''] : [compiled.code, compiled.position, compiled.message];
};
