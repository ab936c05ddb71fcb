import { env } from 'cloudflare:workers';
import { applyD1Migrations } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ROLES as SCOPES_OF } from '../../src/access/scopes.ts';
import type { Role } from '../../src/access/scopes.ts';
import { listAudit } from '../../src/storage/audit.ts';
import { falseProvider } from './false-provider.ts';
import { HERE, ROLES, signIn, visitor } from './visitor.ts';
import type { Visitor } from './visitor.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

const ALL: readonly Role[] = ['administrator', 'operator', 'author', 'auditor', 'delegated'];
const OURS = { 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' };

const person = async (role: Role): Promise<Visitor> => {
  const provider = await falseProvider();
  provider.bend({ claims: { sub: role, groups: role === 'delegated' ? ['other'] : ROLES[role] } });
  const someone = visitor({ reach: provider.reach });
  await signIn(someone, provider);
  return someone;
};

const Operation = z.looseObject({ security: z.tuple([z.looseObject({ token: z.tuple([z.string()]) })]) });
const Document = z.looseObject({ paths: z.record(z.string(), z.record(z.string(), Operation)) });

/** Every route that the API's own document names, with the scope that it says. */
const routes = async (administrator: Visitor) => {
  const { paths } = Document.parse(await (await administrator.get('/api/v1/openapi.json')).json());
  return Object.entries(paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, { security }]) => ({
      method: method.toUpperCase(),
      path: `/api/v1${path.replaceAll(/\{\w+\}/g, 'nothing')}`,
      scope: security[0].token[0],
    })),
  );
};

describe('the routes of the management API', () => {
  it('refuse every role that lacks their scope, and nobody who has it', { timeout: 60_000 }, async () => {
    const all = await routes(await person('administrator'));
    expect(all.length).toBeGreaterThan(50);
    const wrong: string[] = [];
    for (const role of ALL) {
      const someone = await person(role);
      const scopes: readonly string[] = SCOPES_OF[role];
      for (const { method, path, scope } of all) {
        const body = method === 'GET' || method === 'DELETE' ? {} : { body: '[]' };
        const { status } = await someone.send(path, { method, headers: OURS, ...body });
        if ((status === 403) === scopes.includes(scope)) wrong.push(`${role} ${method} ${path}: ${status}`);
      }
    }

    expect(wrong).toEqual([]);
  });

  it('refuse everybody who is not signed in', { timeout: 60_000 }, async () => {
    const stranger = visitor({});
    for (const { method, path } of await routes(await person('administrator'))) {
      const { status } = await stranger.send(path, { method });
      expect([status, `${method} ${path}`]).toEqual([401, `${method} ${path}`]);
    }
  });
});

describe('a session', () => {
  const NEW_TOKEN = JSON.stringify({ name: 'ci', role: 'author' });

  it('changes things from our own pages', async () => {
    const ada = await person('administrator');

    expect((await ada.post('/api/v1/tokens', NEW_TOKEN, OURS)).status).toBe(201);
    const byOrigin = { Origin: HERE, 'Content-Type': 'application/json' };
    expect((await ada.post('/api/v1/tokens', NEW_TOKEN, byOrigin)).status).toBe(201);
  });

  it.each<[string, Record<string, string>]>([
    ['another site', { 'Sec-Fetch-Site': 'cross-site' }],
    ['another host of the same site', { 'Sec-Fetch-Site': 'same-site', Origin: HERE }],
    ['another origin', { Origin: 'https://evil.example.com' }],
    ['who knows where', {}],
    ['a page with a made-up token', { 'X-CSRF-Token': 'x'.repeat(43) }],
  ])('changes nothing for %s', async (_, headers) => {
    const ada = await person('administrator');

    const answer = await ada.post('/api/v1/tokens', NEW_TOKEN, {
      ...headers,
      'Content-Type': 'application/json',
    });

    expect(answer.status).toBe(403);
  });

  it('gives on no more than its roles have', async () => {
    const ada = await person('administrator');
    const all = await ada.post('/api/v1/tokens', JSON.stringify({ name: 'x', role: 'administrator' }), OURS);
    expect(all.status).toBe(201);

    const otto = await person('operator');
    expect((await otto.post('/api/v1/tokens', NEW_TOKEN, OURS)).status).toBe(403);
  });

  it('counts less than a token that comes with it', async () => {
    const ada = await person('administrator');

    const answer = await ada.get('/api/v1/tokens', {
      Authorization: `Bearer slu_abcdefgh_${'0'.repeat(43)}`,
    });

    expect(answer.status).toBe(401);
  });
});

describe('the audit log', () => {
  it('has what was changed and what was refused, and by whom', async () => {
    const ada = await person('administrator');
    const { id } = z
      .looseObject({ id: z.string() })
      .parse(await (await ada.post('/api/v1/tokens', '{"name":"a","role":"auditor"}', OURS)).json());
    await (await person('auditor')).send(`/api/v1/tokens/${id}`, { method: 'DELETE', headers: OURS });

    const lines = await listAudit(env.DB, { target: id }, { limit: 9 });

    expect(lines.map(({ actor, action, outcome }) => [actor.id, action, outcome])).toEqual([
      ['https://idp.example.com|auditor', 'tokens.delete', 'refused'],
      ['https://idp.example.com|administrator', 'tokens.create', 'done'],
    ]);
  });

  it('has nothing of what was only read, nor of what was wrong', async () => {
    const ada = await person('administrator');
    const before = (await listAudit(env.DB, {}, { limit: 1 }))[0]?.seq;

    await ada.get('/api/v1/tokens');
    await ada.post('/api/v1/tokens', '{}', OURS);
    await ada.post('/api/v1/flows/check', '{"files":[]}', OURS);

    expect((await listAudit(env.DB, {}, { limit: 1 }))[0]?.seq).toBe(before);
  });
});
