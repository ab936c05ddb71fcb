import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { findSource } from '../../src/storage/sources.ts';
import { SOURCE_KINDS } from '../../src/sources/table.ts';
import { call, get, migrate, read, refusal } from './client.ts';

beforeAll(migrate);

const Shown = z.looseObject({
  name: z.string(),
  address: z.string(),
  status: z.string(),
  note: z.string().nullable(),
  setup: z.string(),
  settings: z.record(z.string(), z.unknown()),
  secrets: z.array(z.looseObject({ id: z.string() })),
  refused: z.array(z.looseObject({ reason: z.string(), count: z.number() })),
  backfill: z.looseObject({ state: z.string() }).nullable(),
  secret: z.string().nullable().optional(),
});

const put = (name: string, body: unknown) => call('PUT', `/api/v1/sources/${name}`, { body });
const show = async (name: string) => read(await get(`/api/v1/sources/${name}`), Shown);

describe('a source', () => {
  it('is made with an address and a secret that is shown this once', async () => {
    const made = await put('okta-prod', { kind: 'okta', note: 'production' });

    expect([made.status, made.headers.get('Location')]).toEqual([201, '/api/v1/sources/okta-prod']);
    expect(made.headers.get('Cache-Control')).toBe('no-store');
    const shown = await read(made, Shown);
    expect(shown).toMatchObject({
      address: 'https://sluice.test/events/okta-prod',
      status: 'active',
      note: 'production',
      settings: { header: 'Authorization' },
    });
    expect(shown.secret).toMatch(/^[\w-]{43}$/);
    expect(shown.setup).toContain('Event Hooks');
    expect(await (await get('/api/v1/sources/okta-prod')).text()).not.toContain(shown.secret);
    expect(await (await get('/api/v1/sources')).text()).not.toContain(shown.secret);
  });

  it('verifies with the secret that was shown', async () => {
    const { secret } = await read(await put('fresh', { kind: 'okta' }), Shown);

    const post = (value: string) =>
      call('POST', '/events/fresh', {
        token: null,
        body: {
          data: {
            events: [{ uuid: 'u1', eventType: 'user.session.start', published: '2026-11-24T01:00:00Z' }],
          },
        },
        headers: { Authorization: value },
      });

    expect((await post(secret ?? '')).status).toBe(200);
    expect((await post('another')).status).toBe(401);
  });

  it('takes the secret of a sender that makes it', async () => {
    const missing = await refusal(await put('pay', { kind: 'stripe' }));
    expect(missing.errors).toEqual([
      { path: 'secret', code: 'secret', message: expect.stringContaining('copy it from there') },
    ]);

    const made = await read(
      await put('pay', { kind: 'stripe', secret: 'whsec_abcdefghijklmnopqrstuvwxyz' }),
      Shown,
    );

    expect(made.secret).toBeNull();
    expect(made.secrets).toHaveLength(1);
  });

  it.each([
    [{ kind: 'otka' }, 'kind', 'did you mean "okta"?'],
    [{ kind: 'okta', settings: { haeder: 'X' } }, 'settings.haeder', '"haeder" is not known here'],
    [{ kind: 'okta', settings: { header: 'no header' } }, 'settings.header', ''],
    [{ kind: 'okta', settings: { backfill: { filter: 'x' } } }, 'settings.backfill.connection', ''],
    [
      { kind: 'github', settings: { backfill: { connection: 'okta' } } },
      'settings.backfill',
      'is not known here',
    ],
    [{ kind: 'okta', settings: { ownActors: [''] } }, 'settings.ownActors[0]', ''],
  ])('%j is refused at its place', async (body, path, message) => {
    const { code, errors } = await refusal(await put('wrong', body));

    expect(code).toBe('invalid_input');
    expect(errors).toEqual([expect.objectContaining({ path, message: expect.stringContaining(message) })]);
  });

  it('is refused when its name is none, or its expressions cannot be read', async () => {
    expect((await refusal(await put('No_Name', { kind: 'okta' }))).code).toBe('invalid_input');
    const settings = { auth: { scheme: 'none' }, subject: 'event.(id' };

    const { errors } = await refusal(await put('odd', { kind: 'generic', settings }));

    expect(errors).toEqual([
      expect.objectContaining({ path: 'settings.subject', code: 'expression_syntax' }),
    ]);
  });

  it('needs no secret where its settings let everybody in, and one once they do not', async () => {
    const open = await read(
      await put('open', { kind: 'generic', settings: { auth: { scheme: 'none' } } }),
      Shown,
    );
    expect([open.secret, open.secrets]).toEqual([null, []]);
    const given = { kind: 'generic', settings: { auth: { scheme: 'none' } }, secret: 'x' };
    expect((await refusal(await put('open', given))).errors?.[0]).toMatchObject({ path: 'secret' });

    const settings = { auth: { scheme: 'header', header: 'X-Secret' } };
    const closed = await read(await put('open', { kind: 'generic', settings }), Shown);

    expect(closed.secret).toMatch(/^[\w-]{43}$/);
    expect(closed.secrets).toHaveLength(1);
  });

  it('changes its settings and its note, and keeps its secrets', async () => {
    await put('changing', { kind: 'okta', note: 'one' });
    const before = await show('changing');

    const changed = await put('changing', {
      kind: 'okta',
      settings: { header: 'X-Secret', ownActors: ['00T1'] },
    });

    expect(changed.status).toBe(200);
    const after = await read(changed, Shown);
    expect(after).toMatchObject({
      note: null,
      secret: null,
      settings: { header: 'X-Secret', ownActors: ['00T1'] },
    });
    expect(after.secrets).toEqual(before.secrets);
  });

  it('does not change its kind, nor its secret in passing', async () => {
    await put('fixed', { kind: 'okta' });

    expect((await refusal(await put('fixed', { kind: 'github' }))).code).toBe('conflict');
    expect((await refusal(await put('fixed', { kind: 'okta', secret: 'another' }))).detail).toContain(
      'rotate',
    );
  });

  it('is removed, and then there is none', async () => {
    await put('gone', { kind: 'okta' });

    expect((await call('DELETE', '/api/v1/sources/gone')).status).toBe(204);
    expect((await get('/api/v1/sources/gone')).status).toBe(404);
    expect((await call('DELETE', '/api/v1/sources/gone')).status).toBe(404);
  });
});

