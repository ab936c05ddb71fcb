import { env } from 'cloudflare:workers';
import { applyD1Migrations } from 'cloudflare:test';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  addSession,
  findSession,
  noteUse,
  removeEndedElsewhere,
  removeSessionsOf,
} from '../../src/storage/sessions.ts';
import { tick } from '../../src/triggers/tick.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
beforeEach(() => env.DB.exec('DELETE FROM sessions'));

const NOON = Date.UTC(2026, 10, 24, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const IDP = 'https://idp.example.com';

const session = (more: { hash?: string; sub?: string; sid?: string | null; createdAt?: number } = {}) => {
  const { hash = 'h1', sub = 'stella', sid = null, createdAt = NOON } = more;
  const subject = `${IDP}|${sub}`;
  const person = { subject, name: sub, email: null, groups: [], via: 'oidc' } as const;
  return { hash, subject, sid, createdAt, usedAt: createdAt, person, idToken: null };
};

const add = (more?: Parameters<typeof session>[0]) => addSession(env.DB, session(more), undefined);
const lasts = async (hash: string, now: number) => (await findSession(env.DB, hash, now)) !== undefined;
const usedAt = async () =>
  (await env.DB.prepare('SELECT used_at FROM sessions').first<{ used_at: number }>())?.used_at;

describe('a session', () => {
  it('ends when it was not used for eight hours', async () => {
    await add();

    expect(await lasts('h1', NOON + 8 * HOUR - 1)).toBe(true);
    expect(await lasts('h1', NOON + 8 * HOUR)).toBe(false);
  });

  it('ends after a day, however often it is used', async () => {
    await add();
    for (let hour = 1; hour < 24; hour++)
      await noteUse(env.DB, { hash: 'h1', usedAt: NOON }, NOON + hour * HOUR);

    expect(await lasts('h1', NOON + 24 * HOUR - 1)).toBe(true);
    expect(await lasts('h1', NOON + 24 * HOUR)).toBe(false);
  });

  it('is written once in ten minutes at most', async () => {
    await add();

    await noteUse(env.DB, { hash: 'h1', usedAt: NOON }, NOON + 10 * MINUTE - 1);
    expect(await usedAt()).toBe(NOON);
    await noteUse(env.DB, { hash: 'h1', usedAt: NOON }, NOON + 10 * MINUTE);
    expect(await usedAt()).toBe(NOON + 10 * MINUTE);
  });

  it('is never used earlier than it was', async () => {
    await add();
    await noteUse(env.DB, { hash: 'h1', usedAt: NOON }, NOON + HOUR);

    await noteUse(env.DB, { hash: 'h1', usedAt: NOON }, NOON + HOUR / 2);

    expect(await usedAt()).toBe(NOON + HOUR);
  });

  it('takes the place of the one that the browser had', async () => {
    await add({ hash: 'before' });

    await addSession(env.DB, session({ hash: 'after' }), 'before');

    const { results } = await env.DB.prepare('SELECT hash FROM sessions').all();
    expect(results).toEqual([{ hash: 'after' }]);
  });
});

describe('the tick of a full hour', () => {
  const PORTS = { now: () => NOON, openLog: () => Promise.reject(new Error('no source asks for it')) };
  const left = async () => (await env.DB.prepare('SELECT hash FROM sessions').all()).results;

  it('takes out what has ended, and leaves the rest', async () => {
    await add({ hash: 'old', createdAt: NOON - 8 * HOUR });
    await add({ hash: 'new', createdAt: NOON - 8 * HOUR + 1 });

    await tick(env, NOON + MINUTE, PORTS);
    expect(await left()).toHaveLength(2);
    await tick(env, NOON, PORTS);
    expect(await left()).toEqual([{ hash: 'new' }]);
  });
});

describe('sessions end', () => {
  beforeEach(async () => {
    await add({ hash: 'laptop', sid: 's1' });
    await add({ hash: 'phone', sid: 's2', createdAt: NOON + HOUR });
    await add({ hash: 'kiosk', createdAt: NOON + HOUR });
    await add({ hash: 'max', sub: 'max', sid: 's3' });
  });
  const left = async () => {
    const { results } = await env.DB.prepare('SELECT hash FROM sessions ORDER BY hash').all<{
      hash: string;
    }>();
    return results.map(({ hash }) => hash);
  };
  const told = { issuer: IDP, sid: null, subject: null, until: NOON + 2 * HOUR };

  it('of a person everywhere', async () => {
    expect(await removeSessionsOf(env.DB, `${IDP}|stella`, NOON + 2 * HOUR)).toBe(3);
    expect(await left()).toEqual(['max']);
  });

  it('of a person, as far as they began before a time', async () => {
    await removeEndedElsewhere(env.DB, { ...told, subject: `${IDP}|stella`, until: NOON });

    expect(await left()).toEqual(['kiosk', 'max', 'phone']);
  });

  it('by the id of the provider', async () => {
    expect(await removeEndedElsewhere(env.DB, { ...told, sid: 's2' })).toBe(1);
    expect(await left()).toEqual(['kiosk', 'laptop', 'max']);
  });

  it('by the id of the provider, and with it those of the person whose id nobody knows', async () => {
    await removeEndedElsewhere(env.DB, { ...told, sid: 's2', subject: `${IDP}|stella` });

    expect(await left()).toEqual(['laptop', 'max']);
  });

  it('by no id of another provider', async () => {
    expect(await removeEndedElsewhere(env.DB, { ...told, issuer: 'https://idp.example.co', sid: 's2' })).toBe(
      0,
    );
  });
});
