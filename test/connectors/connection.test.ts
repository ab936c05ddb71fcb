import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionContext } from '../../src/domain/card.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { request } from '../../src/connectors/http.ts';
import { type Callee, sendJson, startCallee } from './callee.ts';
import { connectionFor, contextFor, failureOf } from './context.ts';

let system: Callee;
let elsewhere: Callee;

beforeAll(async () => {
  system = await startCallee((received, response) => sendJson(response, 200, received));
  elsewhere = await startCallee((received, response) => sendJson(response, 200, received));
});
afterAll(() => Promise.all([system.close(), elsewhere.close()]));

const send = (input: JsonObject, given: Partial<ActionContext> = {}): Promise<unknown> =>
  Promise.resolve(request.perform(request.input.parse(input), contextFor(given)));

describe('a request with a connection', () => {
  it.each([
    ['', 'users', '/users'],
    ['/', '/users?x=1', '/users?x=1'],
    ['/v1', 'users', '/v1/users'],
    ['/v1/', '/users', '/v1/users'],
    ['/v1', '', '/v1'],
    ['/v1?tenant=7', 'users?x=1', '/v1/users?tenant=7&x=1'],
    ['/v1', '//evil.example.com/x', '/v1/evil.example.com/x'],
    ['/v1', '\\\\evil.example.com', '/v1///evil.example.com'],
  ])('puts the baseUrl %j before %j', async (base, url, path) => {
    const connection = connectionFor({ auth: 'none', baseUrl: system.url + base });
    expect(await send({ url }, { connection })).toMatchObject({ body: { path } });
  });

  it.each([
    [
      { auth: 'basic', username: 'ana', password: 'pässword' } as const,
      'authorization',
      'Basic YW5hOnDDpHNzd29yZA==',
    ],
    [{ auth: 'bearer', token: 'tok-123456' } as const, 'authorization', 'Bearer tok-123456'],
    [{ auth: 'header', header: 'X-Api-Key', value: 'key-123456' } as const, 'x-api-key', 'key-123456'],
  ])('signs in: %j', async (settings, header, value) => {
    const connection = connectionFor({ ...settings, baseUrl: system.url });

    await send({ url: '/me' }, { connection });

    expect(system.received.at(-1)?.headers[header]).toBe(value);
  });

  it('keeps the credentials from every other origin', async () => {
    const connection = connectionFor({ auth: 'bearer', token: 'tok-123456', baseUrl: system.url });

    await send({ url: `${elsewhere.url}/me` }, { connection });

    expect(elsewhere.received.at(-1)?.headers).not.toHaveProperty('authorization');
  });

  it('keeps no credentials that the callee echoes', async () => {
    const connection = connectionFor({
      auth: 'basic',
      baseUrl: system.url,
      username: 'ana',
      password: 'p"ss-word',
    });

    const outputs = [
      await send({ url: '/echo' }, { connection }),
      await send({ url: '/echo?x=p"ss-word' }, { connection }),
    ];

    expect(JSON.stringify(outputs)).not.toContain('ss-word');
    expect(JSON.stringify(outputs)).not.toContain('YW5hOnAic3Mtd29yZA==');
    expect(outputs[0]).toMatchObject({ body: { headers: { authorization: 'Basic ******' } } });
  });

  it('refuses a step that signs in too', async () => {
    const connection = connectionFor({ auth: 'bearer', token: 'tok-123456', baseUrl: system.url });

    const error = await failureOf(
      send({ url: '/me', headers: { authorization: 'Bearer x' } }, { connection }),
    );

    expect(error.code).toBe('invalid_header');
    expect(error.message).toContain('connection "acme"');
  });

  it('refuses credentials that would break out of their header, and does not show them', async () => {
    const connection = connectionFor({ auth: 'bearer', token: 'tok\r\nX-Admin: yes', baseUrl: system.url });

    const error = await failureOf(send({ url: '/me' }, { connection }));

    expect(error.code).toBe('invalid_header');
    expect(error.message).not.toContain('X-Admin');
  });
});

const effect = (input: JsonObject, connection = connectionFor({ auth: 'none' })) =>
  request.effect(request.input.parse({ url: 'https://api.example.com/x', ...input }), connection);

describe('what a repetition means', () => {
  const honouring = connectionFor(
    { auth: 'none', baseUrl: 'https://api.example.com' },
    { honoursIdempotencyKey: true },
  );

  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('%s is safe', (method) => {
    expect(effect({ method })).toBe('safe');
  });

  it.each(['POST', 'PATCH'])('%s is once, unless the callee or the flow says otherwise', (method) => {
    expect(effect({ method })).toBe('once');
    expect(effect({ method, repeat: 'safe' })).toBe('safe');
    expect(effect({ method, probe: { url: 'https://api.example.com/x/1' } })).toBe('probe');
    expect(effect({ method }, honouring)).toBe('safe');
    expect(effect({ method, url: '/relative' }, honouring)).toBe('safe');
    expect(effect({ method, url: 'https://other.example.com/x' }, honouring)).toBe('once');
    expect(effect({ method: 'PUT', repeat: 'once' })).toBe('once');
  });
});

const look = (status: number) => {
  const sent: Request[] = [];
  const fetch = async (one: Request): Promise<Response> => {
    sent.push(one);
    return status === 0 ? Promise.reject(new TypeError('no route')) : Response.json({ id: 7 }, { status });
  };
  const probe = {
    url: 'https://api.example.com/users',
    query: { login: 'ana' },
    headers: { 'X-Trace': 'T' },
  };
  const input = request.input.parse({
    method: 'POST',
    url: 'https://api.example.com/users',
    body: {},
    probe,
  });
  return { sent, probed: request.probe?.(input, contextFor({ fetch })) };
};

describe('a probe', () => {
  it('finds that it happened, and gives what it found for the output', async () => {
    const { sent, probed } = look(200);

    expect(await probed).toMatchObject({ happened: 'yes', output: { status: 200, body: { id: 7 } } });
    expect(sent.map(({ method, url }) => [method, url])).toEqual([
      ['GET', 'https://api.example.com/users?login=ana'],
    ]);
    expect(sent[0]?.headers.get('X-Trace')).toBe('T');
  });

  it.each([
    [404, 'no'],
    [410, 'no'],
    [403, 'unknown'],
    [500, 'unknown'],
    [0, 'unknown'],
  ])('says of status %i: %s', async (status, happened) => {
    expect(await look(status).probed).toEqual({ happened });
  });
});

describe('a dry run', () => {
  it('shows the request and masks what signs it in', () => {
    const connection = connectionFor({
      auth: 'header',
      header: 'X-Login',
      value: 'key-123456',
      baseUrl: 'https://api.example.com/v1',
    });
    const input = {
      method: 'POST',
      url: 'users',
      query: { notify: true },
      headers: { Cookie: 'a=b' },
      body: { login: 'ana' },
    };

    expect(request.describe(request.input.parse(input), connection)).toEqual({
      method: 'POST',
      url: 'https://api.example.com/v1/users?notify=true',
      headers: {
        'content-type': 'application/json',
        cookie: '••••••',
        'user-agent': 'Sluice',
        'x-login': '••••••',
      },
      body: { login: 'ana' },
    });
  });
});
