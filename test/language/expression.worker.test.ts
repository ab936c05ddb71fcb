import { describe, expect, it } from 'vitest';
import { failureOf, valueOf } from './expression-scope.ts';

describe('expressions inside workerd', () => {
  it('evaluate, with our functions, patterns and partial application', async () => {
    expect(await valueOf("inputs.nil & $uppercase(inputs.name) & '!'")).toBe('ANA!');
    expect(await valueOf("$map($split('a, b', /,\\s*/), $pad(?, 3, '.'))")).toEqual(['a..', 'b..']);
    expect(await valueOf("$addTime('2026-03-28T12:00', 1, 'days')")).toBe('2026-03-29T10:00:00.000Z');
  });

  it('end, though the clock stands still', async () => {
    expect(await failureOf('($f := function($x) { $f($x) + 1 }; $f(1))')).toContain('expression_budget');
    expect(await failureOf("$pad('x', 400000000)")).toContain('expression_budget');
    expect(await valueOf(`$contains('${'a'.repeat(2_000)}!', /(a+)+$/)`)).toBe(false);
  });
});
