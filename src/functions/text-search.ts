/** Finding literal text in texts, and replacing it. Patterns are in `pattern.ts`. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { positionOf, unitOf } from './values/characters.ts';
import { position } from './values/fields.ts';
import { limited, requireRoom } from './values/limit.ts';
import { compile, search } from './values/regex.ts';

const found = z.strictObject({
  position: z.int().describe('Position of the first character, -1 when there is none'),
});

export const find = pure({
  title: 'Find',
  doc: 'The position of the first occurrence of a text in another, counted from 0; -1 when there is none. Case counts.',
  input: z.strictObject({
    text: z.string().describe('The text to search'),
    find: z.string().describe('What to look for, taken literally'),
    start: position.default(0).describe('Where the search begins'),
  }),
  output: found,
  examples: [
    { input: { text: 'ana@example.com', find: '@' }, output: { position: 3 } },
    { input: { text: 'abcabc', find: 'b', start: 2 }, output: { position: 4 } },
    { title: 'Not there', input: { text: 'abc', find: 'x' }, output: { position: -1 } },
  ],
  run: ({ text, find: wanted, start }) => ({
    position: positionOf(text, text.indexOf(wanted, unitOf(text, start))),
  }),
});

export const findLast = pure({
  title: 'Find last',
  doc: 'The position of the last occurrence of a text in another, counted from 0; -1 when there is none. Case counts.',
  input: z.strictObject({
    text: z.string().describe('The text to search'),
    find: z.string().describe('What to look for, taken literally'),
    before: position.nullable().default(null).describe('The last position to consider; null: the end'),
  }),
  output: found,
  examples: [
    { input: { text: 'a/b/c', find: '/' }, output: { position: 3 } },
    { input: { text: 'a/b/c', find: '/', before: 2 }, output: { position: 1 } },
    { title: 'Not there', input: { text: 'abc', find: 'x' }, output: { position: -1 } },
  ],
  run: ({ text, find: wanted, before }) => ({
    position: positionOf(
      text,
      text.lastIndexOf(wanted, before === null ? text.length : unitOf(text, before)),
    ),
  }),
});

/** A literal text as a pattern of the language; without repetition, so it cannot run long. */
const literal = (text: string, flags: string): RegExp =>
  new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'), flags);

export const replace = pure({
  title: 'Replace',
  doc: 'Replaces a text by another wherever it occurs, both taken literally. Looking for the empty text changes nothing.',
  input: z.strictObject({
    text: z.string().describe('The text to change'),
    find: z.string().describe('What to replace'),
    replacement: z.string().default('').describe('What to put in its place'),
    all: z.boolean().default(true).describe('Every occurrence, or only the first'),
    caseSensitive: z.boolean().default(true).describe('Whether capitals differ from small letters'),
  }),
  output: z.strictObject({ text: z.string().describe('The new text') }),
  examples: [
    { input: { text: 'a.b.c', find: '.', replacement: '$&' }, output: { text: 'a$&b$&c' } },
    {
      title: 'Only the first',
      input: { text: 'aaa', find: 'a', replacement: 'b', all: false },
      output: { text: 'baa' },
    },
    {
      title: 'In any case',
      input: { text: 'Ana ANA', find: 'ana', replacement: 'Eva', caseSensitive: false },
      output: { text: 'Eva Eva' },
    },
  ],
  run: ({ text, find: wanted, replacement, all, caseSensitive }) => {
    if (wanted === '') return { text };
    const matcher = literal(wanted, `${all ? 'g' : ''}${caseSensitive ? '' : 'i'}u`);
    const count = all ? (text.match(matcher)?.length ?? 0) : 1;
    requireRoom(text.length + count * (replacement.length - wanted.length));
    return limited({ text: text.replace(matcher, () => replacement) });
  },
});

/** The shape that forms accept (HTML, 4.10.5.1.5), with at least one dot in the domain. */
const EMAIL = compile(
  "[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@(?:[A-Za-z0-9-]+\\.)+[A-Za-z][A-Za-z0-9-]*[A-Za-z0-9]",
);

export const email = pure({
  title: 'Find e-mail address',
  doc: 'The first e-mail address in a text, null when there is none. Whether it exists is not known.',
  input: z.strictObject({ text: z.string().describe('The text to search') }),
  output: z.strictObject({ email: z.string().nullable().describe('The address as written') }),
  examples: [
    { input: { text: 'From: Ana <ana.b@example.com>, today' }, output: { email: 'ana.b@example.com' } },
    { title: 'None', input: { text: 'ana at example' }, output: { email: null } },
  ],
  run: ({ text }) => {
    const matcher = search(EMAIL, text);
    return { email: matcher.find() ? matcher.group() : null };
  },
});
