import { env } from 'cloudflare:workers';
import { applyD1Migrations } from 'cloudflare:test';
import { beforeAll, describe, expect, it } from 'vitest';
import { MADE_UP_PEOPLE } from '../../src/access/made-up-people.ts';
import { form, locationOf, settings, visitor } from './visitor.ts';
import type { World } from './visitor.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

const LAPTOP = 'http://localhost:8787';
const ROLES = '{"administrator":["sluice-administrators"]}';
const bindings = settings({ SLUICE_OIDC_ISSUER: '', SLUICE_ROLES: ROLES });
const OURS = { 'Sec-Fetch-Site': 'same-origin' };

const someone = (world: World = {}) => visitor({ bindings, development: true, origin: LAPTOP, ...world });
const asAda = form({ person: 'development|ada', return: '/delegated' });

describe('the development sign-in', () => {
  it('offers made-up people, and says that they are', async () => {
    const person = someone();

    expect(locationOf(await person.get('/sign-in')).pathname).toBe('/sign-in/development');
    const text = await (await person.get('/sign-in/development')).text();
    expect(text).toContain('These people are made up.');
    for (const { person: offered } of MADE_UP_PEOPLE) expect(text).toContain(offered.name);
  });

  it('makes one of them of whoever asks, by a cookie for http', async () => {
    const person = someone();

    const answer = await person.post('/sign-in/development', asAda, OURS);

    expect(answer.headers.get('Set-Cookie')).toMatch(
      /^sluice-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/,
    );
    expect((await person.get('/api/v1/flows')).status).toBe(200);
  });

  it('makes nobody of somebody else', async () => {
    const person = someone();

    await person.post('/sign-in/development', form({ person: 'development|eve' }), OURS);

    expect((await person.get('/api/v1/flows')).status).toBe(401);
  });

  it('is not for other sites', async () => {
    const answer = await someone().post('/sign-in/development', asAda, { 'Sec-Fetch-Site': 'cross-site' });

    expect(answer.status).toBe(403);
  });

  it.each<[string, World]>([
    ['in the Worker that is deployed', { development: false }],
    ['on another host', { origin: 'https://sluice.example.com' }],
    ['beside an identity provider', { bindings: settings() }],
    ['behind Cloudflare Access', { bindings: { ...bindings, SLUICE_ACCESS_TEAM: 'acme' } }],
  ])('does not exist %s', async (_, world) => {
    const person = someone(world);

    expect((await person.get('/sign-in/development')).status).toBe(404);
    expect((await person.post('/sign-in/development', asAda, OURS)).status).toBe(404);
  });

  it('leaves no session that the deployed Worker would take', async () => {
    const person = someone();
    await person.post('/sign-in/development', asAda, OURS);
    const deployed = someone({ development: false });
    deployed.cookies.set('sluice-session', person.cookies.get('sluice-session') ?? '');

    expect((await person.get('/api/v1/flows')).status).toBe(200);
    expect((await deployed.get('/api/v1/flows')).status).toBe(401);
  });
});
