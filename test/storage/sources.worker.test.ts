import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  changeSource,
  pauseSource,
  resumeSource,
  retireSecret,
  rotateSecret,
} from '../../src/storage/change-source.ts';
import { addSource, findSource, listSources, removeSource, showSource } from '../../src/storage/sources.ts';

const NOW = Date.UTC(2026, 10, 23, 12);
const ANA = { by: 'ana@example.com', now: NOW };
const BEN = { by: 'ben@example.com', now: NOW + 60_000 };
const SETTINGS = { header: 'X-Okta-Key' };

const secret = (id: string) => ({ id, secret: `hunter-${id}`, createdAt: NOW });

const add = (name: string, secrets = [secret('s1')]) =>
  addSource(env, { name, kind: 'okta', settings: SETTINGS, note: null, secrets }, ANA);

/** Look-ups keep what they read for a second. */
let later = NOW;
const find = (name: string) => findSource(env, name, (later += 2_000));

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

describe('a source', () => {
  it('is found by the door with its settings and secrets', async () => {
    expect(await add('okta-prod')).toEqual({ ok: true });

    expect(await find('okta-prod')).toEqual({
      name: 'okta-prod',
      kind: 'okta',
      status: 'active',
      settings: SETTINGS,
      secrets: ['hunter-s1'],
    });
    expect(await find('okta-test')).toBeUndefined();
  });

  it('shows no secrets, in lists, pages and the table', async () => {
    await add('shown');

    const listed = (await listSources(env.DB)).find(({ name }) => name === 'shown');
    const page = await showSource(env.DB, env.SLUICE_KEYS, 'shown');
    const { results } = await env.DB.prepare('SELECT * FROM sources').all();

    const summary = { name: 'shown', kind: 'okta', status: 'active', note: null, pausedAt: null, by: ANA.by };
    expect(listed).toEqual({ ...summary, createdAt: NOW, updatedAt: NOW });
    expect(page).toEqual({ ...listed, settings: SETTINGS, secrets: [{ id: 's1', createdAt: NOW }] });
    expect(JSON.stringify(results)).not.toContain('hunter');
  });

  it('is not put over another one of its name', async () => {
    await add('taken');

    expect(await add('taken')).toMatchObject({ ok: false, code: 'conflict' });
  });

  it.each(['', 'Okta', 'a_b', '-a', 'ä', 'a/b', 'a'.repeat(101)])('has no name like %j', async (name) => {
    expect(await add(name)).toMatchObject({ code: 'invalid_input', errors: [{ path: 'name' }] });
    expect(await find(name)).toBeUndefined();
  });

  it('is asked for once a second, however many posts come', async () => {
    await add('busy');
    const asked: string[] = [];
    const DB = Object.create(env.DB, {
      prepare: { value: (sql: string) => (asked.push(sql), env.DB.prepare(sql)) },
    });
    const counted = { DB, ...(env.SLUICE_KEYS === undefined ? {} : { SLUICE_KEYS: env.SLUICE_KEYS }) };

    for (const ms of [0, 10, 500, 999]) await findSource(counted, 'busy', NOW + ms);
    for (const ms of [0, 10, 500, 999]) await findSource(counted, 'nobody', NOW + ms);

    expect(asked).toHaveLength(2);
  });

  it('takes other settings and another note', async () => {
    await add('changing');

    expect(await changeSource(env.DB, 'changing', { settings: {}, note: 'the test org' }, BEN)).toBe(true);
    expect(await changeSource(env.DB, 'nobody', { note: null }, BEN)).toBe(false);

    expect(await showSource(env.DB, env.SLUICE_KEYS, 'changing')).toMatchObject({
      settings: {},
      note: 'the test org',
      createdAt: NOW,
      updatedAt: BEN.now,
      by: BEN.by,
    });
  });

  it('remembers since when it is paused', async () => {
    await add('pausing');

    expect(await pauseSource(env.DB, 'pausing', 'moving house', ANA)).toBe(true);
    await pauseSource(env.DB, 'pausing', null, BEN);

    expect(await find('pausing')).toMatchObject({ status: 'paused' });
    expect(await showSource(env.DB, env.SLUICE_KEYS, 'pausing')).toMatchObject({
      status: 'paused',
      pausedAt: NOW,
      note: 'moving house',
    });

    expect(await resumeSource(env.DB, 'pausing', BEN)).toBe(true);
    expect(await find('pausing')).toMatchObject({ status: 'active' });
    expect(await showSource(env.DB, env.SLUICE_KEYS, 'pausing')).toMatchObject({ pausedAt: null });
  });

  it('is gone once removed, and its events stay', async () => {
    await add('leaving');
    await env.DB.prepare(
      `INSERT INTO events (id, source, source_id, type, accepted_at, raw) VALUES ('evt_1', 'leaving', 'a', 't', 1, '')`,
    ).run();

    expect(await removeSource(env.DB, 'leaving')).toBe(true);
    expect(await removeSource(env.DB, 'leaving')).toBe(false);

    expect(await find('leaving')).toBeUndefined();
    expect(await env.DB.prepare("SELECT id FROM events WHERE source = 'leaving'").first()).not.toBeNull();
  });

  it('cannot be kept without a key, nor opened', async () => {
    await add('locked');
    const keyless = { DB: env.DB };

    const other = { name: 'other', kind: 'okta', settings: {}, note: null, secrets: [] };
    expect(await addSource(keyless, other, ANA)).toMatchObject({ code: 'unavailable' });
    expect(await showSource(env.DB, undefined, 'locked')).toMatchObject({ code: 'unavailable' });
    expect(await rotateSecret(keyless, 'locked', secret('s2'), ANA)).toMatchObject({ code: 'unavailable' });
    await expect(findSource(keyless, 'locked', (later += 2_000))).rejects.toThrow('SLUICE_KEYS is not set');
  });
});

