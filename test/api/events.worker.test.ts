import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { acceptEvents } from '../../src/triggers/event/accept.ts';
import { call, get, migrate, putFlow, read, refusal } from './client.ts';

const DAY = 86_400_000;
const now = Date.now();

const flow = (where: string, steps = '- return: { who: "${{ event.subject }}" }'): string => `
trigger:
  kind: event
  source: okta
  types: [user.*]
  where: \${{ ${where} }}
steps:
  ${steps}
`;

const found = (number: number, type: string) => ({
  id: `uuid-${number}`,
  type,
  subject: `user${number}@example.com`,
  time: now - number,
  raw: JSON.stringify({ number, secretless: true }),
});

/** Nobody is there to deliver: what becomes of the events is said by the tests. */
const quiet = { DB: env.DB, EVENTS: { sendBatch: async () => undefined } } as unknown as typeof env;

beforeAll(async () => {
  await migrate();
  await putFlow('alert', flow('event.data.number > 1'));
  await putFlow('audit', flow('true'));
  const headers = { 'user-agent': 'Okta Hooks' };
  const okta = [1, 2, 3].map((number) => found(number, 'user.session.start'));
  await acceptEvents(quiet, { source: 'okta', events: okta, headers, now: now - DAY });
  const late = [
    found(4, 'group.lifecycle.create'),
    { ...found(5, 'invalid'), raw: 'no json', fault: 'It is no JSON.' },
  ];
  await acceptEvents(quiet, { source: 'okta', events: late, headers, now });
  await acceptEvents(quiet, { source: 'github', events: [found(6, 'push')], headers, now });
});

