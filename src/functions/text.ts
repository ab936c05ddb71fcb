/** Texts made of others: joined, cut, padded, in another case. Positions and lengths count characters. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { asText } from './values/as-text.ts';
import { countCharacters, segmentOf } from './values/characters.ts';
import { json, object, position } from './values/fields.ts';
import { limited, requireRoom } from './values/limit.ts';
import { valueAt } from './values/path.ts';

export * from './text-random.ts';
export * from './text-search.ts';

const output = z.strictObject({ text: z.string().describe('The new text') });

export const compose = pure({
  title: 'Compose text',
  doc: 'Fills the places {{name}} of a template with values; {{user.name}} reaches inside an object. A missing value and null become empty, lists and objects JSON.',
  input: z.strictObject({
    template: z.string().describe('Text with places such as {{name}}'),
    values: object.describe('The value of each name'),
  }),
  output,
  examples: [
    {
      input: { template: 'Hello {{name}}, you have {{ count }} days', values: { name: 'Ana', count: 3 } },
      output: { text: 'Hello Ana, you have 3 days' },
    },
    {
      title: 'Inside an object, and missing',
      input: { template: '{{user.name}}/{{user.team}}', values: { user: { name: 'Ana' } } },
      output: { text: 'Ana/' },
    },
  ],
  run: ({ template, values }) => {
    let length = template.length;
    const text = template.replace(/\{\{([^{}]*)\}\}/g, (_, name: string) => {
      const value = asText(valueAt(values, name.trim()) ?? null);
      length += value.length;
      requireRoom(length);
      return value;
    });
    return limited({ text });
  },
});

export const concat = pure({
  title: 'Concatenate',
  doc: 'Puts texts one after the other, with nothing between. Null counts as empty, numbers are written out.',
  input: z.strictObject({ texts: z.array(json).describe('The texts in order') }),
  output,
  examples: [
    { input: { texts: ['ana', '@', 'example.com'] }, output: { text: 'ana@example.com' } },
    { input: { texts: ['a', null, 1] }, output: { text: 'a1' } },
    { input: { texts: [] }, output: { text: '' } },
  ],
  run: ({ texts }) => limited({ text: texts.map(asText).join('') }),
});

export const split = pure({
  title: 'Split text',
  doc: 'Cuts a text at every separator, a comma if none is given. An empty separator gives the single characters; a text without the separator is one part.',
  input: z.strictObject({
    text: z.string().describe('The text to cut'),
    separator: z.string().default(',').describe('What stands between the parts, taken literally'),
  }),
  output: z.strictObject({
    parts: z.array(z.string()).describe('The parts in order, without the separators'),
  }),
  examples: [
    { input: { text: 'a;b;;c', separator: ';' }, output: { parts: ['a', 'b', '', 'c'] } },
    { title: 'At commas', input: { text: 'a,b' }, output: { parts: ['a', 'b'] } },
    { title: 'Into characters', input: { text: 'né👍', separator: '' }, output: { parts: ['n', 'é', '👍'] } },
  ],
  run: ({ text, separator }) =>
    limited({ parts: separator === '' ? Array.from(text) : text.split(separator) }),
});

export const segment = pure({
  title: 'Text segment',
  doc: 'The part of a text from one position up to, not including, another, counted from 0. Positions beyond the end mean the end.',
  input: z.strictObject({
    text: z.string().describe('The text to take from'),
    start: position.default(0).describe('Position of the first character'),
    end: position.nullable().default(null).describe('Position after the last character; null: to the end'),
  }),
  output,
  examples: [
    { input: { text: 'abcdef', start: 1, end: 3 }, output: { text: 'bc' } },
    { title: 'To the end', input: { text: 'abcdef', start: 4 }, output: { text: 'ef' } },
    { title: 'Nothing between', input: { text: 'abc', start: 2, end: 1 }, output: { text: '' } },
  ],
  run: ({ text, start, end }) => ({ text: segmentOf(text, start, end) }),
});

export const trim = pure({
  title: 'Trim',
  doc: 'A text without blanks, tabs and line ends around it. Those inside stay.',
  input: z.strictObject({ text: z.string().describe('The text to trim') }),
  output,
  examples: [{ input: { text: '  a b\n' }, output: { text: 'a b' } }],
  run: ({ text }) => ({ text: text.trim() }),
});

export const lowerCase = pure({
  title: 'To lower case',
  doc: 'A text in lower case, by the rules of Unicode and of no particular language.',
  input: z.strictObject({ text: z.string().describe('The text to change') }),
  output,
  examples: [{ input: { text: 'Ana ÉLAN' }, output: { text: 'ana élan' } }],
  run: ({ text }) => limited({ text: text.toLowerCase() }),
});

export const upperCase = pure({
  title: 'To upper case',
  doc: 'A text in upper case, by the rules of Unicode and of no particular language: ß becomes SS.',
  input: z.strictObject({ text: z.string().describe('The text to change') }),
  output,
  examples: [{ input: { text: 'Ana straße' }, output: { text: 'ANA STRASSE' } }],
  run: ({ text }) => limited({ text: text.toUpperCase() }),
});

export const length = pure({
  title: 'Text length',
  doc: 'The number of characters of a text. An emoji of one code point counts once.',
  input: z.strictObject({ text: z.string().describe('The text to measure') }),
  output: z.strictObject({ length: z.int().describe('The number of characters') }),
  examples: [
    { input: { text: 'né👍' }, output: { length: 3 } },
    { input: { text: '' }, output: { length: 0 } },
  ],
  run: ({ text }) => ({ length: countCharacters(text) }),
});

const padInput = z.strictObject({
  text: z.string().describe('The text to lengthen'),
  length: z.int().min(0).max(1_000_000).describe('The wanted number of characters'),
  filler: z.string().length(1).default(' ').describe('The one character to fill with'),
});

export const padStart = pure({
  title: 'Pad at the start',
  doc: 'Fills a text up to a length by a character put before it. A longer text stays as it is.',
  input: padInput,
  output,
  examples: [
    { input: { text: '42', length: 5, filler: '0' }, output: { text: '00042' } },
    { input: { text: 'long', length: 2 }, output: { text: 'long' } },
  ],
  run: ({ text, length: wanted, filler }) =>
    limited({ text: filler.repeat(Math.max(0, wanted - countCharacters(text))) + text }),
});

export const padEnd = pure({
  title: 'Pad at the end',
  doc: 'Fills a text up to a length by a character put after it. A longer text stays as it is.',
  input: padInput,
  output,
  examples: [{ input: { text: 'ab', length: 4, filler: '.' }, output: { text: 'ab..' } }],
  run: ({ text, length: wanted, filler }) =>
    limited({ text: text + filler.repeat(Math.max(0, wanted - countCharacters(text))) }),
});
