import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { deliverTicks } from '../../src/triggers/schedule/deliver-ticks.ts';
import { tickSchedules } from '../../src/triggers/schedule/tick-schedules.ts';
import { withQueue } from '../triggers/schedule/clockwork.ts';
import { call, get, migrate, putFlow, read, refusal } from './client.ts';

beforeAll(migrate);

const MINUTE = 60_000;
const EVERY_MINUTE = `title: Each minute
trigger: { kind: schedule, cron: "* * * * *", timezone: Europe/Berlin, missed: all }
steps: [{ return: { at: "\${{ schedule.at }}" } }]
`;

const Tick = z.looseObject({
  at: z.string(),
  outcome: z.string(),
  run: z.string().nullable(),
  latenessMs: z.number(),
});
const Schedule = z.looseObject({
  flow: z.string(),
  status: z.string(),
  schedule: z.string(),
  note: z.string().nullable(),
  overdue: z.boolean(),
});
const Line = Schedule.extend({ last: Tick.nullable(), next: z.looseObject({ at: z.string() }).nullable() });
const Detail = Schedule.extend({ last: z.array(Tick), next: z.array(z.looseObject({ at: z.string() })) });
const Ticks = z.looseObject({ items: z.array(Tick), next: z.string().nullable() });
const Filled = z.looseObject({
  id: z.string().nullable(),
  ticks: z.array(z.looseObject({ at: z.string(), version: z.number(), before: z.string().nullable() })),
});

/** Lets the clock of a schedule go on so many minutes, and its due ticks start their runs. */
const pass = async (minutes: number): Promise<number> => {
  const queue = withQueue();
  const now = Date.now() + minutes * MINUTE;
  await tickSchedules(queue.env, now);
  for (const message of queue.messages) await deliverTicks(queue.env, message, now);
  return now;
};

/** Moves a flow back in time, as if it had been saved so long ago. */
const age = async (flow: string, minutes: number): Promise<void> => {
  const ms = minutes * MINUTE;
  await env.DB.batch([
    env.DB.prepare('UPDATE flow_versions SET created_at = created_at - ?2 WHERE flow = ?1').bind(flow, ms),
    env.DB.prepare(
      'UPDATE schedules SET through = through - ?2, next_at = next_at - ?2 WHERE flow = ?1',
    ).bind(flow, ms),
  ]);
};

const path = (flow: string, rest = ''): string => `/api/v1/schedules/${encodeURIComponent(flow)}${rest}`;

describe('a schedule', () => {
  it('is listed with what it does, its last tick and its next', async () => {
    await putFlow('ops/listed', EVERY_MINUTE);
    await age('ops/listed', 5);
    await pass(0);

    const { items } = await read(await get('/api/v1/schedules'), z.looseObject({ items: z.array(Line) }));

    const line = items.find(({ flow }) => flow === 'ops/listed');
    expect(line).toMatchObject({
      status: 'active',
      overdue: false,
      schedule: expect.stringContaining('minute'),
    });
    expect(line?.last?.outcome).toBe('started');
    expect(Date.parse(line?.next?.at ?? '')).toBeGreaterThan(Date.now());
  });

  it('shows its last and next ten ticks, and its ledger page by page', async () => {
    await putFlow('paged', EVERY_MINUTE);
    await age('paged', 30);
    await pass(0);

    const detail = await read(await get(path('paged')), Detail);
    const first = await read(await get(path('paged', '/ticks?limit=20')), Ticks);
    const second = await read(await get(path('paged', `/ticks?limit=20&cursor=${first.next}`)), Ticks);

    expect([detail.last.length, detail.next.length]).toEqual([10, 10]);
    const all = [...first.items, ...second.items].map(({ at }) => at);
    expect(all).toHaveLength(30);
    expect(all).toEqual([...new Set(all)].toSorted().toReversed());
    expect(second.next).toBeNull();
  });

  it('starts runs that can be looked at', async () => {
    await putFlow('looked', EVERY_MINUTE);
    await age('looked', 1);
    await pass(0);

    const [tick] = (await read(await get(path('looked', '/ticks')), Ticks)).items;
    const run = await read(
      await get(`/api/v1/runs/${tick?.run}`),
      z.looseObject({ trigger: z.string(), origin: z.unknown() }),
    );

    expect(run.trigger).toBe('schedule');
    expect(run.origin).toMatchObject({ schedule: { at: tick?.at } });
  });

  it('is paused with a note, and resumed', async () => {
    await putFlow('halted', EVERY_MINUTE);

    const paused = await read(
      await call('POST', path('halted', '/pause'), { body: { note: 'moving' } }),
      Detail,
    );
    const resumed = await read(await call('POST', path('halted', '/resume'), { body: {} }), Detail);

    expect([paused.status, paused.note]).toEqual(['paused', 'moving']);
    expect([resumed.status, resumed.note]).toEqual(['active', null]);
  });

  it('is run at once, once for a key', async () => {
    await putFlow('now', EVERY_MINUTE);
    const headers = { 'Idempotency-Key': 'once' };
    const Started = z.looseObject({ id: z.string(), flow: z.string() });

    const first = await call('POST', path('now', '/run'), { body: {}, headers });
    const second = await call('POST', path('now', '/run'), { body: {}, headers });

    expect(first.status).toBe(202);
    expect((await read(first, Started)).id).toBe((await read(second, Started)).id);
  });

  it('is not there for other triggers, and for archived flows', async () => {
    await putFlow('by-hand', 'trigger: { kind: manual }\nsteps: [{ return: {} }]\n');
    await putFlow('archived', EVERY_MINUTE);
    await call('DELETE', '/api/v1/flows/archived');

    for (const flow of ['by-hand', 'archived', 'nobody']) {
      expect((await refusal(await get(path(flow)))).code).toBe('not_found');
    }
  });
});

