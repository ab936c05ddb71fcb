import { applyD1Migrations, createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Bindings } from '../../src/storage/bindings.ts';
import { pauseSource } from '../../src/storage/change-source.ts';
import { refusalsOf } from '../../src/storage/refusals.ts';
import { addSource } from '../../src/storage/sources.ts';
import { fakeQueue, lost } from './event-post.ts';

const app = createApp({
  cards: new Map(),
  version: 'test',
  dryRun: () => Promise.reject(new Error('This test runs nothing dry.')),
});

interface Install {
  readonly kind?: string;
  readonly settings?: JsonObject;
  readonly secrets?: readonly string[];
}

const install = async (
  name: string,
  { kind = 'okta', settings = {}, secrets = ['hunter22'] }: Install = {},
) => {
  const entries = secrets.map((secret, at) => ({ id: `s${at}`, secret, createdAt: 0 }));
  const source = { name, kind, settings, note: null, secrets: entries };
  expect(await addSource(env, source, { by: 'test', now: Date.now() })).toEqual({ ok: true });
};

/** Waits for what the answer did not wait for, as the runtime does. */
const post = async (path: string, init: RequestInit = {}, bindings: Partial<Bindings> = {}) => {
  const context = createExecutionContext();
  const request = new Request(`https://sluice.example${path}`, { method: 'POST', ...init });
  const response = await app.fetch(request, { ...env, EVENTS: fakeQueue().queue, ...bindings }, context);
  await waitOnExecutionContext(context);
  return response;
};

const hook = (ids: readonly string[], secret = 'hunter22'): RequestInit => ({
  headers: { 'Content-Type': 'application/json', Authorization: secret, 'X-Trace': 'abc' },
  body: JSON.stringify({
    eventType: 'com.okta.event_hook',
    data: {
      events: ids.map((uuid) => ({
        uuid,
        published: '2026-02-03T09:15:04.120Z',
        eventType: 'user.lifecycle.deactivate',
        target: [{ id: '00uUSER0042', type: 'User', alternateId: 'lee@acme.example' }],
      })),
    },
  }),
});

const kept = async (source: string) =>
  (await env.DB.prepare('SELECT * FROM events WHERE source = ?1 ORDER BY source_id').bind(source).all())
    .results;

const refused = async (source: string) =>
  (await refusalsOf(env.DB, source, 0)).map(({ reason, count }) => [reason, count]);

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
afterEach(() => void vi.restoreAllMocks());

