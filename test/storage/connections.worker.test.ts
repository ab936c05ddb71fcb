import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  ConnectionInput,
  getConnection,
  listConnections,
  putConnection,
  removeConnection,
  showConnection,
} from '../../src/storage/connections.ts';
import { getSecrets, listSecrets, putSecret, removeSecret } from '../../src/storage/secrets.ts';

const KEYS = `k1:${btoa('o'.repeat(32))}`;
const NOW = Date.UTC(2026, 10, 23, 12);
const ANA = { by: 'ana@example.com', now: NOW };
const SETTINGS = {
  auth: 'basic',
  baseUrl: 'https://api.example.com',
  username: 'ana',
  password: 'hunter22',
} as const;

/** Look-ups keep what they read for a second. */
let later = NOW;
const soon = () => (later += 2_000);

const put = (name: string, settings: ConnectionInput['settings'] = SETTINGS) =>
  putConnection(env.DB, KEYS, { name, kind: 'http', settings, honoursIdempotencyKey: true }, ANA);

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

describe('connections', () => {
  it('give the engine what was put', async () => {
    expect(await put('acme')).toEqual({ ok: true, outcome: 'created' });

    expect(await getConnection(env.DB, KEYS, 'acme', soon())).toEqual({
      name: 'acme',
      kind: 'http',
      settings: SETTINGS,
      honoursIdempotencyKey: true,
    });
    expect(await getConnection(env.DB, KEYS, 'nobody', soon())).toBeUndefined();
  });

  it('show no secrets, in lists, pages and the table', async () => {
    await put('shown');

    const listed = (await listConnections(env.DB)).find(({ name }) => name === 'shown');
    const page = await showConnection(env.DB, KEYS, 'shown');
    const { results } = await env.DB.prepare('SELECT * FROM connections').all();

    const summary = {
      name: 'shown',
      kind: 'http',
      honoursIdempotencyKey: true,
      createdAt: NOW,
      updatedAt: NOW,
      by: ANA.by,
    };
    expect(listed).toEqual(summary);
    expect(page).toEqual({ ...summary, settings: { ...SETTINGS, password: '…set' } });
    expect(JSON.stringify(results)).not.toContain('hunter22');
    expect(await showConnection(env.DB, KEYS, 'nobody')).toBeUndefined();
  });

  it.each([
    [
      { auth: 'none', baseUrl: 'https://a.example.com' } as const,
      { auth: 'none', baseUrl: 'https://a.example.com' },
    ],
    [{ auth: 'bearer', token: 't' } as const, { auth: 'bearer', token: '…set' }],
    [
      { auth: 'header', header: 'X-Key', value: 'v' } as const,
      { auth: 'header', header: 'X-Key', value: '…set' },
    ],
    [
      {
        auth: 'oauth2_client_credentials',
        tokenUrl: 'https://sso.example.com/t',
        clientId: 'c',
        clientSecret: 's',
        clientAuth: 'basic',
      } as const,
      {
        auth: 'oauth2_client_credentials',
        tokenUrl: 'https://sso.example.com/t',
        clientId: 'c',
        clientSecret: '…set',
        clientAuth: 'basic',
      },
    ],
  ])('show of %j only that the secret is set', async (settings, shown) => {
    await put('masked', settings);
    expect(await showConnection(env.DB, KEYS, 'masked')).toMatchObject({ settings: shown });
  });

  it('are replaced under the same name, and keep the time they were made', async () => {
    await put('twice');

    const changed = { name: 'twice', ...ConnectionInput.parse({ settings: { auth: 'none' } }) };
    const again = await putConnection(env.DB, KEYS, changed, { by: 'ben@example.com', now: NOW + 5 });

    expect(again).toEqual({ ok: true, outcome: 'replaced' });
    expect(await showConnection(env.DB, KEYS, 'twice')).toMatchObject({
      settings: { auth: 'none' },
      honoursIdempotencyKey: false,
      createdAt: NOW,
      updatedAt: NOW + 5,
      by: 'ben@example.com',
    });
  });

  it.each(['', 'Acme', 'a_b', '-a', 'ä', 'a/b', 'a'.repeat(101)])('have no name like %j', async (name) => {
    expect(await put(name)).toMatchObject({ ok: false, code: 'invalid_input', errors: [{ path: 'name' }] });
  });

  it('are gone once removed', async () => {
    await put('leaving');

    expect(await removeConnection(env.DB, 'leaving')).toBe(true);
    expect(await removeConnection(env.DB, 'leaving')).toBe(false);
    expect(await getConnection(env.DB, KEYS, 'leaving', soon())).toBeUndefined();
  });

  it('cannot be kept without a key, and fail a step that cannot open them', async () => {
    await put('locked');
    const input = { name: 'other', kind: 'http', settings: SETTINGS, honoursIdempotencyKey: false } as const;

    expect(await putConnection(env.DB, undefined, input, ANA)).toMatchObject({
      ok: false,
      code: 'unavailable',
      detail: expect.stringContaining('SLUICE_KEYS is not set'),
    });
    expect(await showConnection(env.DB, undefined, 'locked')).toMatchObject({
      ok: false,
      code: 'unavailable',
    });
    await expect(getConnection(env.DB, undefined, 'locked', soon())).rejects.toMatchObject({
      code: 'unreadable_connection',
      detail: { retry: 'no' },
    });
  });
});

