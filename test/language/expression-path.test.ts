import * as fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { evaluate } from '../../src/language/evaluate.ts';
import { compileExpression } from '../../src/language/expression.ts';
import { AT, SCOPE } from './expression-scope.ts';

const expressionOf = (
  source: string,
): Extract<ReturnType<typeof compileExpression>, { ok: true }>['expression'] => {
  const compiled = compileExpression(source);
  if (!compiled.ok) throw new Error(compiled.message);
  return compiled.expression;
};

const member = fc.constantFrom('a', 'b', 'inputs', 'constructor', '__proto__', 'toString', 'length');

const json = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, fc.constantFrom(null, true, 0, -1, '', 'x'), tie('list'), tie('object')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(member, tie('value'), { maxKeys: 4 }),
})).object;

const source = fc
  .array(
    fc.oneof(
      member.map((name) => `.\`${name}\``),
      fc.integer({ min: -3, max: 3 }).map((at) => `[${at}]`),
    ),
    {
      maxLength: 5,
    },
  )
  .map((members) => `inputs${members.join('')}`);

describe('the short way of a plain path', () => {
  it('gives what JSONata gives', async () => {
    await fc.assert(
      fc.asyncProperty(source, json, async (path, inputs) => {
        const scope = JSON.parse(JSON.stringify({ inputs })) as JsonObject;
        const oracle: unknown = await jsonata(path).evaluate(scope);

        const value = await evaluate(expressionOf(path), scope, AT);

        expect(JSON.stringify(value)).toBe(JSON.stringify(oracle));
      }),
      { numRuns: 3_000 },
    );
  });

  it.each([
    'inputs.name',
    '$$.inputs.name',
    'steps.users.rows[0]',
    "'text'",
    '-5',
    'null',
    'inputs.missing.x',
  ])('is there at once: %s', (path) => {
    expect(evaluate(expressionOf(path), SCOPE, AT)).not.toBeInstanceOf(Promise);
  });

  it.each(['steps.users.rows.id', 'inputs.name & 1', 'inputs.tags[]'])(
    'is not taken where it ends: %s',
    async (path) => {
      expect(evaluate(expressionOf(path), SCOPE, AT)).toBeInstanceOf(Promise);
      await evaluate(expressionOf(path), SCOPE, AT);
    },
  );
});