describe('the secrets of a source', () => {
  const opened = async (name: string) => (await findSource(env, name, Date.now() + 10_000))?.secrets;

  it('are two while one replaces the other, and the old one goes by its id', async () => {
    const made = await read(await put('turning', { kind: 'okta' }), Shown);
    const rotated = await read(await call('POST', '/api/v1/sources/turning/rotate', { body: {} }), Shown);

    expect(await opened('turning')).toEqual([made.secret, rotated.secret]);
    expect(rotated.secrets).toHaveLength(2);
    const old = rotated.secrets[0]?.id ?? '';
    expect((await call('DELETE', `/api/v1/sources/turning/secrets/${old}`)).status).toBe(204);
    expect((await show('turning')).secrets.map(({ id }) => id)).toEqual([rotated.secrets[1]?.id]);
    const last = rotated.secrets[1]?.id ?? '';
    expect((await refusal(await call('DELETE', `/api/v1/sources/turning/secrets/${last}`))).code).toBe(
      'conflict',
    );
  });

  it('are not rotated where there are none to be', async () => {
    const { code } = await refusal(await call('POST', '/api/v1/sources/nobody/rotate', { body: {} }));

    expect(code).toBe('not_found');
  });
});

describe('a paused source', () => {
  it('says why and since when, and goes on', async () => {
    await put('resting', { kind: 'okta' });

    const paused = await read(
      await call('POST', '/api/v1/sources/resting/pause', { body: { note: 'moving house' } }),
      Shown,
    );
    expect(paused).toMatchObject({ status: 'paused', note: 'moving house', pausedAt: expect.any(String) });

    const resumed = await read(await call('POST', '/api/v1/sources/resting/resume', { body: {} }), Shown);
    expect(resumed).toMatchObject({ status: 'active', pausedAt: null });
    expect((await call('POST', '/api/v1/sources/nobody/pause', { body: {} })).status).toBe(404);
  });
});

describe('posts that were turned away', () => {
  it('are counted, and shown with their reason', async () => {
    await put('strict', { kind: 'okta' });
    await call('POST', '/events/strict', { token: null, body: {}, headers: { Authorization: 'wrong' } });

    await expect
      .poll(async () => (await show('strict')).refused)
      .toMatchObject([{ reason: 'bad_signature', count: 1 }]);
  });
});

describe('the backfill of a source', () => {
  it('is shown as it stands', async () => {
    await put('read', { kind: 'okta', settings: { backfill: { connection: 'okta' } } });
    expect((await show('read')).backfill).toEqual({ state: 'not_begun', until: null, trouble: null });

    const cursor = {
      next: null,
      since: 0,
      question: '',
      heldUntil: Date.UTC(2099, 0),
      failures: 3,
      trouble: '503',
    };
    await env.DB.prepare('INSERT INTO marks VALUES (?1, ?2)')
      .bind('okta-log:read', JSON.stringify(cursor))
      .run();

    expect((await show('read')).backfill).toEqual({
      state: 'failing',
      until: '2099-01-01T00:00:00.000Z',
      trouble: '503',
    });
    expect((await show('okta-prod')).backfill).toBeNull();
  });
});

describe('the kinds of sources', () => {
  it('are listed with what to do at the sender and their settings as JSON Schema', async () => {
    const { items } = await read(
      await get('/api/v1/source-kinds'),
      z.looseObject({ items: z.array(z.looseObject({ kind: z.string(), settings: z.looseObject({}) })) }),
    );

    expect(items.map(({ kind }) => kind)).toEqual(Object.keys(SOURCE_KINDS));
    expect(items.find(({ kind }) => kind === 'okta')?.settings).toMatchObject({
      properties: { header: { default: 'Authorization' }, backfill: {}, ownActors: {} },
    });
  });
});

describe('who may', () => {
  it('reads with sources:read, and changes with sources:write alone', async () => {
    const { token } = await read(
      await call('POST', '/api/v1/tokens', { body: { name: 'auditor', role: 'auditor' } }),
      z.looseObject({ token: z.string() }),
    );

    expect((await get('/api/v1/sources', { token })).status).toBe(200);
    expect((await call('PUT', '/api/v1/sources/x', { token, body: { kind: 'okta' } })).status).toBe(403);
    expect((await get('/api/v1/sources', { token: null })).status).toBe(401);
  });
});