describe('secrets', () => {
  it('give the engine those that exist', async () => {
    expect(await putSecret(env.DB, KEYS, { name: 'apiKey', value: 'hunter22' }, ANA)).toEqual({
      ok: true,
      outcome: 'created',
    });
    await putSecret(env.DB, KEYS, { name: 'pin', value: '0042' }, ANA);

    expect(await getSecrets(env.DB, KEYS, ['apiKey', 'pin', 'nothing'], soon())).toEqual({
      apiKey: 'hunter22',
      pin: '0042',
    });
    expect(await getSecrets(env.DB, KEYS, [], soon())).toEqual({});
  });

  it('are listed without their values, which the table does not show either', async () => {
    await putSecret(env.DB, KEYS, { name: 'listed', value: 'hunter22' }, ANA);

    const { results } = await env.DB.prepare('SELECT * FROM secrets').all();

    expect(await listSecrets(env.DB)).toContainEqual({
      name: 'listed',
      createdAt: NOW,
      updatedAt: NOW,
      by: ANA.by,
    });
    expect(JSON.stringify(results)).not.toContain('hunter22');
  });

  it('are replaced and removed', async () => {
    await putSecret(env.DB, KEYS, { name: 'changing', value: 'one' }, ANA);

    expect(await putSecret(env.DB, KEYS, { name: 'changing', value: 'two' }, ANA)).toMatchObject({
      outcome: 'replaced',
    });
    expect(await getSecrets(env.DB, KEYS, ['changing'], soon())).toEqual({ changing: 'two' });
    expect(await removeSecret(env.DB, 'changing')).toBe(true);
    expect(await removeSecret(env.DB, 'changing')).toBe(false);
    expect(await getSecrets(env.DB, KEYS, ['changing'], soon())).toEqual({});
  });

  it.each([
    ['my-key', 'x', 'name'],
    ['', 'x', 'name'],
    ['1st', 'x', 'name'],
    ['empty', '', 'value'],
    ['huge', 'x'.repeat(20_001), 'value'],
  ])('refuse %j with a bad %s', async (name, value, path) => {
    expect(await putSecret(env.DB, KEYS, { name, value }, ANA)).toMatchObject({
      code: 'invalid_input',
      errors: [{ path }],
    });
  });

  it('do not open when their row was given another name', async () => {
    await putSecret(env.DB, KEYS, { name: 'mine', value: 'hunter22' }, ANA);
    await env.DB.prepare("UPDATE secrets SET name = 'yours' WHERE name = 'mine'").run();

    await expect(getSecrets(env.DB, KEYS, ['yours'], soon())).rejects.toMatchObject({
      code: 'unreadable_secret',
    });
  });

  it('fail a step when the key is gone', async () => {
    await putSecret(env.DB, KEYS, { name: 'locked', value: 'x' }, ANA);

    await expect(getSecrets(env.DB, `k2:${btoa('p'.repeat(32))}`, ['locked'], soon())).rejects.toMatchObject({
      code: 'unreadable_secret',
      message: expect.stringContaining('key "k1", which SLUICE_KEYS lacks'),
    });
  });
});
