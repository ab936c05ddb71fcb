import { env } from 'cloudflare:workers';
import { applyD1Migrations } from 'cloudflare:test';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Person } from '../../src/domain/person.ts';
import { listAudit } from '../../src/storage/audit.ts';
import { MOST_ATTEMPTS } from '../../src/storage/sign-in-attempts.ts';
import { CLIENT, falseProvider, ISSUER } from './false-provider.ts';
import type { Bent, FalseProvider } from './false-provider.ts';
import { HERE, locationOf, settings, signIn, visitor } from './visitor.ts';
import type { Visitor } from './visitor.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

let provider: FalseProvider;
let stella: Visitor;
beforeEach(async () => {
  provider = await falseProvider();
  stella = visitor({ reach: provider.reach });
  await env.DB.exec('DELETE FROM sessions; DELETE FROM sign_in_attempts');
});

const SECOND = 1_000;
const inSeconds = (): number => Math.floor(Date.now() / SECOND);

const people = async (): Promise<Person[]> => {
  const { results } = await env.DB.prepare('SELECT person FROM sessions').all<{ person: string }>();
  return results.map(({ person }) => JSON.parse(person));
};

const lastLine = async () => (await listAudit(env.DB, { action: 'sign_in' }, { limit: 1 }))[0];

describe('a sign-in', () => {
  it('asks the provider for a code, with PKCE, state and nonce, and for nothing it does not know', async () => {
    const there = locationOf(await stella.get('/sign-in'));

    expect(there.origin + there.pathname).toBe(`${ISSUER}/authorize`);
    expect(Object.fromEntries(there.searchParams)).toEqual({
      response_type: 'code',
      client_id: CLIENT,
      redirect_uri: `${HERE}/sign-in/callback`,
      scope: 'openid profile email',
      state: expect.stringMatching(/^.{43}$/),
      nonce: expect.stringMatching(/^.{43}$/),
      code_challenge: expect.stringMatching(/^.{43}$/),
      code_challenge_method: 'S256',
    });
  });

  it('leads back to where the person wanted to go', async () => {
    const answer = await signIn(stella, provider, '/sign-in?return=%2Fdelegated%2Fonboard%3Fa%3D1');

    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/delegated/onboard?a=1']);
  });

  it('keeps who it is, and gives the browser a random text and nothing else', async () => {
    const answer = await signIn(stella, provider);

    expect(await people()).toEqual([
      {
        subject: `${ISSUER}|stella`,
        name: 'Stella',
        email: 'stella@example.com',
        groups: ['service-desk'],
        via: 'oidc',
      },
    ]);
    expect(answer.headers.getSetCookie().filter((line) => line.startsWith('__Host-sluice='))).toEqual([
      expect.stringMatching(/^__Host-sluice=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/),
    ]);
    const row = await env.DB.prepare('SELECT * FROM sessions').first();
    expect(JSON.stringify(row)).not.toContain(stella.cookies.get('__Host-sluice'));
    expect(JSON.stringify(row)).not.toContain('eyJ');
  });

  it('asks userinfo for groups that the id token leaves out', async () => {
    provider.bend({ claims: { groups: undefined }, userinfo: { groups: ['managers'] } });

    await signIn(stella, provider);

    expect((await people())[0]?.groups).toEqual(['managers']);
  });

  it('takes groups of another claim, and asks for the scope of groups where there is one', async () => {
    provider.bend({ claims: { roles: 'desk' }, metadata: { scopes_supported: ['openid', 'groups'] } });
    const person = visitor({
      reach: provider.reach,
      bindings: settings({ SLUICE_OIDC_GROUPS_CLAIM: 'roles' }),
    });

    const there = locationOf(await person.get('/sign-in'));
    await signIn(person, provider);

    expect(there.searchParams.get('scope')).toBe('openid profile email groups');
    expect((await people())[0]?.groups).toEqual(['desk']);
  });

  it('is recorded, with the network address', async () => {
    await signIn(stella, provider);

    expect(await lastLine()).toMatchObject({
      actor: { kind: 'person', id: `${ISSUER}|stella`, name: 'Stella' },
      outcome: 'done',
      detail: { address: 'local', groups: ['service-desk'] },
    });
  });

  it('begins a new session and ends the one that the browser had', async () => {
    await signIn(stella, provider);
    const before = stella.cookies.get('__Host-sluice');

    await signIn(stella, provider);

    expect(stella.cookies.get('__Host-sluice')).not.toBe(before);
    expect(await people()).toHaveLength(1);
  });

  it('does not adopt a session text that somebody planted', async () => {
    const planted = 'A'.repeat(43);
    stella.cookies.set('__Host-sluice', planted);

    await signIn(stella, provider);

    expect(stella.cookies.get('__Host-sluice')).not.toBe(planted);
    stella.cookies.set('__Host-sluice', planted);
    expect((await stella.get('/api/v1/flows')).status).toBe(401);
  });

  it('takes new groups with the next sign-in', async () => {
    await signIn(stella, provider);
    expect((await stella.get('/api/v1/flows')).status).toBe(403);

    provider.bend({ claims: { groups: ['authors'] } });
    await signIn(stella, provider);

    expect((await stella.get('/api/v1/flows')).status).toBe(200);
  });

  it('goes on when the provider has changed its keys', async () => {
    await signIn(stella, provider);
    await provider.rotate();

    expect((await signIn(stella, provider)).status).toBe(303);
  });

  it('allows clocks to differ by less than a minute', async () => {
    provider.bend({ claims: { iat: inSeconds() + 45, exp: inSeconds() - 45 } });

    expect((await signIn(stella, provider)).status).toBe(303);
  });
});

