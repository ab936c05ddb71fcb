import { env } from 'cloudflare:workers';
import { applyD1Migrations } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
import { identify, presentedToken } from '../../src/access/identify.ts';
import { handleOfId, mintToken } from '../../src/access/token.ts';
import { addToken, revokeToken } from '../../src/storage/tokens.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

const NOON = Date.UTC(2026, 10, 23, 12);
const ADMIN = 'slu_testtest_0123456789012345678901234567890123456789012';

const request = (headers: Record<string, string>, query = ''): Request =>
  new Request(`https://sluice.test/invoke/hello${query}`, { headers });

const bearer = (token: string): Request => request({ Authorization: `Bearer ${token}` });

const stored = async () => {
  const minted = await mintToken(NOON, (length) => crypto.getRandomValues(new Uint8Array(length)));
  const token = {
    handle: handleOfId(minted.id),
    id: minted.id,
    name: 'crm',
    hash: minted.hash,
    scopes: ['runs:read', 'no:scope'],
    flow: null,
    client: 'crm',
    by: 'first',
    createdAt: NOON,
    revokedAt: null,
  };
  await addToken(env.DB, token);
  return { ...token, text: minted.text };
};

describe('the token of a request', () => {
  it.each([
    [{ Authorization: 'Bearer one' }, 'one'],
    [{ Authorization: 'bearer one' }, 'one'],
    [{ 'x-api-client-token': 'two' }, 'two'],
    [{ Authorization: 'Bearer one', 'x-api-client-token': 'two' }, 'one'],
    [{ Authorization: 'Basic one' }, undefined],
    [{}, undefined],
  ])('of %j is %s', (headers, token) => {
    expect(presentedToken(request(headers))).toBe(token);
  });

  it('is read from the address only where that is allowed', () => {
    expect(presentedToken(request({}, '?clientToken=three'))).toBeUndefined();
    expect(presentedToken(request({}, '?clientToken=three'), true)).toBe('three');
  });
});

describe('the caller', () => {
  it('is the first administrator by the token of the settings', async () => {
    expect(await identify(bearer(ADMIN), env, NOON)).toMatchObject({ client: 'first', tokenId: 'first' });
  });

  it('is nobody by an empty token of the settings', async () => {
    const without = { DB: env.DB, SLUICE_TOKEN: '' };

    expect(await identify(bearer(ADMIN), without, NOON)).toBeUndefined();
  });

  it('is who the token belongs to, with the scopes that exist', async () => {
    const { id, text } = await stored();

    expect(await identify(bearer(text), env, NOON)).toEqual({
      tokenId: id,
      name: 'crm',
      client: 'crm',
      scopes: ['runs:read'],
    });
  });

  it('is nobody when one character differs', async () => {
    const { text } = await stored();
    const wrong = text.slice(0, -1) + (text.endsWith('A') ? 'B' : 'A');

    expect(await identify(bearer(wrong), env, NOON)).toBeUndefined();
  });

  it('is somebody for a second after the token was revoked, then nobody', async () => {
    const token = await stored();
    await identify(bearer(token.text), env, NOON);
    await revokeToken(env.DB, token, NOON);

    expect(await identify(bearer(token.text), env, NOON + 999)).toBeDefined();
    expect(await identify(bearer(token.text), env, NOON + 1_000)).toBeUndefined();
  });
});
