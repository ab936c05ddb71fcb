/** JSON text. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { StepError } from '../domain/errors.ts';
import { json } from './values/fields.ts';
import { limited, requireRoom } from './values/limit.ts';

export const parse = pure({
  title: 'Parse JSON',
  doc: 'The value that a JSON text holds. Text that is no JSON, also the empty text, is an error.',
  input: z.strictObject({ text: z.string().describe('The JSON text') }),
  output: z.strictObject({ value: json.describe('The value') }),
  examples: [
    { input: { text: '{"a": [1, null]}' }, output: { value: { a: [1, null] } } },
    { input: { text: '"x"' }, output: { value: 'x' } },
    { title: 'No JSON', input: { text: '{a: 1}' }, error: 'invalid_json' },
  ],
  run: ({ text }) => {
    try {
      return limited({ value: JSON.parse(text) });
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      throw new StepError('invalid_json', `The text is no JSON: ${error.message}`);
    }
  },
});

export const stringify = pure({
  title: 'To JSON text',
  doc: 'A value as JSON text, in one line unless an indentation is given.',
  input: z.strictObject({
    value: json.describe('The value'),
    indent: z.int().min(0).max(8).default(0).describe('Blanks for each level; 0: one line'),
  }),
  output: z.strictObject({ text: z.string().describe('The JSON text') }),
  examples: [
    { input: { value: { a: [1, null] } }, output: { text: '{"a":[1,null]}' } },
    { input: { value: { a: 1 }, indent: 2 }, output: { text: '{\n  "a": 1\n}' } },
  ],
  run: ({ value, indent }) => {
    const text = JSON.stringify(limited(value), null, indent);
    requireRoom(text.length);
    return limited({ text });
  },
});