describe('POST /events/<source>', () => {
  it('keeps what Okta sends, each event as it was written, and answers as Okta wants it', async () => {
    await install('okta-prod');

    const response = await post('/events/okta-prod', hook(['e1', 'e2']));

    expect([response.status, await response.text()]).toEqual([200, '']);
    const rows = await kept('okta-prod');
    expect(rows).toMatchObject([
      {
        source_id: 'e1',
        type: 'user.lifecycle.deactivate',
        subject: 'lee@acme.example',
        time: Date.parse('2026-02-03T09:15:04.120Z'),
      },
      { source_id: 'e2' },
    ]);
    expect(JSON.parse(String(rows[0]?.['raw']))).toMatchObject({ uuid: 'e1' });
    expect(JSON.parse(String(rows[0]?.['headers']))).toMatchObject({ 'x-trace': 'abc' });
    expect(rows[0]?.['headers']).not.toContain('hunter22');
  });

  it('knows an event that comes again, and thanks for it as before', async () => {
    await install('again');
    await post('/events/again', hook(['e1', 'e2']));

    expect((await post('/events/again', hook(['e2', 'e3']))).status).toBe(200);
    expect(await kept('again')).toHaveLength(3);
  });

  it('takes either of two secrets, and no third one', async () => {
    await install('rotating', { secrets: ['old one', 'new one'] });

    expect((await post('/events/rotating', hook(['e1'], 'old one'))).status).toBe(200);
    expect((await post('/events/rotating', hook(['e2'], 'new one'))).status).toBe(200);
    expect((await post('/events/rotating', hook(['e3'], 'older'))).status).toBe(401);
    expect(await kept('rotating')).toHaveLength(2);
  });

  it('keeps the events of a paused source', async () => {
    await install('paused');
    await pauseSource(env.DB, 'paused', null, { by: 'test', now: Date.now() });

    expect((await post('/events/paused', hook(['e1']))).status).toBe(200);
    expect(await kept('paused')).toHaveLength(1);
  });

  it('keeps a bad event of a batch as invalid, and the others as they are', async () => {
    await install('mixed');
    const body = { data: { events: [{ uuid: 'good', eventType: 't' }, 42, { uuid: 'typeless' }] } };

    const response = await post('/events/mixed', { ...hook([]), body: JSON.stringify(body) });

    expect(response.status).toBe(200);
    const verdicts = (await kept('mixed')).map(({ source_id, verdicts }) => [source_id, verdicts]);
    expect(verdicts).toHaveLength(3);
    expect(verdicts).toContainEqual(['good', null]);
    expect(verdicts.filter(([, verdict]) => String(verdict).includes('"invalid"'))).toHaveLength(2);
  });

  it('answers a handshake without keeping anything', async () => {
    await install('shaking');

    const response = await post('/events/shaking', {
      method: 'GET',
      headers: { 'X-Okta-Verification-Challenge': 'hello' },
    });

    expect(await response.json()).toEqual({ verification: 'hello' });
    expect(await kept('shaking')).toEqual([]);
  });

  it('lets a sender ask first with whatever method it asks', async () => {
    await install('azure', { kind: 'cloudevents', settings: { auth: { scheme: 'bearer' } } });

    const response = await post('/events/azure', {
      method: 'OPTIONS',
      headers: { 'WebHook-Request-Origin': 'eventgrid.azure.net' },
    });

    expect(response.status).toBe(200);
    expect(response.headers.get('WebHook-Allowed-Origin')).toBe('eventgrid.azure.net');
    expect(await kept('azure')).toEqual([]);
  });

  it('finds id and type by the expressions of the settings', async () => {
    const settings = {
      auth: { scheme: 'header', header: 'X-Door' },
      id: 'meta.number',
      type: "'order.' & kind",
    };
    await install('shop', { kind: 'generic', settings });
    const body = JSON.stringify({ kind: 'paid', meta: { number: 'A-17' } });

    const headers = { 'Content-Type': 'application/json', 'X-Door': 'hunter22' };
    expect((await post('/events/shop', { headers, body })).status).toBeLessThan(300);

    expect(await kept('shop')).toMatchObject([{ source_id: 'A-17', type: 'order.paid' }]);
  });

  it('passes over settings that are not the kind’s own', async () => {
    await install('with-more', { settings: { header: 'X-Door', ownActors: ['00T1'] } });
    const init = hook(['e1']);

    const headers = { 'Content-Type': 'application/json', 'X-Door': 'hunter22' };
    expect((await post('/events/with-more', { ...init, headers })).status).toBe(200);
  });
});

describe('T2: what is not genuine', () => {
  it('is neither kept nor sent, and a flood of it costs one write', async () => {
    await install('flooded');
    const { queue, batches } = fakeQueue();
    const prepare = vi.spyOn(env.DB, 'prepare');

    const answers = [];
    for (let number = 0; number < 50; number++) {
      answers.push(
        (await post('/events/flooded', hook([`e${number}`], 'a guess'), { EVENTS: queue })).status,
      );
    }

    expect(new Set(answers)).toEqual(new Set([401]));
    expect(await kept('flooded')).toEqual([]);
    expect(batches).toEqual([]);
    expect(prepare.mock.calls.filter(([sql]) => sql.includes('INSERT'))).toHaveLength(1);
    expect(await refused('flooded')).toEqual([['bad_signature', 1]]);
  });

  it('is not let in by an empty secret, nor by none', async () => {
    await install('empty', { secrets: [''] });
    await install('bare', { secrets: [] });

    const answers = [await post('/events/empty', hook(['e1'], '')), await post('/events/bare', hook(['e1']))];

    expect(answers.every(({ status }) => status >= 400)).toBe(true);
    expect([...(await kept('empty')), ...(await kept('bare'))]).toEqual([]);
  });
});

