import * as z from 'zod';
import { describe, expect, it } from 'vitest';
import { fit } from '../../src/api/issue-items.ts';

const told = (schema: z.ZodType, value: unknown): unknown => {
  const fitted = fit(schema, value, 'The body');
  return fitted.ok ? [] : fitted.errors.map(({ path, message }) => `${path}: ${message}`);
};

const Auth = z.discriminatedUnion('scheme', [
  z.strictObject({ scheme: z.literal('none').default('none') }),
  z.strictObject({ scheme: z.literal('basic'), user: z.string().min(1) }),
]);
const Source = z.strictObject({
  name: z.string().regex(/^[a-z]+$/, 'Take lower-case letters'),
  auth: Auth.optional(),
  words: z.array(z.string().min(1)).optional(),
  id: z.union([z.string(), z.strictObject({ header: z.string() })]).optional(),
  verdict: z.union([z.enum(['started', 'filtered']), z.array(z.enum(['started', 'filtered']))]).optional(),
  since: z.iso.datetime().optional(),
  limit: z.int().max(200).optional(),
});

describe('a value that does not fit is told of', () => {
  it.each([
    [{}, 'name: "name" is required'],
    [{ name: 5 }, 'name: "name" must be text, but is the number 5'],
    [{ name: 'A' }, 'name: Take lower-case letters'],
    [{ name: 'a', nam: 'b' }, 'nam: "nam" is not known here; did you mean "name"?'],
    [{ name: 'a', auth: 'basic' }, 'auth: "auth" must be an object, but is text'],
    [
      { name: 'a', auth: { scheme: 'basik' } },
      'auth.scheme: "scheme" must be one of none, basic; did you mean "basic"?',
    ],
    [{ name: 'a', auth: { scheme: 'basic', user: '' } }, 'auth.user: "user" must not be empty'],
    [{ name: 'a', words: ['b', ''] }, 'words[1]: "words[1]" must not be empty'],
    [{ name: 'a', id: 5 }, 'id: "id" must be text or an object, but is the number 5'],
    [
      { name: 'a', verdict: 'strated' },
      'verdict: "verdict" must be one of started, filtered; did you mean "started"?',
    ],
    [{ name: 'a', since: 'yesterday' }, 'since: "since" must be a time such as 2026-11-23T12:00:00Z'],
    [{ name: 'a', limit: 201 }, 'limit: "limit" must be at most 200'],
    [[], ': The body must be an object, but is a list'],
  ])('%j', (value, sentence) => {
    expect(told(Source, value)).toEqual([sentence]);
  });

  it('with everything that is wrong, in the shape that was meant', () => {
    expect(told(Source, { name: 'a', id: { heder: 'X' } })).toEqual([
      'id.header: "header" is required',
      'id.heder: "heder" is not known here; did you mean "header"?',
    ]);
  });
});
