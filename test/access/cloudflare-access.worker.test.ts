import { env } from 'cloudflare:workers';
import { applyD1Migrations } from 'cloudflare:test';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { falseProvider } from './false-provider.ts';
import type { Bent, FalseProvider } from './false-provider.ts';
import { settings, signIn, visitor } from './visitor.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

const TEAM = 'https://acme.cloudflareaccess.com';
const BEHIND = settings({ SLUICE_ACCESS_TEAM: 'acme', SLUICE_ACCESS_AUDIENCE: 'tag' });

let access: FalseProvider;
beforeEach(async () => {
  access = await falseProvider(TEAM);
});

const now = (): number => Math.floor(Date.now() / 1_000);
const claims = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  iss: TEAM,
  aud: ['tag'],
  sub: 'u-1',
  email: 'Ann@Example.com',
  iat: now(),
  exp: now() + 60,
  identity_nonce: 'n1',
  custom: { groups: ['authors'] },
  ...more,
});

const header = async (more?: Record<string, unknown>) => ({
  'Cf-Access-Jwt-Assertion': await access.token(JSON.parse(JSON.stringify(claims(more)))),
});

/** 200 for authors, 403 for people without a role, 401 for nobody. */
const ask = async (headers: Record<string, string>, bindings = BEHIND): Promise<number> =>
  (await visitor({ reach: access.reach, bindings }).get('/api/v1/flows', headers)).status;

describe('behind Cloudflare Access', () => {
  it('people are who its header says, with the groups of their claims', async () => {
    expect(await ask(await header())).toBe(200);
    expect(await ask(await header({ custom: undefined }))).toBe(403);
    expect(access.asked).toEqual(['/cdn-cgi/access/certs']);
  });

  it('the team may be written as its address', async () => {
    const bindings = settings({ SLUICE_ACCESS_TEAM: `${TEAM}/`, SLUICE_ACCESS_AUDIENCE: 'tag' });

    expect(await ask(await header(), bindings)).toBe(200);
  });

  it.each<[string, Record<string, unknown>]>([
    ['of another team', { iss: 'https://evil.cloudflareaccess.com' }],
    ['for another application', { aud: ['other'] }],
    ['that has expired', { exp: Math.floor(Date.now() / 1_000) - 120 }],
    ['that never ends', { exp: undefined }],
    ['of a service, which has no address', { email: undefined, common_name: 'robot' }],
    ['without a subject', { sub: '' }],
  ])('a header %s is nobody', async (_, more) => {
    expect(await ask(await header(more))).toBe(401);
  });

  it.each<[string, Bent]>([
    ['without a signature', { unsigned: true }],
    ['with a foreign signature', { foreignKey: true }],
  ])('a header %s is nobody', async (_, bent) => {
    access.bend(bent);

    expect(await ask(await header())).toBe(401);
  });

  it('nobody is anybody without the header, and there is no other sign-in', async () => {
    const person = visitor({ reach: access.reach, bindings: BEHIND });

    expect((await person.get('/api/v1/flows')).status).toBe(401);
    expect((await person.get('/sign-in')).status).toBe(403);
    expect((await person.get('/sign-in/callback?code=a&state=b')).status).toBe(404);
  });

  it('a session from before is nobody', async () => {
    const provider = await falseProvider();
    const person = visitor({ reach: provider.reach });
    await signIn(person, provider);
    const later = visitor({ reach: provider.reach, bindings: BEHIND });
    later.cookies.set('__Host-sluice', person.cookies.get('__Host-sluice') ?? '');

    expect((await person.get('/api/v1/flows')).status).toBe(403);
    expect((await later.get('/api/v1/flows')).status).toBe(401);
  });

  it.each([{ SLUICE_ACCESS_TEAM: 'acme' }, { SLUICE_ACCESS_AUDIENCE: 'tag' }])(
    'half of the settings, %j, lets nobody in',
    async (half) => {
      expect(await ask(await header(), settings(half))).toBe(401);
    },
  );

  it('nobody gets in while its keys cannot be had', async () => {
    const silent = { reach: () => Promise.reject(new Error('no answer')), bindings: BEHIND };

    expect((await visitor(silent).get('/api/v1/flows', await header())).status).toBe(401);
  });
});

describe('without the settings of Access', () => {
  it('its header means nothing, however well it is signed', async () => {
    expect(await ask(await header(), settings())).toBe(401);
    expect(access.asked).toEqual([]);
  });
});