describe('a post that cannot be taken', () => {
  it.each([
    ['no JSON', 'not json'],
    ['cut off', '{"data":{"events":[{"uuid":"e1"'],
    ['no UTF-8', new Uint8Array([0xff, 0xfe, 0x7b])],
  ])('because it is %s is refused with 400, and counted', async (what, body) => {
    const source = `bad-${what.replaceAll(' ', '-').toLowerCase()}`;
    await install(source);

    expect((await post(`/events/${source}`, { ...hook([]), body })).status).toBe(400);
    expect(await refused(source)).toEqual([['malformed', 1]]);
    expect(await kept(source)).toEqual([]);
  });

  it('because it has 10 MB is refused with 413, and counted', async () => {
    await install('huge');

    const response = await post('/events/huge', { ...hook([]), body: 'x'.repeat(10_000_000) });

    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'too_large' });
    expect(await refused('huge')).toEqual([['too_large', 1]]);
  });

  it('because it streams more than 1 MB and does not say so is refused with 413', async () => {
    await install('stream');
    const chunk = new TextEncoder().encode('x'.repeat(100_000));
    const body = new ReadableStream({
      start: (stream) => {
        for (let at = 0; at < 11; at++) stream.enqueue(chunk);
        stream.close();
      },
    });

    expect((await post('/events/stream', { ...hook([]), body })).status).toBe(413);
  });

  it('because it ends before its end is asked for again with 503, and counted', async () => {
    await install('cut');
    const body = new ReadableStream({
      pull: (stream) => stream.error(new Error('Network connection lost.')),
    });

    const response = await post('/events/cut', { ...hook([]), body });

    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, '5']);
    expect(await refused('cut')).toEqual([['cut_off', 1]]);
    expect(await kept('cut')).toEqual([]);
  });

  it('because it brings 10,000 events is refused with 413, and none of them is kept', async () => {
    await install('crowd');
    const events = Array.from({ length: 10_000 }, (_, at) => ({ uuid: `e${at}`, eventType: 't' }));

    const body = JSON.stringify({ data: { events } });
    const response = await post('/events/crowd', { ...hook([]), body });

    expect(response.status).toBe(413);
    expect(await refused('crowd')).toEqual([['too_many', 1]]);
    expect(await kept('crowd')).toEqual([]);
  });

  it.each(['nobody', 'No%20Name', 'x'.repeat(300)])(
    'because there is no source %s gets 404',
    async (name) => {
      expect((await post(`/events/${name}`, hook(['e1']))).status).toBe(404);
    },
  );
});

describe('T3: while events cannot be kept', () => {
  it('in D1 the queue carries them, and the sender is thanked', async () => {
    await install('carried');
    await post('/events/carried', hook(['before']));
    const queue = fakeQueue();

    // The source is known from before; D1 goes away between two posts.
    vi.spyOn(env.DB, 'batch').mockRejectedValue(new Error('Network connection lost.'));
    const response = await post('/events/carried', hook(['e1']), { EVENTS: queue.queue });

    expect(response.status).toBe(200);
    expect(queue.messages()).toMatchObject([
      { source: 'carried', events: [{ sourceId: 'e1' }], headers: { 'x-trace': 'abc' } },
    ]);
  });

  it('anywhere, the sender is asked to come again, and never told that it was wrong', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await install('nowhere');
    await post('/events/nowhere', hook(['before']));

    vi.spyOn(env.DB, 'batch').mockRejectedValue(new Error('Network connection lost.'));
    const response = await post('/events/nowhere', hook(['e1']), { EVENTS: fakeQueue(0).queue });

    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('5');
  });

  it('because nobody knows the source, it is the same', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);

    const response = await post('/events/unread', hook(['e1']), { DB: lost() });

    expect(response.status).toBe(503);
    expect(response.headers.get('Retry-After')).toBe('5');
  });

  it('because the secret does not open, it is the same', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await install('sealed');
    const SLUICE_KEYS = `k2:${btoa('p'.repeat(32))}`;

    expect((await post('/events/sealed', hook(['e1']), { SLUICE_KEYS })).status).toBe(503);
  });
});