const Line = z.looseObject({
  id: z.string(),
  sourceId: z.string(),
  closedAt: z.string().nullable(),
  verdicts: z.array(
    z.looseObject({
      flow: z.string().nullable(),
      verdict: z.string(),
      run: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});
const Page = z.looseObject({ items: z.array(Line), next: z.string().nullable() });

const list = async (query = '') => read(await get(`/api/v1/events${query}`), Page);
const idOf = async (number: number): Promise<string> =>
  (await list()).items.find(({ sourceId }) => sourceId === `uuid-${number}`)?.id ?? '';

describe('the list of events', () => {
  it('is newest first, page by page', async () => {
    const first = await list('?limit=4');
    const second = await list(`?limit=4&cursor=${first.next}`);

    const ids = [...first.items, ...second.items].map(({ id }) => id);
    expect([first.items.length, second.items.length, second.next]).toEqual([4, 2, null]);
    expect(ids).toEqual(ids.toSorted().toReversed());
  });

  it.each([
    ['?source=github', ['uuid-6']],
    ['?type=group.*&type=push', ['uuid-6', 'uuid-4']],
    ['?subject=user2@example.com', ['uuid-2']],
    ['?verdict=invalid', ['uuid-5']],
    [`?to=${new Date(now - 1_000).toISOString()}&type=user.*`, ['uuid-1', 'uuid-2', 'uuid-3']],
    [`?from=${new Date(now - 1_000).toISOString()}&source=okta`, ['uuid-4', 'uuid-5']],
  ])('is filtered by %s', async (query, ids) => {
    const { items } = await list(query);

    expect(items.map(({ sourceId }) => sourceId).toSorted()).toEqual(ids.toSorted());
  });

  it('takes twenty types, and no more', async () => {
    const types = (count: number): string =>
      `?${'type=user.*&'.repeat(count)}verdict=${'error&verdict='.repeat(19)}loop`;

    expect((await list(types(20))).items).toEqual([]);
    expect((await refusal(await get(`/api/v1/events${types(21)}`))).code).toBe('invalid_input');
  });

  it('refuses a verdict that is none, and the cursor of another list', async () => {
    expect((await refusal(await get('/api/v1/events?verdict=lost'))).code).toBe('invalid_input');
    expect((await refusal(await get('/api/v1/events?cursor=cnVucyBydW5fMQ'))).code).toBe('bad_cursor');
  });
});

describe('one event', () => {
  it('has what was sent, byte for byte, and the headers of its post', async () => {
    const event = await read(await get(`/api/v1/events/${await idOf(2)}`), z.looseObject({}));

    expect(event).toMatchObject({
      source: 'okta',
      raw: '{"number":2,"secretless":true}',
      data: { number: 2 },
      headers: { 'user-agent': 'Okta Hooks' },
    });
  });

  it('that nobody can read says why', async () => {
    const event = await read(await get(`/api/v1/events/${await idOf(5)}`), Line);

    expect(event).toMatchObject({
      raw: 'no json',
      data: null,
      verdicts: [{ flow: null, verdict: 'invalid', reason: 'It is no JSON.' }],
    });
  });

  it('is not found when there is none', async () => {
    expect((await refusal(await get('/api/v1/events/evt_0'))).code).toBe('not_found');
  });
});

const Replayed = z.looseObject({
  replay: z.string(),
  verdicts: z.array(
    z.looseObject({ flow: z.string().nullable(), verdict: z.string(), run: z.string().nullable() }),
  ),
});
const replayOne = async (id: string, body: object = {}) =>
  read(await call('POST', `/api/v1/events/${id}/replay`, { body }), Replayed);

describe('a replay', () => {
  it('starts new runs of one event, which say what they replay', async () => {
    const id = await idOf(2);

    const { replay, verdicts } = await replayOne(id);

    expect(verdicts.map(({ flow, verdict }) => [flow, verdict])).toEqual([
      ['alert', 'started'],
      ['audit', 'started'],
    ]);
    const run = await read(
      await get(`/api/v1/runs/${verdicts[0]?.run}`),
      z.looseObject({ origin: z.looseObject({ event: z.looseObject({}) }) }),
    );
    expect(run.origin.event).toMatchObject({ replay: { id: replay, of: id }, subject: 'user2@example.com' });
  });

  it('is of one flow where one is named, and says why it starts nothing', async () => {
    const { verdicts } = await replayOne(await idOf(1), { flow: 'alert' });

    expect(verdicts).toMatchObject([{ flow: 'alert', verdict: 'filtered' }]);
  });

  it('a second time starts other runs, and the event shows them all', async () => {
    const id = await idOf(3);
    const first = await replayOne(id, { flow: 'audit' });
    const second = await replayOne(id, { flow: 'audit' });

    const { verdicts } = await read(await get(`/api/v1/events/${id}`), Line);

    expect(verdicts.map(({ flow, run }) => [flow, run])).toEqual([
      ['audit', first.verdicts[0]?.run],
      ['audit', second.verdicts[0]?.run],
    ]);
    const listed = await list('?flow=audit&verdict=started');
    expect(listed.items.map((item) => item.id)).toContain(id);
  });

  it('of no event and for no flow is not found', async () => {
    const body = {};
    expect(
      (await call('POST', '/api/v1/events/evt_00000000000000000000000000/replay', { body })).status,
    ).toBe(404);
    expect(
      (await call('POST', `/api/v1/events/${await idOf(1)}/replay`, { body: { flow: 'no' } })).status,
    ).toBe(404);
  });
});

const Bulk = z.looseObject({
  replay: z.string().nullable(),
  events: z.number(),
  started: z.number(),
  items: z.array(z.looseObject({ event: z.string(), verdicts: Line.shape.verdicts })),
  next: z.string().nullable(),
});
const replayMany = async (body: object) => read(await call('POST', '/api/v1/events/replay', { body }), Bulk);

describe('a replay of many', () => {
  it('counts first what it would replay', async () => {
    const counted = await replayMany({ filter: { source: 'okta', type: 'user.*' }, dry: true });

    expect(counted).toMatchObject({ replay: null, events: 3, started: 0, next: null });
  });

  it('starts a run for each event and flow that wants it, the oldest event first', async () => {
    const done = await replayMany({ filter: { source: 'okta' }, flow: 'alert' });

    expect(done).toMatchObject({ events: 5, started: 2, next: null });
    const ids = done.items.map(({ event }) => event);
    expect(ids).toEqual(ids.toSorted());
  });

  it('goes on with the same replay, and starts nothing twice', async () => {
    const filter = { subject: 'user3@example.com' };
    const first = await replayMany({ filter, flow: 'audit' });
    const again = await replayMany({ filter, flow: 'audit', replay: first.replay });

    expect([first.started, again.replay]).toEqual([1, first.replay]);
    expect(again.items[0]?.verdicts[0]?.run).toBe(first.items[0]?.verdicts[0]?.run);
  });

  it('takes 200 events a call, and each of them once', async () => {
    await putFlow('bulk', flow('true').replace('source: okta', 'source: bulk'));
    const events = Array.from({ length: 230 }, (_, number) => found(number, 'user.session.start'));
    await acceptEvents(quiet, { source: 'bulk', events, headers: {}, now: now - DAY });
    const filter = { source: 'bulk' };

    const first = await replayMany({ filter });
    const second = await replayMany({ filter, replay: first.replay, cursor: first.next });

    expect([first.events, first.started, second.events, second.started]).toEqual([200, 200, 30, 30]);
    expect(second.next).toBeNull();
    const runs = [...first.items, ...second.items].map((item) => item.verdicts[0]?.run);
    expect(new Set(runs).size).toBe(230);
  });

  it('wants to know which', async () => {
    const { code, errors } = await refusal(
      await call('POST', '/api/v1/events/replay', { body: { filter: {} } }),
    );

    expect(code).toBe('invalid_input');
    expect(errors?.[0]).toMatchObject({ path: 'filter' });
  });

  it('is for who has events:replay', async () => {
    const { token } = await read(
      await call('POST', '/api/v1/tokens', { body: { name: 'op', role: 'operator' } }),
      z.looseObject({ token: z.string() }),
    );
    const body = { filter: { source: 'okta' }, dry: true };

    expect((await call('POST', '/api/v1/events/replay', { token, body })).status).toBe(403);
    expect((await get('/api/v1/events', { token })).status).toBe(200);
  });
});

const Tested = z.looseObject({
  source: z.string(),
  tested: z.number(),
  starts: z.number(),
  items: z.array(
    z.looseObject({
      subject: z.string().nullable(),
      verdict: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});
const test = (body: object) => call('POST', '/api/v1/events/test', { body });

describe('a flow text that is tried', () => {
  it('says of each of the last events whether it would start it, and if not, why', async () => {
    const tested = await read(await test({ text: flow('event.data.number > 2') }), Tested);

    expect(tested).toMatchObject({ source: 'okta', tested: 5, starts: 1 });
    expect(Object.fromEntries(tested.items.map(({ subject, verdict }) => [subject, verdict]))).toEqual({
      'user1@example.com': 'filtered',
      'user2@example.com': 'filtered',
      'user3@example.com': null,
      'user4@example.com': 'not_matched',
      'user5@example.com': 'invalid',
    });
    expect(tested.items.find(({ verdict }) => verdict === 'not_matched')?.reason).toContain('user.*');
  });

  it('says where its filter fails', async () => {
    const tested = await read(await test({ text: flow('event.data.number') }), Tested);

    const errors = tested.items.filter(({ verdict }) => verdict === 'error');
    expect(errors).toHaveLength(3);
    expect(errors[0]?.reason).toContain('trigger.where');
  });

  it('looks at so many of the last events', async () => {
    const tested = await read(await test({ text: flow('true'), limit: 2 }), Tested);

    expect(tested.tested).toBe(2);
  });

  it('is a flow, and one with an event trigger', async () => {
    expect((await refusal(await test({ text: 'trigger: {' }))).code).toBe('invalid_flow');
    const manual = 'trigger: { kind: manual }\nsteps: []\n';
    expect((await refusal(await test({ text: manual }))).code).toMatch(/^invalid_/);
  });

  it('starts and saves nothing', async () => {
    const count = () => env.DB.prepare('SELECT count(*) AS rows FROM flow_versions').first('rows');
    const before = await count();

    await test({ text: flow('true') });

    expect(await count()).toBe(before);
  });
});
