import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { call, flowUrl, get, HELLO, migrate, putFlow, read, refusal } from './client.ts';

beforeAll(migrate);

const Made = z.looseObject({
  id: z.string(),
  token: z.string(),
  client: z.string(),
  scopes: z.array(z.string()),
});

const make = (body: object, token?: string): Promise<Response> =>
  call('POST', '/api/v1/tokens', { body: { name: 'test', ...body }, ...(token !== undefined && { token }) });

const made = async (body: object): Promise<z.output<typeof Made>> => read(await make(body), Made);

const PRIVATE = HELLO.replace('auth: public', 'auth: token');

const invoke = (flow: string, headers: Record<string, string>): Promise<Response> =>
  call('POST', `/invoke/${flow}`, { token: null, body: {}, headers });

describe('a token', () => {
  it('is shown once, with its address, and kept as a hash', async () => {
    const response = await make({ role: 'auditor' });
    const { id, token } = await read(response.clone(), Made);

    expect([response.status, response.headers.get('Location')]).toEqual([201, `/api/v1/tokens/${id}`]);
    expect(token).toMatch(/^slu_[0-9a-z]{8}_[A-Za-z0-9_-]{43}$/);
    const shown = await (await get(`/api/v1/tokens/${id}`)).text();
    const stored = JSON.stringify((await env.DB.prepare('SELECT * FROM tokens').all()).results);
    const secret = token.slice(-43);
    expect([shown.includes(secret), stored.includes(secret)]).toEqual([false, false]);
  });

  it('opens what its scopes say and nothing else', async () => {
    const { token } = await made({ scopes: ['flows:read'] });

    expect((await get('/api/v1/flows', { token })).status).toBe(200);
    const { code, detail } = await refusal(await get('/api/v1/runs', { token }));
    expect([code, detail]).toEqual(['forbidden', 'The token "test" lacks the scope runs:read.']);
  });

  it('is nobody’s once it is revoked', async () => {
    const { id, token } = await made({ scopes: ['flows:read'] });

    expect((await call('DELETE', `/api/v1/tokens/${id}`)).status).toBe(204);

    expect((await refusal(await get('/api/v1/flows', { token }))).code).toBe('unauthenticated');
  });

  it('cannot give on what it does not have', async () => {
    const { token } = await made({ scopes: ['tokens:write', 'runs:read'] });

    expect((await refusal(await make({ role: 'administrator' }, token))).code).toBe('forbidden');
    expect((await make({ scopes: ['runs:read'] }, token)).status).toBe(201);
  });

  it.each([
    ['nothing', {}],
    ['two things', { role: 'author', flow: 'hello' }],
    ['a scope that does not exist', { scopes: ['flows:eat'] }],
    ['no scope', { scopes: [] }],
  ])('is not made for %s', async (_, body) => {
    expect((await refusal(await make(body))).code).toBe('invalid_input');
  });

  it('is listed among the newest', async () => {
    const first = await made({ role: 'author' });
    const second = await made({ role: 'author' });

    const { items } = await read(
      await get('/api/v1/tokens?limit=2'),
      z.looseObject({ items: z.array(z.looseObject({ id: z.string() })) }),
    );

    expect(new Set(items.map(({ id }) => id))).toEqual(new Set([first.id, second.id]));
  });
});

describe("a flow's token", () => {
  it('calls this flow by either header, and no other flow and no API', async () => {
    await putFlow('mine', PRIVATE);
    await putFlow('theirs', PRIVATE);
    const { token, client } = await made({ flow: 'mine' });

    expect(client).toBe('flow:mine');
    expect((await invoke('mine', { Authorization: `Bearer ${token}` })).status).toBe(200);
    expect((await invoke('mine', { 'x-api-client-token': token })).status).toBe(200);
    expect((await invoke('theirs', { Authorization: `Bearer ${token}` })).status).toBe(403);
    expect((await get('/api/v1/flows', { token })).status).toBe(403);
  });

  it('has one other beside it, for rotation, and no third, even when all come at once', async () => {
    await putFlow('rotated', PRIVATE);

    const all = await Promise.all(Array.from({ length: 4 }, () => make({ flow: 'rotated' })));

    const made = all.filter(({ status }) => status === 201);
    expect([made.length, all.filter(({ status }) => status === 409).length]).toEqual([2, 2]);
  });

  it('makes room when it is revoked', async () => {
    await putFlow('room', PRIVATE);
    const { id } = await made({ flow: 'room' });
    await made({ flow: 'room' });
    await call('DELETE', `/api/v1/tokens/${id}`);

    expect((await make({ flow: 'room' })).status).toBe(201);
  });

  it('is of a flow that exists', async () => {
    expect((await refusal(await make({ flow: 'nowhere' }))).code).toBe('not_found');
  });
});

describe('connections and secrets', () => {
  const bearer = { settings: { auth: 'bearer', token: 'very-secret', baseUrl: 'https://api.example.com' } };

  it('are kept, replaced and removed, and what is secret never comes out', async () => {
    const path = '/api/v1/connections/crm';

    expect((await call('PUT', path, { body: bearer })).status).toBe(201);
    expect((await call('PUT', path, { body: bearer })).status).toBe(200);
    const shown = await (await get(path)).text();
    const listed = await (await get('/api/v1/connections')).text();
    expect([shown.includes('…set'), (shown + listed).includes('very-secret')]).toEqual([true, false]);
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('DELETE', path)).status).toBe(404);
  });

  it('are refused member by member', async () => {
    const body = { settings: { auth: 'bearer', tokn: 'x' } };

    const { code, errors } = await refusal(await call('PUT', '/api/v1/connections/crm', { body }));

    expect(code).toBe('invalid_input');
    expect(errors?.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['settings.token', 'settings.tokn']),
    );
  });

  it('keep secrets to themselves', async () => {
    expect((await call('PUT', '/api/v1/secrets/apiKey', { body: { value: 'hush' } })).status).toBe(201);

    expect(await (await get('/api/v1/secrets')).text()).not.toContain('hush');
    expect((await get('/api/v1/secrets/apiKey')).status).toBe(405);
    expect((await call('DELETE', '/api/v1/secrets/apiKey')).status).toBe(204);
  });
});

describe('the cards', () => {
  it('are listed by id and shown with their schemas and examples', async () => {
    expect((await get('/api/v1/cards')).status).toBe(200);
    const card = await read(
      await get('/api/v1/cards/http.request'),
      z.looseObject({ connects: z.unknown() }),
    );

    expect(card.connects).toEqual({ kinds: ['http'], optional: true });
    expect((await get('/api/v1/cards/http.nothing')).status).toBe(404);
  });

  it('need a token of their own', async () => {
    expect((await refusal(await get('/api/v1/cards', { token: null }))).code).toBe('unauthenticated');
    expect(
      (await get(flowUrl('x'), { token: 'slu_wrongwro_0123456789012345678901234567890123456789012' })).status,
    ).toBe(401);
  });
});
