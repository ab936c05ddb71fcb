/** The sign-in from outside: a whole Sluice, a real identity provider, and people with browsers. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { endAll, scratch, start, until } from '../blackbox/installation.ts';
import type { Installation, Scratch } from '../blackbox/installation.ts';
import { browser } from './browser.ts';
import type { Browser, Shown } from './browser.ts';
import { realProvider } from './real-provider.ts';
import type { RealProvider } from './real-provider.ts';

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : 0));
    });
  });

let place: Scratch;
let provider: RealProvider;
let sluice: Installation;
beforeAll(async () => {
  place = scratch();
  const port = await freePort();
  provider = await realProvider(`http://localhost:${port}`);
  const secrets = {
    SLUICE_OIDC_ISSUER: provider.issuer,
    SLUICE_OIDC_CLIENT_ID: 'sluice',
    SLUICE_OIDC_CLIENT_SECRET: 'a secret of forty characters, or nearly!',
    SLUICE_OIDC_CLIENT_AUTH: 'basic',
    SLUICE_ROLES: '{"auditor":["revision"]}',
  };
  mkdirSync(place.data);
  const lines = Object.entries(secrets).map(([name, value]) => `${name}='${value}'\n`);
  writeFileSync(join(place.data, '.dev.vars'), lines.join(''));
  sluice = await start(place, ['--port', String(port), '--no-tick']);
}, 120_000);
afterAll(async () => {
  endAll();
  await provider.close();
  place.remove();
});

/** To the provider's form for names; who is known there already comes back at once. */
const toProvider = (person: Browser): Promise<Shown> =>
  person.open(`${sluice.url}/sign-in?return=/delegated?q=desk`);

const signIn = async (person: Browser, name: string): Promise<Shown> => {
  const asked = await toProvider(person);
  const named = await person.submit(asked, { login: name, password: 'any' });
  return person.submit(named);
};

const statusOf = async (person: Browser): Promise<number> =>
  (await person.open(`${sluice.url}/api/v1/audit`)).status;

describe('with a real identity provider', { timeout: 60_000 }, () => {
  it('somebody signs in, and is shown what they asked for', async () => {
    const stella = browser();

    const shown = await signIn(stella, 'stella');

    expect(shown.url).toBe(`${sluice.url}/delegated?q=desk`);
    expect(shown.text).toContain('stella');
    expect(await statusOf(stella)).toBe(403);
  });

  it('groups decide what somebody may, from the next sign-in on', async () => {
    const uma = browser();
    await signIn(uma, 'uma');
    provider.groups.set('uma', ['revision']);
    expect(await statusOf(uma)).toBe(403);

    await toProvider(uma);

    expect(await statusOf(uma)).toBe(200);
  });

  it('somebody who declines is not signed in', async () => {
    const max = browser();
    const asked = await toProvider(max);
    const abort = /href="([^"]*\/abort)"/.exec(asked.text)?.[1] ?? '';

    const shown = await max.open(new URL(abort, asked.url).href);

    expect([shown.status, shown.text.includes('You were not signed in')]).toEqual([403, true]);
    expect(await statusOf(max)).toBe(401);
  });

  it('an answer that is sent again signs nobody in', async () => {
    const stella = browser();
    await toProvider(stella);
    const { host } = new URL(sluice.url);
    const remembered = stella.cookies.get(host)?.get('sluice-sign-in') ?? '';
    const asked = await stella.open(stella.trail.at(-1) ?? '');
    await stella.submit(await stella.submit(asked, { login: 'stella', password: 'any' }));
    const answer = stella.trail.find((url) => url.includes('/sign-in/callback')) ?? '';
    const thief = browser();
    thief.cookies.set(host, new Map([['sluice-sign-in', remembered]]));

    expect((await thief.open(answer)).status).toBe(403);
    expect(await statusOf(thief)).toBe(401);
  });

  it('new keys of the provider are found', async () => {
    provider.rotate();
    const nora = browser();

    expect((await signIn(nora, 'nora')).text).toContain('nora');
  });

  it('who signs out here signs out there too, and comes back', async () => {
    const otto = browser();
    await signIn(otto, 'otto');

    const asked = await otto.submit(await otto.open(`${sluice.url}/sign-out`));
    expect(asked.url).toContain(provider.issuer);
    const shown = await otto.submit(asked, { logout: 'yes' });

    expect(shown.url).toMatch(/\/signed-out(\?|$)/);
    expect((await toProvider(otto)).url).toContain('/interaction/');
  });

  it('who signs out there is signed out here, by the back channel', async () => {
    const ann = browser();
    await signIn(ann, 'ann');
    expect(await statusOf(ann)).toBe(403);

    await ann.submit(await ann.open(`${provider.issuer}/session/end`), { logout: 'yes' });

    await until('the end of the session', async () => ((await statusOf(ann)) === 401 ? true : undefined));
  });
});
