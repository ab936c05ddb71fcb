import { describe, expect, it } from 'vitest';
import { remember } from '../../src/language/recent.ts';

describe('what is remembered', () => {
  it('is made once, and made again only when others were asked for more recently', () => {
    const made: string[] = [];
    const ask = remember(2, (key) => made.push(key));

    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) ask(key);

    expect(made).toEqual(['a', 'b', 'c', 'b']);
  });
});
