/** Regular expressions (RE2 syntax), in an engine that takes no longer than the text is long. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { positionOf } from './values/characters.ts';
import { limited } from './values/limit.ts';
import { compile, matchesOf, replaceMatches, search } from './values/regex.ts';

const text = z.string().describe('The text to search');
const pattern = z.string().describe('A regular expression in RE2 syntax: no look-around, no back-references');
const caseSensitive = z.boolean().default(true).describe('Whether capitals differ from small letters');
const all = z.boolean().default(true).describe('Every match, or only the first');

export const matches = pure({
  title: 'Matches pattern',
  doc: 'Whether a pattern matches somewhere in a text; put it between ^ and $ to match the whole.',
  input: z.strictObject({ text, pattern, caseSensitive }),
  output: z.strictObject({ result: z.boolean().describe('Whether there is a match') }),
  examples: [
    { input: { text: 'HELP-1042', pattern: '^[A-Z]+-\\d+$' }, output: { result: true } },
    { input: { text: 'HELP-1042', pattern: '^help$' }, output: { result: false } },
    {
      title: 'A pattern that does not exist here',
      input: { text: 'a', pattern: '(?=a)' },
      error: 'invalid_pattern',
    },
  ],
  run: (input) => ({ result: search(compile(input.pattern, input.caseSensitive), input.text).find() }),
});

export const find = pure({
  title: 'Find pattern',
  doc: 'The position of the first match of a pattern, counted in characters from 0; -1 when there is none.',
  input: z.strictObject({ text, pattern, caseSensitive }),
  output: z.strictObject({ position: z.int().describe('Position of the match, or -1') }),
  examples: [
    { input: { text: 'room 12', pattern: '\\d+' }, output: { position: 5 } },
    { title: 'No match', input: { text: 'room', pattern: '\\d+' }, output: { position: -1 } },
  ],
  run: (input) => {
    const matcher = search(compile(input.pattern, input.caseSensitive), input.text);
    return { position: matcher.find() ? positionOf(input.text, matcher.start()) : -1 };
  },
});

export const extract = pure({
  title: 'Extract by pattern',
  doc: 'The matches of a pattern: the matched text, its groups in order and by name. A group that took no part is null.',
  input: z.strictObject({ text, pattern, caseSensitive, all }),
  output: z.strictObject({
    matches: z
      .array(
        z.strictObject({
          text: z.string().describe('The matched text'),
          groups: z.array(z.string().nullable()).describe('The groups in order'),
          names: z.record(z.string(), z.string().nullable()).describe('The groups written (?<name>…)'),
        }),
      )
      .describe('The matches in order'),
  }),
  examples: [
    {
      input: { text: 'ana@a.com, bo@b.org', pattern: '(?<user>\\w+)@(\\w+)' },
      output: {
        matches: [
          { text: 'ana@a', groups: ['ana', 'a'], names: { user: 'ana' } },
          { text: 'bo@b', groups: ['bo', 'b'], names: { user: 'bo' } },
        ],
      },
    },
    { title: 'No match', input: { text: 'abc', pattern: '\\d' }, output: { matches: [] } },
  ],
  run: (input) => {
    const found: { text: string; groups: (string | null)[]; names: Record<string, string | null> }[] = [];
    for (const { groups, names } of matchesOf(compile(input.pattern, input.caseSensitive), input.text)) {
      const [whole = '', ...rest] = groups;
      found.push({ text: whole, groups: rest.map((group) => group ?? null), names });
      if (!input.all) break;
    }
    return limited({ matches: found });
  },
});

const output = z.strictObject({ text: z.string().describe('The new text') });
const replacement = z
  .string()
  .default('')
  .describe('What to put in its place: $1 and $<name> are groups, $& the match, $$ a dollar');

export const replace = pure({
  title: 'Replace pattern',
  doc: 'Replaces what a pattern matches. $1, $<name> and $& in the replacement stand for parts of the match.',
  input: z.strictObject({ text, pattern, replacement, all, caseSensitive }),
  output,
  examples: [
    {
      input: { text: 'Lopez, Ana', pattern: '(\\w+), (\\w+)', replacement: '$2 $1' },
      output: { text: 'Ana Lopez' },
    },
    { input: { text: '+1 (555) 0100', pattern: '\\D' }, output: { text: '15550100' } },
    { title: 'A bracket too few', input: { text: 'a', pattern: '(' }, error: 'invalid_pattern' },
  ],
  run: (input) =>
    limited({ text: replaceMatches(input.text, compile(input.pattern, input.caseSensitive), input) }),
});

export const replaceAny = pure({
  title: 'Replace patterns',
  doc: 'Replaces what any of several patterns matches by one text. Where several match at one place, the first in the list counts.',
  input: z.strictObject({
    text,
    patterns: z.array(z.string()).min(1).describe('Regular expressions in RE2 syntax'),
    replacement: z.string().default('').describe('What to put in their place, taken literally'),
    all,
    caseSensitive,
  }),
  output,
  examples: [
    {
      input: { text: 'a-b_c d', patterns: ['[-_]', '\\s+'], replacement: '.' },
      output: { text: 'a.b.c.d' },
    },
    { title: 'Nothing to repeat', input: { text: 'a', patterns: ['*'] }, error: 'invalid_pattern' },
  ],
  run: (input) => {
    const any = compile(input.patterns.map((one) => `(?:${one})`).join('|'), input.caseSensitive);
    const taken = { replacement: input.replacement.replaceAll('$', '$$$$'), all: input.all };
    return limited({ text: replaceMatches(input.text, any, taken) });
  },
});

export const split = pure({
  title: 'Split by pattern',
  doc: 'Cuts a text wherever a pattern matches. Matches of nothing do not cut.',
  input: z.strictObject({ text, pattern, caseSensitive }),
  output: z.strictObject({ parts: z.array(z.string()).describe('The parts in order, without the matches') }),
  examples: [
    { input: { text: 'a, b;c', pattern: '[,;]\\s*' }, output: { parts: ['a', 'b', 'c'] } },
    { title: 'No match', input: { text: 'abc', pattern: '\\d' }, output: { parts: ['abc'] } },
  ],
  run: (input) => {
    const parts: string[] = [];
    let done = 0;
    for (const { start, end } of matchesOf(compile(input.pattern, input.caseSensitive), input.text)) {
      if (start === end) continue;
      parts.push(input.text.slice(done, start));
      done = end;
    }
    return limited({ parts: [...parts, input.text.slice(done)] });
  },
});
