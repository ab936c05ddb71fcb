/** URLs and their parts, by the URL standard (url.spec.whatwg.org). */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { StepError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { asText } from './values/as-text.ts';
import { object } from './values/fields.ts';
import { limited } from './values/limit.ts';

const DEFAULT_PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, ftp: 21, ws: 80, wss: 443 };

/** Names that come several times have a list of values. */
const parametersOf = (query: string): Record<string, Json> => {
  const pairs = [...new URLSearchParams(query)];
  const groups = Map.groupBy(pairs, ([name]) => name);
  const single = [...groups].map(([name, found]): [string, Json] => {
    const all = found.map(([, value]) => value);
    return [name, all.length === 1 ? (all[0] ?? '') : all];
  });
  return Object.fromEntries(single);
};

export const parse = pure({
  title: 'Parse URL',
  doc: 'The parts of a URL. The port is that of the protocol unless written; a parameter that comes several times has a list of values. Name and password in a URL are not given.',
  input: z.strictObject({ url: z.string().describe('A whole URL, with its protocol') }),
  output: z.strictObject({
    protocol: z.string().describe('Like https, without the colon'),
    host: z.string().describe('The name or address, without the port'),
    port: z.int().nullable().describe('The port, null when the protocol has none'),
    path: z.string().describe('The path, with its leading slash'),
    query: z.string().describe('The query as written, without the question mark'),
    parameters: object.describe('The query decoded: text, or a list of texts'),
    fragment: z.string().describe('What follows the #'),
  }),
  examples: [
    {
      input: { url: 'https://Example.com/a%20b?x=1&x=2&q=a+b#top' },
      output: {
        protocol: 'https',
        host: 'example.com',
        port: 443,
        path: '/a%20b',
        query: 'x=1&x=2&q=a+b',
        parameters: { x: ['1', '2'], q: 'a b' },
        fragment: 'top',
      },
    },
    { title: 'Without a protocol', input: { url: 'example.com/a' }, error: 'invalid_url' },
  ],
  run: ({ url: text }) => {
    if (!URL.canParse(text)) {
      throw new StepError(
        'invalid_url',
        `"${text.slice(0, 60)}" is no whole URL: it begins with https:// or the like`,
      );
    }
    const url = new URL(text);
    const protocol = url.protocol.slice(0, -1);
    return limited({
      protocol,
      host: url.hostname,
      port: url.port === '' ? (DEFAULT_PORTS[protocol] ?? null) : Number(url.port),
      path: url.pathname,
      query: url.search.slice(1),
      parameters: parametersOf(url.search),
      fragment: url.hash.slice(1),
    });
  },
});

export const encodeQuery = pure({
  title: 'Encode query',
  doc: 'An object as a query string. A list repeats its key, null is left out, other objects are written as JSON; blanks become +.',
  input: z.strictObject({ parameters: object.describe('The value of each parameter') }),
  output: z.strictObject({ query: z.string().describe('The query, without a question mark') }),
  examples: [
    {
      input: { parameters: { q: 'a b&c', limit: 5, id: [1, 2], none: null } },
      output: { query: 'q=a+b%26c&limit=5&id=1&id=2' },
    },
    { input: { parameters: {} }, output: { query: '' } },
  ],
  run: ({ parameters }) => {
    const pairs = Object.entries(parameters).flatMap(([name, value]) => {
      const all: readonly Json[] = Array.isArray(value) ? value : [value];
      return all.filter((one) => one !== null).map((one) => [name, asText(one)]);
    });
    return limited({ query: new URLSearchParams(pairs).toString() });
  },
});

export const decodeQuery = pure({
  title: 'Decode query',
  doc: 'The parameters of a query string, with or without its question mark. A name that comes several times has a list of values.',
  input: z.strictObject({ query: z.string().describe('The query string') }),
  output: z.strictObject({ parameters: object.describe('Text, or a list of texts, for each name') }),
  examples: [
    { input: { query: '?a=1&b=x%20y&a=2' }, output: { parameters: { a: ['1', '2'], b: 'x y' } } },
    { input: { query: '' }, output: { parameters: {} } },
  ],
  run: ({ query }) => limited({ parameters: parametersOf(query) }),
});

export const encodeComponent = pure({
  title: 'Encode component',
  doc: 'A text made fit for one part of a URL: everything but letters, digits and a few marks is percent-encoded. Half a surrogate pair is an error.',
  input: z.strictObject({ text: z.string().describe('The text') }),
  output: z.strictObject({ text: z.string().describe('The encoded text') }),
  examples: [
    { input: { text: 'a b/ü' }, output: { text: 'a%20b%2F%C3%BC' } },
    { title: 'Half a character', input: { text: '\uD83D' }, error: 'invalid_text' },
  ],
  run: ({ text }) => {
    try {
      return limited({ text: encodeURIComponent(text) });
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
      throw new StepError('invalid_text', 'The text ends or begins in the middle of a character');
    }
  },
});

export const decodeComponent = pure({
  title: 'Decode component',
  doc: 'The text that percent-encoding stands for. A + stays; a percent sign that begins no character is an error.',
  input: z.strictObject({ text: z.string().describe('The encoded text') }),
  output: z.strictObject({ text: z.string().describe('The decoded text') }),
  examples: [
    { input: { text: 'a%20b%2F%C3%BC+' }, output: { text: 'a b/ü+' } },
    { title: 'A lone percent sign', input: { text: '100%' }, error: 'invalid_text' },
  ],
  run: ({ text }) => {
    try {
      return { text: decodeURIComponent(text) };
    } catch (error) {
      if (!(error instanceof URIError)) throw error;
      throw new StepError('invalid_text', 'The text has a percent sign that begins no encoded character');
    }
  },
});
