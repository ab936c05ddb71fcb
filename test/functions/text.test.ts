import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { runCard } from './run-card.ts';

const text = fc.string({ unit: fc.constantFrom('a', 'b', 'B', '.', '$', 'é', '👍'), maxLength: 20 });

describe('texts', () => {
  it('are counted and cut in characters', () =>
    fc.assert(
      fc.asyncProperty(text, fc.nat(25), fc.nat(25), async (given, start, end) => {
        const characters = Array.from(given);

        expect(await runCard('text.length', { text: given })).toEqual({ length: characters.length });
        expect(await runCard('text.segment', { text: given, start, end })).toEqual({
          text: characters.slice(start, end).join(''),
        });
      }),
    ));

  it('are found at positions that cut them', () =>
    fc.assert(
      fc.asyncProperty(text, text, text, async (before, wanted, after) => {
        fc.pre(wanted !== '');
        const whole = before + wanted + after;
        const found = await runCard('text.find', { text: whole, find: wanted });
        const { position } = z.object({ position: z.int() }).parse(found);
        const end = position + Array.from(wanted).length;

        expect(position).toBeLessThanOrEqual(Array.from(before).length);
        expect(await runCard('text.segment', { text: whole, start: position, end })).toEqual({
          text: wanted,
        });
      }),
    ));

  it('are replaced as replaceAll and replace do', () =>
    fc.assert(
      fc.asyncProperty(text, text, text, async (given, find, replacement) => {
        fc.pre(find !== '');

        expect(await runCard('text.replace', { text: given, find, replacement })).toEqual({
          text: given.replaceAll(find, () => replacement),
        });
        expect(await runCard('text.replace', { text: given, find, replacement, all: false })).toEqual({
          text: given.replace(find, () => replacement),
        });
      }),
    ));

  it('join again what was split', () =>
    fc.assert(
      fc.asyncProperty(text, text, async (given, separator) => {
        const cut = await runCard('text.split', { text: given, separator });
        const { parts } = z.object({ parts: z.array(z.string()) }).parse(cut);

        expect(await runCard('list.join', { list: parts, separator })).toEqual({ text: given });
      }),
    ));
});

describe('texts by chance', () => {
  it('make a UUID of version 4 out of any numbers', () =>
    fc.assert(
      fc.asyncProperty(
        fc.infiniteStream(fc.double({ min: 0, max: 0.9999999, noNaN: true })),
        async (draws) => {
          const made = await runCard('text.uuid', {}, { now: 0, random: () => draws.next().value });

          expect(made).toHaveProperty(
            'uuid',
            expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
          );
        },
      ),
    ));
});