describe('an id token is refused', () => {
  it.each<[string, Bent]>([
    ['with another nonce', { claims: { nonce: 'other' } }],
    ['without a nonce', { claims: { nonce: undefined } }],
    ['that has expired', { claims: { exp: Math.floor(Date.now() / SECOND) - 120 } }],
    ['of another issuer', { claims: { iss: 'https://evil.example.com' } }],
    ['for another client', { claims: { aud: 'other' } }],
    ['for several clients, issued to another', { claims: { aud: [CLIENT, 'other'], azp: 'other' } }],
    ['without a subject', { claims: { sub: undefined } }],
    ['signed with a key that the provider does not have', { foreignKey: true }],
    ['with the algorithm none', { unsigned: true }],
    [
      'with the algorithm none, even when the discovery document allows it',
      { unsigned: true, metadata: { id_token_signing_alg_values_supported: ['none', 'RS256'] } },
    ],
  ])('%s', async (_, bent) => {
    provider.bend(bent);

    const answer = await signIn(stella, provider);

    expect(answer.status).toBe(403);
    expect(await people()).toEqual([]);
    expect(stella.cookies.has('__Host-sluice')).toBe(false);
    expect(await lastLine()).toMatchObject({ outcome: 'refused', actor: { kind: 'nobody' } });
  });
});