describe('a backfill', () => {
  const minutesAgo = (minutes: number): string => new Date(Date.now() - minutes * MINUTE).toISOString();

  it('shows what it would start, and starts it when it is told to', async () => {
    await putFlow('filled', EVERY_MINUTE);
    await age('filled', 20);
    await call('POST', path('filled', '/pause'), { body: {} });
    await pass(0);
    const span = { from: minutesAgo(10), to: minutesAgo(5) };

    const shown = await read(
      await call('POST', path('filled', '/backfill'), { body: { ...span, dry: true } }),
      Filled,
    );
    const started = await read(await call('POST', path('filled', '/backfill'), { body: span }), Filled);

    expect(shown.id).toBeNull();
    expect(shown.ticks.map(({ before }) => before)).toEqual(started.ticks.map(() => 'paused'));
    const lines = await read(await get(path('filled', `/ticks?backfill=${started.id}`)), Ticks);
    expect(lines.items.map(({ at }) => at).toReversed()).toEqual(started.ticks.map(({ at }) => at));
  });

  it('leaves out times that have had their run, unless it is to run them again', async () => {
    await putFlow('had', EVERY_MINUTE);
    await age('had', 20);
    await pass(0);
    const body = { from: minutesAgo(10), dry: true };

    const filled = await read(await call('POST', path('had', '/backfill'), { body }), Filled);
    const again = await read(
      await call('POST', path('had', '/backfill'), { body: { ...body, again: true } }),
      Filled,
    );

    expect(filled.ticks).toEqual([]);
    expect(again.ticks.length).toBeGreaterThan(8);
  });

  it('uses the version that was in force at each time, unless it is told otherwise', async () => {
    await putFlow('changed', EVERY_MINUTE.replace('* * * * *', '*/2 * * * *'));
    await age('changed', 40);
    await putFlow('changed', EVERY_MINUTE);
    await env.DB.prepare('UPDATE flow_versions SET created_at = ?1 WHERE flow = ?2 AND version = 2')
      .bind(Date.now() - 10 * MINUTE, 'changed')
      .run();
    const body = { from: minutesAgo(30), to: minutesAgo(0), dry: true };

    const then = await read(await call('POST', path('changed', '/backfill'), { body }), Filled);
    const newest = await read(
      await call('POST', path('changed', '/backfill'), { body: { ...body, version: 'newest' } }),
      Filled,
    );

    const count = (version: number): number => then.ticks.filter((tick) => tick.version === version).length;
    expect([count(1), count(2)]).toEqual([10, 10]);
    expect(new Set(newest.ticks.map(({ version }) => version))).toEqual(new Set([2]));
    expect(newest.ticks).toHaveLength(30);
  });

  it.each([
    [{ from: '2020-01-01', to: '2020-06-01', version: 'newest' }, 'more than 1000 times'],
    [{ from: '2020-01-01', to: '2090-06-01' }, 'has not passed'],
    [{ from: '2020-06-01', to: '2020-01-01' }, 'before it begins'],
    [{ from: 'yesterday' }, 'does not fit'],
  ])('of %j is refused', async (body, detail) => {
    await putFlow('refused', EVERY_MINUTE);

    const refused = await refusal(await call('POST', path('refused', '/backfill'), { body }));

    expect([refused.code, refused.detail]).toEqual(['invalid_input', expect.stringContaining(detail)]);
  });
});

describe('/health', () => {
  it('says what is wrong, without names and without asking who is there', async () => {
    await putFlow('secret-name', EVERY_MINUTE);
    await age('secret-name', 60);

    const answer = await get('/health', { token: null });

    const text = await answer.text();
    expect(answer.status).toBe(200);
    expect(text).not.toContain('secret-name');
    expect(JSON.parse(text)).toMatchObject({ status: 'degraded', faults: [{ code: 'schedules_overdue' }] });
  });
});
