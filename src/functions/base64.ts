/** Base64 (RFC 4648) of texts as UTF-8. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { encodeBytes, fromBase64, textOf, utf8 } from './values/bytes.ts';
import { limited } from './values/limit.ts';

export const encode = pure({
  title: 'Base64',
  doc: 'A text as base64 of its UTF-8 bytes; safe for URLs it uses - and _ and no padding.',
  input: z.strictObject({
    text: z.string().describe('The text'),
    urlSafe: z.boolean().default(false).describe('Whether to use the alphabet for URLs'),
  }),
  output: z.strictObject({ base64: z.string().describe('The encoded text') }),
  examples: [
    { input: { text: 'ana:sécret' }, output: { base64: 'YW5hOnPDqWNyZXQ=' } },
    { input: { text: '>>>?', urlSafe: true }, output: { base64: 'Pj4-Pw' } },
    { input: { text: '' }, output: { base64: '' } },
  ],
  run: ({ text, urlSafe }) => limited({ base64: encodeBytes(utf8(text), urlSafe ? 'base64url' : 'base64') }),
});

export const decode = pure({
  title: 'Base64 decode',
  doc: 'The text that base64 stands for, in either alphabet, with or without padding. Bytes that are no UTF-8 text are an error.',
  input: z.strictObject({ base64: z.string().describe('The encoded text') }),
  output: z.strictObject({ text: z.string().describe('The text') }),
  examples: [
    { input: { base64: 'YW5hOnPDqWNyZXQ=' }, output: { text: 'ana:sécret' } },
    { input: { base64: 'Pj4-Pw' }, output: { text: '>>>?' } },
    { title: 'No base64', input: { base64: 'a*b' }, error: 'invalid_base64' },
    { title: 'No text', input: { base64: '/w==' }, error: 'not_text' },
  ],
  run: ({ base64 }) => limited({ text: textOf(fromBase64(base64)) }),
});
