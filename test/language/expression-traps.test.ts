import { describe, expect, it } from 'vitest';
import { holds, resolve } from '../../src/language/resolve.ts';
import { AT, failureOf, refusalOf, SCOPE, valueOf } from './expression-scope.ts';

describe('nothing and null', () => {
  it('are different from any value', async () => {
    expect(await valueOf("inputs.missing != 'x'")).toBe(true);
    expect(await valueOf("'x' != inputs.missing")).toBe(true);
    expect(await valueOf("inputs.nil != 'x'")).toBe(true);
    expect(await valueOf("inputs.name != 'Ana'")).toBe(false);
  });

  it('make != the opposite of = for lists, objects and members in another order', async () => {
    expect(await valueOf("inputs.tags != ['b', 'a', 'b']")).toBe(false);
    expect(await valueOf("{'a': 1, 'b': 2} != {'b': 2, 'a': 1}")).toBe(false);
    expect(await valueOf("inputs.tags != ['b']")).toBe(true);
  });

  it('are false to $not, so that it gives true', async () => {
    expect(await valueOf('$not(inputs.missing)')).toBe(true);
    expect(await valueOf('$not(inputs.nil)')).toBe(true);
    expect(await valueOf('$not(true)')).toBe(false);
  });

  it('do not exist', async () => {
    expect(await valueOf('$exists(inputs.missing)')).toBe(false);
    expect(await valueOf('$exists(inputs.nil)')).toBe(false);
    expect(await valueOf('$exists(inputs.no)')).toBe(true);
  });

  it('are the empty text to &', async () => {
    expect(await valueOf("inputs.nil & 'y'")).toBe('y');
    expect(await valueOf("'x' & inputs.missing & inputs.five & inputs.nil & 'y'")).toBe('x5y');
  });

  it('give way to what stands right of ??', async () => {
    expect(await valueOf("inputs.nil ?? 'none'")).toBe('none');
    expect(await valueOf("inputs.missing ?? inputs.missing2 ?? 'none'")).toBe('none');
    expect(await valueOf("inputs.no ?? 'none'")).toBe(false);
  });

  it.each([
    ['inputs.missing', true],
    ['inputs.nil', true],
    ["''", true],
    ['[]', true],
    ['{}', true],
    ['inputs.zero', false],
    ['inputs.no', false],
    ['inputs.tags', false],
    ["{'a': null}", false],
  ])('$empty(%s) is %s', async (source, expected) => {
    expect(await valueOf(`$empty(${source})`)).toBe(expected);
  });
});

describe('a row', () => {
  it('hides the names of the language, which is refused with the remedy', () => {
    expect(refusalOf('steps.users.rows[team = inputs.team]')).toEqual([
      'name_in_row',
      24,
      'Here "inputs" would be a field of the row: write $$.inputs for the flow\'s, $.inputs for the row\'s',
    ]);
    expect(refusalOf("steps.users.rows.(item & '!')")[0]).toBe('name_in_row');
    expect(refusalOf("steps.users.rows.{'a': vars.x}")[0]).toBe('name_in_row');
    expect(refusalOf('steps.users.rows^(item)')[0]).toBe('name_in_row');
    expect(refusalOf('steps.users.rows{item: id}')[0]).toBe('name_in_row');
    expect(refusalOf('steps ~> |users|{"x": inputs.team}|')[0]).toBe('name_in_row');
  });

  it('reaches the flow by $$ and its own fields by $', async () => {
    expect(await valueOf('steps.users.rows[team = $$.inputs.team].id')).toBe(1);
    expect(await valueOf("steps.users.rows[$.item = 'chair'].id")).toBe(2);
  });

  it('is none inside the function given to $map', async () => {
    expect(await valueOf('$map(steps.users.rows, function($row) { $row.id & inputs.name })')).toEqual([
      '1Ana',
      '2Ana',
    ]);
  });

  it('does not hide members that are named like names of the language', async () => {
    expect(await valueOf('steps.users.rows.item')).toEqual(['desk', 'chair']);
  });
});

describe('a list', () => {
  it('of one item stays a list in brackets', async () => {
    expect(await valueOf('[steps.users.rows[id = 1].id]')).toEqual([1]);
    expect(await valueOf('[steps.users.rows[id = 9].id]')).toEqual([]);
  });
});

describe('a condition', () => {
  it('is true or false, and nothing counts as false', async () => {
    expect(await holds('inputs.five > 4', SCOPE, AT)).toBe(true);
    expect(await holds('inputs.no', SCOPE, AT)).toBe(false);
    expect(await holds('inputs.missing', SCOPE, AT)).toBe(false);
    expect(await holds('inputs.missing > 4', SCOPE, AT)).toBe(false);
  });

  it.each([
    ["'false'", 'a text'],
    ['[0]', 'a list'],
    ['inputs.five', '5'],
    ['inputs.nil', 'null'],
    ['steps.users', 'an object'],
  ])('refuses %s', async (source, kind) => {
    await expect(holds(source, SCOPE, AT)).rejects.toMatchObject({
      code: 'not_a_condition',
      message: expect.stringContaining(`The condition gives ${kind}, not true or false`) as unknown,
    });
  });
});

