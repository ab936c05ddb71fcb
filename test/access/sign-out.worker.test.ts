import { env } from 'cloudflare:workers';
import { applyD1Migrations } from 'cloudflare:test';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CLIENT, falseProvider, ISSUER } from './false-provider.ts';
import type { FalseProvider } from './false-provider.ts';
import { form, HERE, locationOf, signIn, visitor } from './visitor.ts';
import type { Visitor } from './visitor.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

let provider: FalseProvider;
let laptop: Visitor;
let phone: Visitor;
beforeEach(async () => {
  await env.DB.exec('DELETE FROM sessions');
  provider = await falseProvider();
  [laptop, phone] = [visitor({ reach: provider.reach }), visitor({ reach: provider.reach })];
  await signIn(laptop, provider);
  provider.bend({ claims: { sid: 'session-2' } });
  await signIn(phone, provider);
});

const isIn = async (person: Visitor): Promise<boolean> => (await person.get('/sign-out')).status === 200;

const csrfOf = async (person: Visitor): Promise<string> =>
  /name="csrf" value="([^"]+)"/.exec(await (await person.get('/sign-out')).text())?.[1] ?? '';

describe('signing out', () => {
  it('ends this session and no other, at once', async () => {
    const cookie = laptop.cookies.get('__Host-sluice') ?? '';
    const answer = await laptop.post('/sign-out', form({ csrf: await csrfOf(laptop) }));

    expect(answer.status).toBe(200);
    expect(laptop.cookies.has('__Host-sluice')).toBe(false);
    laptop.cookies.set('__Host-sluice', cookie);
    expect([await isIn(laptop), await isIn(phone)]).toEqual([false, true]);
  });

  it('everywhere ends all sessions of the person, and nobody else is touched', async () => {
    provider.bend({ claims: { sub: 'max' } });
    const max = visitor({ reach: provider.reach });
    await signIn(max, provider);

    await laptop.post('/sign-out', form({ csrf: await csrfOf(laptop), everywhere: 'yes' }));

    expect([await isIn(laptop), await isIn(phone), await isIn(max)]).toEqual([false, false, true]);
  });

  it('goes on to the provider, with the id token as hint and the way back', async () => {
    const answer = await laptop.post('/sign-out', form({ csrf: await csrfOf(laptop) }));

    const [, address = ''] = /^0; url=(.*)$/.exec(answer.headers.get('Refresh') ?? '') ?? [];
    const onward = new URL(address);
    expect(onward.origin + onward.pathname).toBe(`${ISSUER}/logout`);
    expect(onward.searchParams.get('client_id')).toBe(CLIENT);
    expect(onward.searchParams.get('post_logout_redirect_uri')).toBe(`${HERE}/signed-out`);
    expect(onward.searchParams.get('id_token_hint')).toMatch(/^eyJ/);
  });

  it.each([['without a token'], ['with the token of another session'], ['with a made-up token']])(
    '%s changes nothing: another site may have sent it',
    async (how) => {
      const csrf = how.includes('another')
        ? await csrfOf(phone)
        : how.includes('made-up')
          ? 'x'.repeat(43)
          : '';

      const answer = await laptop.post('/sign-out', form(csrf === '' ? {} : { csrf }));

      expect(answer.status).toBe(403);
      expect(await isIn(laptop)).toBe(true);
    },
  );

  it('leads somebody who is not signed in to the sign-in, and says to a form that it was not carried out', async () => {
    const stranger = visitor({ reach: provider.reach });

    expect(locationOf(await stranger.get('/sign-out')).pathname).toBe('/sign-in');
    const posted = locationOf(await stranger.post('/sign-out', form({})));
    expect(posted.pathname + posted.search).toBe('/sign-in/again?return=%2Fsign-out');
    expect((await stranger.get('/sign-in/again')).status).toBe(401);
  });
});

describe('the word of the provider', () => {
  const now = (): number => Math.floor(Date.now() / 1_000);
  const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
  const claims = (more: Record<string, unknown> = {}) => ({
    iss: ISSUER,
    aud: CLIENT,
    iat: now(),
    exp: now() + 120,
    jti: crypto.randomUUID(),
    sub: 'stella',
    events: { [EVENT]: {} },
    ...more,
  });

  const tell = async (token: string): Promise<Response> =>
    visitor({ reach: provider.reach }).post('/sign-in/back-channel', form({ logout_token: token }));

  it('ends all sessions of a person', async () => {
    const answer = await tell(await provider.token(claims(), 'logout+jwt'));

    expect([answer.status, answer.headers.get('Cache-Control')]).toEqual([200, 'no-store']);
    expect([await isIn(laptop), await isIn(phone)]).toEqual([false, false]);
  });

  it('ends the one session that it names', async () => {
    await tell(await provider.token(claims({ sid: 'session-1' })));

    expect([await isIn(laptop), await isIn(phone)]).toEqual([false, true]);
  });

  it('said again ends nothing that began later', async () => {
    const old = await provider.token(claims({ iat: now() - 200 }));

    expect((await tell(old)).status).toBe(200);
    expect(await isIn(laptop)).toBe(true);
  });

  it.each<[string, Record<string, unknown>]>([
    ['without the event', { events: {} }],
    ['with a nonce, as id tokens have', { nonce: 'n' }],
    ['about nobody', { sub: undefined }],
    ['for another client', { aud: 'other' }],
    ['of another issuer', { iss: 'https://evil.example.com' }],
    ['that has expired', { exp: Math.floor(Date.now() / 1_000) - 120 }],
    ['that is an hour old', { iat: Math.floor(Date.now() / 1_000) - 3_600 }],
    ['without an id', { jti: undefined }],
  ])('%s is refused', async (_, more) => {
    const token = await provider.token(JSON.parse(JSON.stringify(claims(more))));

    expect((await tell(token)).status).toBe(400);
    expect(await isIn(laptop)).toBe(true);
  });

  it.each([{ foreignKey: true }, { unsigned: true }])('is refused with %j', async (bent) => {
    provider.bend(bent);

    expect((await tell(await provider.token(claims()))).status).toBe(400);
    expect(await isIn(laptop)).toBe(true);
  });

  it('is refused when it is no token at all', async () => {
    expect((await tell('x')).status).toBe(400);
    expect((await visitor({ reach: provider.reach }).post('/sign-in/back-channel', form({}))).status).toBe(
      400,
    );
  });
});
