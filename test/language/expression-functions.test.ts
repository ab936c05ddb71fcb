import { describe, expect, it } from 'vitest';
import { failureOf, valueOf } from './expression-scope.ts';

describe('the functions put in the place of JSONata’s', () => {
  it.each([
    ["$string({'a': 0.1 + 0.2})", '{"a":0.3}'],
    ["$string({'a': 1}, true)", '{\n  "a": 1\n}'],
    ['$string(null)', 'null'],
    ["$join(['a', 'b'])", 'ab'],
    ["$join(['a', 'b'], ', ')", 'a, b'],
    ["$pad('ab', 4)", 'ab  '],
    ["$pad('ab', -5, '12')", '121ab'],
    ["$pad('🙂', 2, '-')", '🙂-'],
    ["$parseJson('[1]')", [1]],
    ["$distinct([1, '1', {'a': 1, 'b': 2}, {'b': 2, 'a': 1}, 1])", [1, '1', { a: 1, b: 2 }]],
    ['$sort([3, 1, 2])', [1, 2, 3]],
    ["$sort(['b', 'B', 'a'])", ['B', 'a', 'b']],
    ['$sort([1, 2, 3], function($l, $r) { $l < $r })', [3, 2, 1]],
    [
      "$sort([{'k': 2, 'n': 1}, {'k': 1, 'n': 2}, {'k': 1, 'n': 3}], function($l, $r) { $l.k > $r.k }).n",
      [2, 3, 1],
    ],
    ["$replace('aXbX', 'X', '-')", 'a-b-'],
    ["$replace('aXbX', 'X', '-', 1)", 'a-bX'],
    ["$replace('a1b22', /([0-9]+)/, '<$1>')", 'a<1>b<22>'],
    ["$replace('a1b22', /[0-9]+/, function($m) { '(' & $m.match & ')' })", 'a(1)b(22)'],
    ["$match('a1b22', /[a-z]([0-9]+)/).groups", ['1', '22']],
    ["$contains('ABC', /b/i)", true],
    ["$split('a, b,c', /,\\s*/)", ['a', 'b', 'c']],
    ["$match('a\\nb', /^b/m).index", 2],
    ['[1, 2] ~> $map(function($x) { $x * 2 })', [2, 4]],
    ["$map([1, 'x', {'a': 1}], $string)", ['1', 'x', '{"a":1}']],
    ["$map(['a', 'b'], $pad(?, 3, '.'))", ['a..', 'b..']],
    ["{'a': 1} ~> |$|{'b': 2}|", { a: 1, b: 2 }],
    ["$merge([{'a': 1}, {'b': 2}])", { a: 1, b: 2 }],
    ["$contains('abc', /b/) ?: 'no'", true],
    ['[[1, 2], [3]]', [[1, 2], [3]]],
    ["{'a': inputs.missing, 'b': null}", { b: null }],
  ])('%s', async (source, expected) => {
    expect(await valueOf(source)).toEqual(expected);
  });

  it('say what is wrong', async () => {
    expect(await failureOf("$parseJson('{')")).toContain('a text that is not JSON');
    expect(await failureOf("$sort([1, 'a'])")).toContain('$sort sorts numbers or texts');
    expect(await failureOf("$replace('abc', /x*/, '-')")).toContain('matches the empty text');
  });

  it('never repeat a text in a message, for it may be a secret', async () => {
    const scope = { secrets: { key: 'hunter2' } };
    const sources = [
      'secrets.key + 1',
      'secrets.key < 1',
      '$number(secrets.key)',
      '$sum(secrets.key)',
      '-secrets.key',
      '{secrets.key: 1, secrets.key: 2}',
      "$formatNumber(1, secrets.key & ';;')",
      "$formatNumber(1, '0.0.0' & secrets.key)",
      '$formatBase(10, secrets.key)',
      "$toMillis(secrets.key, '[' & secrets.key)",
      '$parseJson(secrets.key)',
      "$fromMillis(1, '[YN' & secrets.key & ']')",
      "$encodeUrl(secrets.key & '\\ud800')",
      "$decodeUrl(secrets.key & '%')",
    ];

    for (const source of sources) {
      const failure = await failureOf(source, scope);
      expect(failure, source).toMatch(/^expression: /);
      expect(failure, source).not.toContain('hunter2');
    }
  });
});

describe('a result', () => {
  it('is plain JSON: no marked lists, no objects without a prototype', async () => {
    const value = await valueOf("[{'rows': steps.users.rows.{'n': id}, 'keys': $keys(inputs)[0]}]");

    expect(structuredClone(value)).toStrictEqual([{ rows: [{ n: 1 }, { n: 2 }], keys: 'name' }]);
    expect(value).toStrictEqual([{ rows: [{ n: 1 }, { n: 2 }], keys: 'name' }]);
  });

  it('may have a member __proto__, which stays a member', async () => {
    const value = await valueOf('$parseJson(\'{"__proto__": {"admin": true}}\') ~> |$|{"x": 1}|');

    expect(JSON.stringify(value)).toBe('{"__proto__":{"admin":true},"x":1}');
    expect(value).not.toHaveProperty('admin');
    expect({}).not.toHaveProperty('admin');
  });

  it('cannot contain itself', async () => {
    expect(await failureOf("{'a': 1} ~> |$|{'self': $}|")).toMatch(/^expression(_budget)?: /);
  });
});
