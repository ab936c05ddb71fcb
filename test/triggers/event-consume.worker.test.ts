import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { publish, setUp } from './doorway.ts';
import {
  bring,
  byIds,
  keep,
  refusing,
  rowOfEvent,
  storedEvent,
  verdictOf,
  whole,
  withFakeLanes,
} from './event-delivery.ts';

beforeAll(async () => {
  await setUp();
  await publish({
    one: 'trigger: { kind: event, source: one }\nsteps: [{ return: { id: "${{ event.id }}" } }]',
  });
});
afterEach(() => void vi.restoreAllMocks());

describe('a consumer', () => {
  it('T1: that dies between the runs and the verdicts starts nothing twice', async () => {
    const { bindings, lanes } = withFakeLanes();
    const events = ['d1', 'd2', 'd3'].map((id) => storedEvent('one', id));
    await keep(...events);
    const dying = { ...bindings, DB: refusing((sql) => sql.includes('UPDATE events')) };
    const log = vi.spyOn(console, 'error').mockReturnValue();

    expect(await bring([whole(events)], { bindings: dying })).toEqual([15]);
    const started = lanes.allRuns().toSorted();
    expect(await bring([whole(events)], { bindings, attempts: 2 })).toEqual(['ack']);

    expect(log).toHaveBeenCalled();
    expect(started).toHaveLength(3);
    expect(lanes.allRuns().toSorted()).toEqual(started);
    const runs = await Promise.all(events.map(async (event) => (await verdictOf(event, 'one'))?.run));
    expect(new Set(runs)).toEqual(new Set(started));
  });

  it('T3: waits longer and longer while D1 is silent, and longer than a hundred tries last', async () => {
    const event = storedEvent('one', 'waits');
    const { bindings } = withFakeLanes({ DB: refusing(() => true) });
    vi.spyOn(console, 'error').mockReturnValue();

    const delays = await Promise.all(
      Array.from({ length: 100 }, async (_, at) => {
        const [delay] = await bring([whole([event], {})], { bindings, attempts: at + 1 });
        return Number(delay);
      }),
    );

    expect(delays.slice(0, 10)).toEqual([15, 30, 60, 120, 240, 480, 960, 1_920, 3_600, 3_600]);
    expect(delays.reduce((sum, delay) => sum + delay, 0)).toBeGreaterThan(3.5 * 86_400);
  });

  it('T3: writes an event down that only the message had', async () => {
    const event = storedEvent('one', 'carried');

    expect(await bring([whole([event], { 'x-from': 'okta' })])).toEqual(['ack']);

    const row = await env.DB.prepare('SELECT headers, raw FROM events WHERE id = ?1').bind(event.id).first();
    expect(row).toEqual({ headers: '{"x-from":"okta"}', raw: event.raw });
    expect(await verdictOf(event, 'one')).toMatchObject({ verdict: 'started' });
  });

  it('holds up no message because of another one', async () => {
    const good = storedEvent('one', 'good');
    const stuck = storedEvent('one', 'stuck');
    await keep(good, stuck);
    const { bindings } = withFakeLanes({
      DB: refusing((sql) => sql.includes('octet_length') || sql.startsWith('select')),
    });
    vi.spyOn(console, 'error').mockReturnValue();

    // Whole events are not read back, so only the message with ids meets the database that does not answer.
    expect(await bring([byIds([stuck]), whole([good])], { bindings })).toEqual([15, 'ack']);
    expect(await verdictOf(good, 'one')).toMatchObject({ verdict: 'started' });
  });

  it('leaves an event open that no lane takes, says so, and lets the tick have it after three tries', async () => {
    const event = storedEvent('one', 'laneless');
    await keep(event);
    const { bindings, lanes } = withFakeLanes();
    const busy = () => {
      for (const method of ['start', 'startMany', 'claim']) {
        lanes.faults.set(
          method,
          Array.from({ length: 20 }, () => 'overloaded_object' as const),
        );
      }
    };

    busy();
    expect(await bring([whole([event])], { bindings })).toEqual([2]);
    expect(await rowOfEvent(event.id)).toMatchObject({
      closed: false,
      verdicts: { one: { verdict: 'error' } },
    });
    busy();
    expect(await bring([whole([event])], { bindings, attempts: 4 })).toEqual(['ack']);
    expect(await rowOfEvent(event.id)).toMatchObject({ closed: false });

    lanes.faults.clear();
    expect(await bring([byIds([event])], { bindings })).toEqual(['ack']);
    expect(await rowOfEvent(event.id)).toMatchObject({
      closed: true,
      verdicts: { one: { verdict: 'started' } },
    });
  });

  it('keeps what it cannot read, and delivers the rest', async () => {
    const event = storedEvent('one', 'beside');
    await keep(event);

    const outcomes = await bring([
      '{',
      { v: 1, kind: 'songs' },
      whole([event]),
      JSON.stringify(whole([event])),
    ]);

    expect(outcomes).toEqual(['ack', 'ack', 'ack', 'ack']);
    expect(await verdictOf(event, 'one')).toMatchObject({ verdict: 'started' });
    const { results } = await env.DB.prepare('SELECT body FROM dead_letters ORDER BY body').all();
    expect(results).toEqual([{ body: '"{"' }, { body: '{"v":1,"kind":"songs"}' }]);
  });

  it('writes one row an event, and reads no others', async () => {
    const events = Array.from({ length: 50 }, (_, at) => storedEvent('one', `rows-${at}`));
    await keep(...Array.from({ length: 500 }, (_, at) => storedEvent('elsewhere', `rows-${at}`)));
    await keep(...events);
    const costs: { read: number; written: number }[] = [];
    const DB = new Proxy(env.DB, {
      get: (target, name) => {
        if (name !== 'batch') return Reflect.get(target, name).bind(target);
        return async (statements: D1PreparedStatement[]) => {
          const results = await target.batch(statements);
          for (const { meta } of results) costs.push({ read: meta.rows_read, written: meta.rows_written });
          return results;
        };
      },
    });

    await bring([whole(events)], { bindings: { ...env, DB } });

    expect(costs).toHaveLength(1);
    expect(costs[0]?.written).toBe(50);
    expect(costs[0]?.read).toBeLessThan(200);
  });

  it('T1, T4: starts exactly one run an event and flow of 1,000 events, a fifth of them twice and in any order', async () => {
    const { bindings, lanes } = withFakeLanes();
    const events = Array.from({ length: 1_000 }, (_, at) => storedEvent('one', `many-${at}`));
    for (let at = 0; at < 1_000; at += 100) await keep(...events.slice(at, at + 100));
    const posts = [...events, ...events.slice(0, 200)]
      .map((event, at) => ({ event, at: (at * 7_919) % 1_201 }))
      .toSorted((one, other) => one.at - other.at)
      .map(({ event }) => event);

    for (let at = 0; at < posts.length; at += 60) {
      const messages = [0, 20, 40].map((more) => whole(posts.slice(at + more, at + more + 20)));
      expect(await bring(messages, { bindings })).toEqual(['ack', 'ack', 'ack']);
    }

    expect(lanes.allRuns()).toHaveLength(1_000);
    const open = await env.DB.prepare(
      `SELECT count(*) AS rows, count(DISTINCT verdicts ->> '$.one.run') AS runs FROM events
       WHERE source_id LIKE 'many-%' AND closed_at IS NOT NULL AND verdicts ->> '$.one.verdict' = 'started'`,
    ).first();
    expect(open).toEqual({ rows: 1_000, runs: 1_000 });
  });
});
