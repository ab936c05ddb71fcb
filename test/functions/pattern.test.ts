import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runCard } from './run-card.ts';

/** Patterns on which both engines agree by definition: no look-around, no back-references, no Unicode classes. */
const atom = fc.constantFrom('a', 'b', '\\d', '[ab]', '[^a]', '(a|b)', '(?:ab)', '(b1)');
const piece = fc.tuple(atom, fc.constantFrom('', '+', '?', '{1,2}')).map(([one, times]) => one + times);
const pattern = fc.array(piece, { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', ' '), maxLength: 30 });

describe('patterns', () => {
  it('match as RegExp does', () =>
    fc.assert(
      fc.asyncProperty(text, pattern, async (given, wanted) => {
        const oracle = new RegExp(wanted, 'g');
        const matches = [...given.matchAll(oracle)].map(([whole, ...groups]) => ({
          text: whole,
          groups: groups.map((group) => group ?? null),
          names: {},
        }));

        expect(await runCard('pattern.find', { text: given, pattern: wanted })).toEqual({
          position: given.search(oracle),
        });
        expect(await runCard('pattern.extract', { text: given, pattern: wanted })).toEqual({ matches });
      }),
    ));

  it('replace as RegExp does, groups of the match included', () =>
    fc.assert(
      fc.asyncProperty(
        text,
        pattern,
        fc.constantFrom('', '<$&>', '$1-$$', '$2$1', '$9'),
        async (given, wanted, by) => {
          expect(await runCard('pattern.replace', { text: given, pattern: wanted, replacement: by })).toEqual(
            {
              text: given.replace(new RegExp(wanted, 'g'), by),
            },
          );
        },
      ),
    ));

  it('split so that the parts and the matches are the text again', async () => {
    expect(await runCard('pattern.split', { text: 'a1b22c', pattern: '\\d*' })).toEqual({
      parts: ['a', 'b', 'c'],
    });
  });
});

describe('patterns that hang other engines', () => {
  const long = `${'a'.repeat(50_000)}!`;

  it.each(['(a+)+$', '(a|aa)+$', '(.*)*$x', '(a?){50}a{50}$'])(
    '%s ends on 50,000 characters',
    async (wanted) => {
      expect(await runCard('pattern.matches', { text: long, pattern: wanted })).toEqual({ result: false });
    },
  );

  it('refuses a search that reads the whole text again for each match', async () => {
    const replaced = runCard('pattern.replace', { text: long, pattern: 'a.*z|a', replacement: 'b' });

    await expect(replaced).rejects.toHaveProperty('code', 'too_much_work');
  });
});
