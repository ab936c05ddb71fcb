import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { setStatus } from '../../src/storage/flows.ts';
import { echo, json, openDoors, problem, publish, setUp, tokenWith } from './doorway.ts';

const HELLO = `
trigger: { kind: api, auth: public, methods: [GET, POST] }
inputs: { name: { type: string, default: world } }
steps: [{ return: {} }]
`;

beforeAll(async () => {
  await setUp();
  await publish({
    hello: HELLO,
    'hr/onboard': HELLO,
    posted: 'trigger: { kind: api, auth: public }\nsteps: [{ return: {} }]',
    guarded: 'trigger: { kind: api }\nsteps: [{ return: {} }]',
    'in-query': 'trigger: { kind: api, queryToken: true, methods: [GET] }\nsteps: [{ return: {} }]',
    limited:
      'trigger: { kind: api, auth: public, rateLimit: { requests: 2, per: 5s } }\nsteps: [{ return: {} }]',
    'by-hand': 'trigger: { kind: manual }\nsteps: [{ return: {} }]',
    disabled: HELLO,
    archived: HELLO,
  });
  await setStatus(env.DB, 'disabled', { status: 'disabled', at: Date.now() });
  await setStatus(env.DB, 'archived', { status: 'archived', at: Date.now() });
});

const doors = () => openDoors({ respond: echo });

describe('an endpoint', () => {
  it('answers with the outputs of the run as bare JSON, and names the run in a header', async () => {
    const { ask, lanes } = doors();

    const response = await ask('/invoke/hello', json({ name: 'Stella' }));

    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('application/json');
    expect(response.headers.get('Sluice-Run')).toBe(lanes.allRuns()[0]);
    expect(await response.json()).toEqual({ name: 'Stella' });
  });

  it('keeps the slashes of the flow in its address', async () => {
    expect((await doors().ask('/invoke/hr/onboard', json({}))).status).toBe(200);
  });

  it.each(['nobody', 'by-hand', 'disabled', 'archived', 'Hello', 'hr%2Fonboard', ''])(
    'is not found at /invoke/%s',
    async (name) => {
      const { ask, lanes } = doors();

      expect(await problem(ask(`/invoke/${name}`, json({})))).toMatchObject({
        status: 404,
        code: 'not_found',
      });
      expect(lanes.calls).toEqual([]);
    },
  );

  it.each(['GET', 'PUT', 'DELETE', 'PATCH'])(
    'refuses %s when it takes POST only, and says so',
    async (method) => {
      const refused = await problem(doors().ask('/invoke/posted', { method }));

      expect(refused).toMatchObject({ status: 405, code: 'method_not_allowed' });
      expect(refused.headers.get('Allow')).toBe('POST, OPTIONS');
    },
  );

  it('starts nothing for HEAD and OPTIONS', async () => {
    const { ask, lanes } = doors();

    expect((await ask('/invoke/hello', { method: 'HEAD' })).status).toBe(405);
    const options = await ask('/invoke/hello', { method: 'OPTIONS' });

    expect(options.status).toBe(204);
    expect(options.headers.get('Allow')).toBe('GET, POST, OPTIONS');
    expect(lanes.calls).toEqual([]);
  });

  it('is not available while the installation cannot sign links', async () => {
    const { ask, lanes } = openDoors({ settings: { SLUICE_LINK_KEY: '' } });

    expect(await problem(ask('/invoke/hello', json({})))).toMatchObject({ status: 503 });
    expect(lanes.calls).toEqual([]);
  });
});

describe('the caller of an endpoint', () => {
  it('needs no token where the flow is public', async () => {
    const { ask, created } = doors();

    await ask('/invoke/hello', json({}));

    expect(created()[0]).toMatchObject({ trigger: 'api', caller: { kind: 'public', id: null } });
  });

  it.each(['Authorization', 'x-api-client-token'])('may send the token of the flow in %s', async (header) => {
    const { ask, created } = doors();
    const token = await tokenWith(['invoke:guarded']);

    const value = header === 'Authorization' ? `Bearer ${token}` : token;
    const response = await ask('/invoke/guarded', json({}, { [header]: value }));

    expect(response.status).toBe(200);
    expect(created()[0]).toMatchObject({ caller: { kind: 'token', id: expect.stringMatching(/^tok_/) } });
  });

  it('may send it in the address only where the flow allows that', async () => {
    const { ask } = doors();
    const token = await tokenWith(['invoke:guarded', 'invoke:in-query']);

    expect((await ask(`/invoke/in-query?clientToken=${token}`)).status).toBe(200);
    expect((await ask(`/invoke/guarded?clientToken=${token}`, json({}))).status).toBe(401);
  });

  it("is refused without a token, or with one that is nobody's", async () => {
    const { ask, lanes } = doors();

    const refused = await problem(ask('/invoke/guarded', json({})));

    expect(refused).toMatchObject({ status: 401, code: 'unauthenticated' });
    expect(refused.headers.get('WWW-Authenticate')).toContain('Bearer');
    const invented = `slu_00000000_${'A'.repeat(43)}`;
    expect((await ask('/invoke/guarded', json({}, { 'x-api-client-token': invented }))).status).toBe(401);
    expect(lanes.calls).toEqual([]);
  });

  it('is refused with the token of another flow', async () => {
    const { ask } = doors();
    const token = await tokenWith(['invoke:hello', 'runs:read']);

    const refused = await problem(ask('/invoke/guarded', json({}, { Authorization: `Bearer ${token}` })));

    expect(refused).toMatchObject({ status: 403, code: 'forbidden' });
  });

  it('may start it with a token that starts every flow', async () => {
    const { ask } = doors();
    const token = await tokenWith(['runs:start']);

    expect((await ask('/invoke/guarded', json({}, { Authorization: `Bearer ${token}` }))).status).toBe(200);
  });
});

describe('a rate limit', () => {
  it('is counted in one lane for all requests of the flow, and refuses with Retry-After', async () => {
    const { ask, lanes } = doors();

    const statuses = [];
    for (let n = 0; n < 2; n++) statuses.push((await ask('/invoke/limited', json({}))).status);
    const refused = await problem(ask('/invoke/limited', json({})));

    expect(statuses).toEqual([200, 200]);
    expect(refused).toMatchObject({ status: 429, code: 'rate_limited' });
    expect(refused.headers.get('Retry-After')).toBe('5');
    expect(new Set(lanes.calls.filter((call) => call.endsWith('admit'))).size).toBe(1);
    expect(lanes.allRuns()).toHaveLength(2);
  });

  it('is not spent by callers who may not call', async () => {
    const { ask, lanes } = doors();

    await ask('/invoke/guarded', json({}));

    expect(lanes.calls).toEqual([]);
  });
});
