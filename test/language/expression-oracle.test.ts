import * as fc from 'fast-check';
import jsonata from 'jsonata';
import { describe, expect, it } from 'vitest';
import { valueOf } from './expression-scope.ts';

/** No nulls, and every name is there: what remains are the parts of JSONata that the language leaves as they are. */
const scope = {
  inputs: { n: 3, text: 'Ana', yes: true, list: [3, 1, 2, 3], one: { id: 7, tags: ['x'] } },
  vars: {
    rows: [
      { id: 1, team: 'Sales', tags: ['a', 'b'] },
      { id: 2, team: 'Ops', tags: ['b'] },
      { id: 3, team: 'Sales', tags: [] },
    ],
  },
};

const { value } = fc.letrec<{
  number: string;
  text: string;
  yes: string;
  list: string;
  row: string;
  value: string;
}>((tie) => ({
  number: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('0', '2', 'inputs.n', 'inputs.one.id', 'vars.rows[1].id', 'inputs.list[-1]'),
    fc
      .tuple(tie('number'), fc.constantFrom('+', '-', '*'), tie('number'))
      .map((parts) => `(${parts.join(' ')})`),
    fc.tuple(fc.constantFrom('sum', 'count', 'max'), tie('list')).map(([name, list]) => `$${name}(${list})`),
    tie('text').map((text) => `$length(${text})`),
  ),
  text: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom("'b'", "'Sales'", 'inputs.text', 'vars.rows[0].team'),
    fc.tuple(tie('value'), tie('text')).map((parts) => `(${parts.join(' & ')})`),
    tie('text').map((text) => `$uppercase(${text})`),
    tie('text').map((text) => `$replace(${text}, /([as])l?/, '<$1>')`),
    fc.tuple(tie('text'), tie('number')).map(([text, width]) => `$pad(${text}, ${width}, '-')`),
    tie('value').map((any) => `$string(${any})`),
  ),
  yes: fc.oneof(
    { depthSize: 'small' },
    fc.constant('inputs.yes'),
    fc
      .tuple(tie('value'), fc.constantFrom('=', '!=', 'in'), tie('value'))
      .map((parts) => `(${parts.join(' ')})`),
    fc.tuple(tie('number'), fc.constantFrom('<', '>='), tie('number')).map((parts) => `(${parts.join(' ')})`),
    fc.tuple(tie('yes'), fc.constantFrom('and', 'or'), tie('yes')).map((parts) => `(${parts.join(' ')})`),
    tie('yes').map((yes) => `$not(${yes})`),
    tie('value').map((any) => `$exists(${any})`),
  ),
  list: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('inputs.list', 'vars.rows.id', '[1..4]', '[inputs.one.id]'),
    fc.tuple(tie('number'), tie('number')).map((items) => `[${items.join(', ')}]`),
    fc.tuple(tie('list'), tie('list')).map((lists) => `$append(${lists.join(', ')})`),
    tie('list').map((list) => `$sort($distinct(${list}))`),
    tie('list').map((list) => `$map(${list}, function($x) { $x * inputs.n })`),
    tie('list').map((list) => `$filter(${list}, function($x) { $x > 1 })`),
  ),
  row: fc.oneof(
    fc.constantFrom(
      'team',
      "team = 'Sales'",
      'id > $$.inputs.n - 2',
      "$count(tags[$ = 'b']) = 1",
      '$.id != 2',
    ),
  ),
  value: fc.oneof(
    { depthSize: 'small' },
    tie('number'),
    tie('text'),
    tie('yes'),
    tie('list'),
    tie('row').map((row) => `vars.rows[${row}].tags`),
    tie('row').map((row) => `vars.rows.(${row})`),
    tie('row').map((row) => `vars.rows.{'is': ${row}}`),
    tie('row').map((row) => `vars.rows^(>id, team){team: $count($[${row}])}`),
    fc
      .tuple(tie('yes'), tie('value'), tie('value'))
      .map(([yes, one, other]) => `(${yes} ? ${one} : ${other})`),
    fc.tuple(tie('text'), tie('value')).map(([key, any]) => `{${key}: ${any}, 'k': [${any}]}`),
  ),
}));

const outcome = async (evaluation: Promise<unknown>): Promise<string> =>
  evaluation.then(
    (result) => `value ${JSON.stringify(result)}`,
    () => 'failure',
  );

describe('outside the traps an expression', () => {
  it('gives what JSONata gives', async () => {
    await fc.assert(
      fc.asyncProperty(value, async (source) => {
        fc.pre(source.length < 400);
        const expected = await outcome(jsonata(source).evaluate(scope));

        expect(await outcome(valueOf(source, scope))).toBe(expected);
      }),
      { numRuns: 500 },
    );
  }, 30_000);
});
