import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../src/language/expression.ts';
import { namesOf } from '../../src/language/names.ts';

const uses = (source: string): unknown[] => {
  const compiled = compileExpression(source);
  if (!compiled.ok) throw new Error(compiled.message);
  return namesOf(compiled.expression).map(({ name, path, position }) => [name, path.join('.'), position]);
};

describe('the names of an expression', () => {
  it.each([
    ['inputs.user.email', [['inputs', 'user.email', 0]]],
    ['steps.a.rows[0].id', [['steps', 'a.rows.id', 0]]],
    ['inputs.`Row ID`', [['inputs', 'Row ID', 0]]],
    ['$.inputs.x', [['inputs', 'x', 2]]],
    ['1 + vars.count', [['vars', 'count', 4]]],
    ['rows', [['rows', '', 0]]],
    [
      "inputs.a ?? 'x'",
      [
        ['inputs', 'a', 0],
        ['inputs', 'a', 0],
      ],
    ],
    [
      'steps.a.rows[team = $$.inputs.team].id',
      [
        ['steps', 'a.rows.id', 0],
        ['inputs', 'team', 23],
      ],
    ],
    [
      '$map(steps.a, function($x) { $x.item & inputs.b })',
      [
        ['steps', 'a', 5],
        ['inputs', 'b', 39],
      ],
    ],
    [
      "{'a': inputs.a, inputs.b: [item]}",
      [
        ['inputs', 'a', 6],
        ['inputs', 'b', 16],
        ['item', '', 27],
      ],
    ],
    [
      'steps.my-step',
      [
        ['steps', 'my', 0],
        ['step', '', 9],
      ],
    ],
    ['steps.(a).b', [['steps', '', 0]]],
    [
      '(inputs.a; $x := vars.b; $x.c)',
      [
        ['inputs', 'a', 1],
        ['vars', 'b', 17],
      ],
    ],
    ["'inputs.a'", []],
  ])('%s', (source, expected) => {
    expect(uses(source)).toEqual(expected);
  });
});
