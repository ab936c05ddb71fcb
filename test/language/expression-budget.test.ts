import { describe, expect, it } from 'vitest';
import { failureOf, refusalOf, SCOPE, valueOf } from './expression-scope.ts';

const KB = 'x'.repeat(1_000);
const big = {
  inputs: { kb: KB, mb: KB.repeat(900), rows: Array.from({ length: 2_000 }, (_, id) => ({ id })) },
};

describe('an expression that costs too much', () => {
  it.each([
    ['endless recursion', '($f := function($x) { $f($x) + 1 }; $f(1))', 'evaluations'],
    ['an endless loop', '($f := function($x) { $f($x) }; $f(1))', 'evaluations'],
    ['recursion that branches', "($f := function($x) { {'a': $f($x), 'b': $f($x)} }; $f(1))", 'evaluations'],
    ['a range of 100,000', '[1..100000]', '10,000 items'],
    ['a list that grows too long', '$map([1..10000], function($i) { [$i, $i] })', 'evaluations|10,000 items'],
    ['quadratic $append', '$reduce([1..3000], function($all, $i) { $append($all, $i) }, [])', 'list items'],
    ['$pad', "$pad('x', 400000000)", '1,000,000 characters'],
    ['$join', '$join($map([1..1000], function($i) { inputs.mb }))', '1,000,000 characters|list items'],
    ['$join with a long separator', "$join($split('aaaaaaaaaa', ''), inputs.mb)", '1,000,000 characters'],
    ['$replace of texts', "$replace(inputs.kb, 'x', inputs.kb)", '1,000,000 characters'],
    ['$replace of matches', '$replace(inputs.kb, /x/, inputs.kb)', '1,000,000 characters'],
    [
      '$replace by a function',
      '$replace(inputs.kb, /x/, function($m) { inputs.kb & inputs.kb })',
      '1,000,000 char',
    ],
    ['& that doubles', "($f := function($t) { $f($t & $t) }; $f('xx'))", '1,000,000 characters'],
    [
      'one text many times',
      '$string($map([1..2000], function($i) { inputs.kb }))',
      '1,000,000 characters|10 MB',
    ],
    [
      'one object many times',
      '($o := {"a": inputs.rows}; $map([1..600], function($i) { $keys($o) }))',
      'list items',
    ],
    ['comparing a long list', '$filter([1..600], function($i) { inputs.rows = inputs.rows })', 'list items'],
    [
      'references that multiply',
      "($f := function($o, $n) { $n = 0 ? $o : $f({'a': $o, 'b': $o}, $n - 1) }; $f(1, 40))",
      'list items',
    ],
    ['sorting a long list by rows', 'inputs.rows^(id)', 'evaluations'],
  ])('ends: %s', async (_what, source, message) => {
    const failure = await failureOf(source, big);

    expect(failure).toMatch(/^expression_budget: The value/);
    expect(failure).toMatch(new RegExp(message));
  });

  it('does not stop the work of every day', async () => {
    expect(await valueOf('$count(inputs.rows[id > 1000])', big)).toBe(999);
    expect(await valueOf('$sum($map(inputs.rows, function($row) { $row.id }))', big)).toBe(1_999_000);
    expect(await valueOf('$count($sort(inputs.rows.id))', big)).toBe(2_000);
    expect(await valueOf('$length(inputs.mb & inputs.kb)', big)).toBe(901_000);
    expect(await valueOf('$map([1..300], function($i) { {"n": $i} })[299].n', SCOPE)).toBe(300);
    expect(
      await valueOf('$count($keys(inputs.rows{$string(id): id}))', {
        inputs: { rows: big.inputs.rows.slice(0, 500) },
      }),
    ).toBe(500);
  });
});

describe('a pattern', () => {
  it.each(['(a+)+$', '(a|aa)+$', '(.*a){20}$', '(a*)*b'])('cannot backtrack: %s', async (pattern) => {
    const scope = { inputs: { text: `${'a'.repeat(5_000)}!` } };

    expect(await valueOf(`$contains(inputs.text, /${pattern}/)`, scope)).toBe(false);
  });

  it('that reads a long text over and over is ended', async () => {
    expect(await failureOf('$match(inputs.mb, /x.*y|x/)', big)).toContain('expression_budget: The value');
  });
});

describe('an expression that only the parser would choke on', () => {
  it.each([
    ['brackets without end', '('.repeat(9_000) + '1' + ')'.repeat(9_000)],
    ['a source that is too long', `'${'x'.repeat(30_000)}'`],
    ['defaults inside defaults', '('.repeat(40) + 'a' + ' ?: b)'.repeat(40)],
  ])('is refused: %s', (_what, source) => {
    expect(refusalOf(source)[0]).toMatch(/^expression_/);
  });
});