describe('habits from other languages are answered with the remedy', () => {
  it.each([
    ['inputs.name == 5', 'Write a single = to compare'],
    ['inputs.name === 5', 'Write a single = to compare'],
    ['inputs.name !== 5', 'Write != to compare'],
    ['not inputs.name', 'Write $not(…)'],
    ['!inputs.name', 'Write $not(…)'],
    ['inputs.name && inputs.five', 'Write "and"'],
    ['inputs.name || 5', 'Write "or"'],
    ['inputs.name is 5', 'Write = or !='],
    ["'a' + inputs.name", 'join texts with &'],
    ["inputs['name']", 'write .`name`'],
    ['uppercase(inputs.name)', 'write $uppercase(…)'],
    ['$upercase(inputs.name)', 'did you mean "$uppercase"?'],
    ['$uppercase(inputs.name, 2)', '$uppercase takes 1 argument, and has 2'],
    ['$substring()', '$substring needs 2 arguments, and has 0'],
    ['$sum := 1', 'choose another name'],
    ['inputs.name.', 'ends too early'],
    ['(inputs.name', 'ends where ")" should be'],
    ["'inputs", 'quote is never closed'],
    ['**', 'secrets included'],
    ['$$', 'secrets included'],
    ['$string($)', 'secrets included'],
    ['/(?=a)/', 'look-around'],
    ['inputs.tags.0', 'write [0]'],
    ['inputs.null', '.`null`'],
  ])('%s', (source, remedy) => {
    expect(refusalOf(source)[2]).toContain(remedy);
  });

  it.each([
    [
      'inputs.name + 1',
      'expression: The value, column 17: "+" calculates with numbers, and its left side is a text',
    ],
    [
      'inputs.text5 < 10',
      'expression: The value, column 18: "<" compares a text with 10: turn a text into a number',
    ],
    ['$number(inputs.name)', 'expression: The value, column 5: $number cannot make a number of a text'],
    ['$uppercase(inputs.five)', 'expression: The value, column 5: $uppercase cannot take 5 as argument 1'],
    ["$error('No such team')", 'expression: The value, column 5: No such team'],
    ['$uppercase', 'expression: The value: its result is a function'],
  ])('%s, when it runs', async (source, message) => {
    expect(await failureOf(source)).toContain(message);
  });
});

describe('functions that would not be recorded, or know Latin-1 only', () => {
  it.each([
    ["$eval('1')", 'saved'],
    ['$random()', 'number.random'],
    ['$shuffle(inputs.tags)', 'list.sample'],
    ["$base64encode('ä')", 'base64.encode'],
    ["'w6Q=' ~> $base64decode", 'base64.decode'],
  ])('%s is refused on saving', (source, remedy) => {
    const [code, , message] = refusalOf(source);

    expect(code).toBe('refused_function');
    expect(message).toContain(remedy);
  });
});

describe('times', () => {
  it('are the step’s recorded time to $now and $millis', async () => {
    expect(await valueOf('$now()')).toBe('2026-11-23T12:00:00.000Z');
    expect(await valueOf("$now('[Y0001]-[M01]-[D01]')")).toBe('2026-11-23');
    expect(await valueOf('$millis()')).toBe(AT.now);
    expect(await valueOf("$toMillis('08:30', '[H01]:[m01]')")).toBe(Date.parse('2026-11-23T08:30:00Z'));
  });

  it('are each evaluation’s own, though they share the compiled expression', async () => {
    const asked = [1_000, 2_000, 3_000].map((now) => resolve('${{ [$millis()] }}', SCOPE, { ...AT, now }));

    expect(await Promise.all(asked)).toEqual([[1_000], [2_000], [3_000]]);
  });

  it('are counted on the calendar of the flow’s zone', async () => {
    expect(await valueOf("$addTime('2026-01-31T00:00:00Z', 1, 'months', 'UTC')")).toBe(
      '2026-02-28T00:00:00.000Z',
    );
    expect(await valueOf("$addTime('2026-03-28T12:00', 1, 'days')")).toBe('2026-03-29T10:00:00.000Z');
    expect(await valueOf("$timeBetween('2026-01-01', '2026-03-01', 'months')")).toBe(2);
    expect(await valueOf("$formatTime('2026-01-01T23:30:00Z', 'YYYY-MM-DD')")).toBe('2026-01-02');
    expect(await valueOf("$formatTime('2026-01-01T23:30:00Z', 'YYYY-MM-DD', 'UTC')")).toBe('2026-01-01');
    expect(await valueOf("$toMillis('2026-01-01T00:00')")).toBe(Date.parse('2025-12-31T23:00:00Z'));
  });

  it('that do not exist are errors', async () => {
    expect(await failureOf("$addTime('2026-02-30', 1, 'days')")).toMatch(/^expression: .*a day that exists/);
    expect(await failureOf("$toMillis('2026-02-30')")).toMatch(/^expression: .*a day that exists/);
  });

  it('give nothing for nothing', async () => {
    expect(await valueOf("$addTime(inputs.missing, 1, 'days')")).toBeUndefined();
    expect(await valueOf("$formatTime(inputs.missing, 'YYYY')")).toBeUndefined();
  });
});

describe('numbers', () => {
  it('have no infinity', async () => {
    expect(await failureOf('7 / inputs.zero')).toBe('expression: The value, column 7: it divides by zero');
    expect(await failureOf('7 % inputs.zero')).toBe('expression: The value, column 7: it divides by zero');
    expect(await failureOf('1e300 * 1e300')).toContain('too big');
  });
});
