/** Hashes and keyed hashes, by WebCrypto. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { encodeBytes, fromBase64, fromHex, utf8 } from './values/bytes.ts';
import { byteEncoding } from './values/fields.ts';

const algorithm = z
  .enum(['SHA-1', 'SHA-256', 'SHA-384', 'SHA-512'])
  .default('SHA-256')
  .describe('The hash function');

export const hash = pure({
  title: 'Hash',
  doc: 'The hash of a text (its UTF-8 bytes). It is no place to keep passwords: it is too fast.',
  input: z.strictObject({ text: z.string().describe('The text'), algorithm, encoding: byteEncoding }),
  output: z.strictObject({ hash: z.string().describe('The hash, encoded') }),
  examples: [
    {
      input: { text: 'abc' },
      output: { hash: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad' },
    },
    {
      input: { text: 'abc', algorithm: 'SHA-1', encoding: 'base64' },
      output: { hash: 'qZk+NkcGgWq6PiVxeFDCbJzQ2J0=' },
    },
  ],
  run: async ({ text, algorithm: name, encoding }) => {
    const digest = await crypto.subtle.digest(name, utf8(text));
    return { hash: encodeBytes(new Uint8Array(digest), encoding) };
  },
});

const KEY_BYTES = { text: utf8, hex: fromHex, base64: fromBase64 } as const;

export const hmac = pure({
  title: 'HMAC',
  doc: 'The keyed hash of a text (RFC 2104), with which callers prove that they know a secret. The key may be given as text, or as bytes in hex or base64; an empty key is refused.',
  input: z.strictObject({
    text: z.string().describe('The text to sign'),
    key: z.string().min(1).describe('The secret key'),
    keyEncoding: z.enum(['text', 'hex', 'base64']).default('text').describe('How the key is written'),
    algorithm,
    encoding: byteEncoding,
  }),
  output: z.strictObject({ signature: z.string().describe('The keyed hash, encoded') }),
  examples: [
    {
      title: 'RFC 4231, test case 2',
      input: { text: 'what do ya want for nothing?', key: 'Jefe' },
      output: { signature: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843' },
    },
    {
      title: 'A key that is no hex',
      input: { text: 'a', key: 'xyz', keyEncoding: 'hex' },
      error: 'invalid_hex',
    },
  ],
  run: async ({ text, key, keyEncoding, algorithm: name, encoding }) => {
    const kind = { name: 'HMAC', hash: name };
    const secret = await crypto.subtle.importKey('raw', KEY_BYTES[keyEncoding](key), kind, false, ['sign']);
    const signature = await crypto.subtle.sign('HMAC', secret, utf8(text));
    return { signature: encodeBytes(new Uint8Array(signature), encoding) };
  },
});
