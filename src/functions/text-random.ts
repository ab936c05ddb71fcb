/** Texts by chance. They are as unpredictable as the generator that the engine passes in. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { encodeBytes } from './values/bytes.ts';

const below = (random: () => number, limit: number): number => Math.floor(random() * limit);

export const uuid = pure({
  title: 'Unique ID',
  doc: 'A new random UUID (version 4, RFC 9562).',
  input: z.strictObject({}),
  output: z.strictObject({ uuid: z.uuidv4().describe('In lower case, with hyphens') }),
  examples: [{ input: {}, output: { uuid: '80808080-8080-4080-8080-808080808080' } }],
  run: (_, { random }) => {
    const bytes = Uint8Array.from({ length: 16 }, (__, index) => {
      const byte = below(random, 256);
      if (index === 6) return (byte & 0x0f) | 0x40; // the version
      return index === 8 ? (byte & 0x3f) | 0x80 : byte; // the variant
    });
    return { uuid: encodeBytes(bytes, 'hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-') };
  },
});

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

export const random = pure({
  title: 'Random text',
  doc: 'A random text of a length, of letters and digits unless other characters are given. Each character is drawn alone, so it may come twice.',
  input: z.strictObject({
    length: z.int().min(1).max(10_000).describe('The number of characters'),
    characters: z.string().min(1).max(1_000).default(LETTERS).describe('The characters to draw from'),
  }),
  output: z.strictObject({ text: z.string().describe('The random text') }),
  examples: [
    { input: { length: 4 }, output: { text: 'ffff' } },
    { input: { length: 3, characters: '01' }, output: { text: '111' } },
  ],
  run: ({ length, characters }, { random: draw }) => {
    const choices = Array.from(characters);
    return { text: Array.from({ length }, () => choices[below(draw, choices.length)] ?? '').join('') };
  },
});