describe('the secrets of a source', () => {
  it('are two at most: the third drops the oldest', async () => {
    await add('rotating');

    expect(await rotateSecret(env, 'rotating', secret('s2'), BEN)).toEqual({ ok: true });
    expect(await find('rotating')).toMatchObject({ secrets: ['hunter-s1', 'hunter-s2'] });

    await rotateSecret(env, 'rotating', secret('s3'), BEN);
    expect(await find('rotating')).toMatchObject({ secrets: ['hunter-s2', 'hunter-s3'] });
  });

  it('can be retired, but the last one', async () => {
    await add('retiring', [secret('s1'), secret('s2')]);

    expect(await retireSecret(env, 'retiring', 's1', BEN)).toEqual({ ok: true });
    expect(await find('retiring')).toMatchObject({ secrets: ['hunter-s2'] });
    expect(await retireSecret(env, 'retiring', 's1', BEN)).toMatchObject({ code: 'not_found' });
    expect(await retireSecret(env, 'retiring', 's2', BEN)).toMatchObject({ code: 'conflict' });
    expect(await retireSecret(env, 'nobody', 's2', BEN)).toMatchObject({ code: 'not_found' });
  });

  it('are both kept when two people rotate at the same time', async () => {
    await add('contended');

    const rotated = await Promise.all([
      rotateSecret(env, 'contended', secret('s2'), ANA),
      rotateSecret(env, 'contended', secret('s3'), BEN),
    ]);

    expect(rotated).toEqual([{ ok: true }, { ok: true }]);
    const source = await find('contended');
    expect(source?.secrets.toSorted()).toEqual(['hunter-s2', 'hunter-s3']);
  });

  it('do not open in the row of another source', async () => {
    await add('mine');
    await env.DB.prepare("UPDATE sources SET name = 'yours' WHERE name = 'mine'").run();

    await expect(find('yours')).rejects.toThrow('does not open');
  });
});