describe('coming back from the provider', () => {
  it('means nothing in a browser that never left', async () => {
    const back = provider.consent(locationOf(await visitor({ reach: provider.reach }).get('/sign-in')));

    const answer = await stella.get(back.pathname + back.search);

    expect(answer.status).toBe(400);
    expect(provider.asked).not.toContain('/token');
  });

  it('means nothing with the state of another sign-in', async () => {
    const back = provider.consent(locationOf(await stella.get('/sign-in')));
    back.searchParams.set('state', 'x'.repeat(43));

    expect((await stella.get(back.pathname + back.search)).status).toBe(400);
    expect(await people()).toEqual([]);
  });

  it('works once: the cookie goes, and the provider refuses the code', async () => {
    const back = provider.consent(locationOf(await stella.get('/sign-in')));
    const remembered = stella.cookies.get('__Host-sluice-sign-in') ?? '';
    await stella.get(back.pathname + back.search);

    expect(stella.cookies.has('__Host-sluice-sign-in')).toBe(false);
    const thief = visitor({ reach: provider.reach });
    thief.cookies.set('__Host-sluice-sign-in', remembered);
    expect((await thief.get(back.pathname + back.search)).status).toBe(403);
    expect(thief.cookies.has('__Host-sluice')).toBe(false);
  });

  it('means nothing with a cookie that was changed', async () => {
    const back = provider.consent(locationOf(await stella.get('/sign-in')));
    const [text = '', signature] = (stella.cookies.get('__Host-sluice-sign-in') ?? '').split('.');
    const state = { ...JSON.parse(atob(text)), return: '/elsewhere' };
    stella.cookies.set(
      '__Host-sluice-sign-in',
      `${btoa(JSON.stringify(state)).replace(/=+$/, '')}.${signature}`,
    );

    expect((await stella.get(back.pathname + back.search)).status).toBe(400);
  });

  it('says so when the person declined', async () => {
    const state = locationOf(await stella.get('/sign-in')).searchParams.get('state') ?? '';

    const answer = await stella.get(`/sign-in/callback?error=access_denied&state=${state}`);

    expect(answer.status).toBe(403);
    expect(await answer.text()).toContain('You were not signed in');
  });

  it('shows nothing of what the provider sent', async () => {
    const state = locationOf(await stella.get('/sign-in')).searchParams.get('state') ?? '';
    const error = encodeURIComponent('<script>alert(1)</script>');

    const answer = await stella.get(
      `/sign-in/callback?error=${error}&error_description=${error}&state=${state}`,
    );

    expect(await answer.text()).not.toContain('alert');
  });

  it.each(['https://evil.example.com/', '//evil.example.com', '/\\evil.example.com', '/.//evil.example.com'])(
    'never leads to %s',
    async (elsewhere) => {
      const answer = await signIn(stella, provider, `/sign-in?return=${encodeURIComponent(elsewhere)}`);

      expect(answer.headers.get('Location')).toBe('/delegated');
    },
  );
});

describe('guessing', () => {
  // All within one quarter of an hour.
  beforeEach(() => void vi.useFakeTimers({ now: Date.UTC(2026, 10, 24, 12), toFake: ['Date'] }));
  afterEach(() => void vi.useRealTimers());

  const guess = async (address: string): Promise<Response> => {
    const guesser = visitor({ reach: provider.reach });
    const state = locationOf(await guesser.get('/sign-in')).searchParams.get('state') ?? '';
    return guesser.get(`/sign-in/callback?code=guess&state=${state}`, { 'CF-Connecting-IP': address });
  };

  it(`ends after ${MOST_ATTEMPTS} failures from a network, and the others sign in as before`, async () => {
    for (let count = 0; count < MOST_ATTEMPTS; count++) {
      expect((await guess(`2001:db8:1:2::${count}`)).status).toBe(403);
    }
    const asked = provider.asked.length;

    const answer = await guess('2001:db8:1:2:ffff::1');

    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([429, '900']);
    expect(provider.asked.slice(asked)).not.toContain('/token');
    expect(await lastLine()).toMatchObject({ outcome: 'refused', detail: { obstacle: 'too_often' } });
    expect((await guess('2001:db8:1:3::1')).status).toBe(403);
  });

  it('is not what people do who get in', async () => {
    for (let count = 0; count <= MOST_ATTEMPTS; count++)
      expect((await signIn(stella, provider)).status).toBe(303);
  });
});

describe('a provider that is not as it should be', () => {
  it('that says it is somebody else is not believed', async () => {
    provider.bend({ metadata: { issuer: 'https://evil.example.com' } });

    expect((await stella.get('/sign-in')).status).toBe(403);
  });

  it('is none when none is set', async () => {
    const nobody = visitor({ reach: provider.reach, bindings: settings({ SLUICE_OIDC_ISSUER: '' }) });

    expect((await nobody.get('/sign-in')).status).toBe(404);
  });

  it('must speak https', async () => {
    const bindings = settings({ SLUICE_OIDC_ISSUER: 'http://idp.example.com' });

    expect((await visitor({ reach: provider.reach, bindings }).get('/sign-in')).status).toBe(500);
    expect(provider.asked).toEqual([]);
  });

  it('vouches for nobody any more once another one is set', async () => {
    await signIn(stella, provider);
    const later = visitor({ bindings: settings({ SLUICE_OIDC_ISSUER: 'https://other.example.com' }) });
    later.cookies.set('__Host-sluice', stella.cookies.get('__Host-sluice') ?? '');

    expect((await stella.get('/api/v1/flows')).status).toBe(403);
    expect((await later.get('/api/v1/flows')).status).toBe(401);
  });
});
