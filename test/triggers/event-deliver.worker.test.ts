import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { listFlows, setStatus } from '../../src/storage/flows.ts';
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

const flow = (source: string, more = '') =>
  `trigger: { kind: event, source: ${source}${more} }\nsteps: [{ return: { id: "\${{ event.id }}" } }]`;

beforeAll(async () => {
  await setUp();
  await publish({
    wants: flow('many', ', types: [user.*]'),
    filters: flow('many', ', where: "${{ event.data.uuid = \'e2\' }}"'),
    groups: flow('many', ', types: [group.*]'),
    breaks: flow('many', ', where: "${{ event.data.uuid + 1 = 2 }}"'),
    asleep: flow('many'),
    one: flow('one'),
    ours: flow('echoing'),
    meant: flow('echoing', ', selfCaused: true'),
  });
  await setStatus(env.DB, 'asleep', { status: 'disabled', at: Date.now() });
  expect(await listFlows(env.DB, { status: 'disabled' }, { limit: 9 })).toHaveLength(1);
});
afterEach(() => void vi.restoreAllMocks());

const addSource = (name: string, settings: object, pausedAt: number | null = null) =>
  env.DB.prepare(
    `INSERT INTO sources (name, kind, status, settings, sealed, created_at, updated_at, paused_at, by)
     VALUES (?1, 'okta', ?2, ?3, '', 0, 0, ?4, 'test')`,
  )
    .bind(name, pausedAt === null ? 'active' : 'paused', JSON.stringify(settings), pausedAt)
    .run();

describe('an event that is delivered', () => {
  it('T4: ends in a verdict for every flow of its source, with the reason', async () => {
    const event = storedEvent('many', 'e1');
    await keep(event);

    expect(await bring([whole([event])])).toEqual(['ack']);

    expect(await rowOfEvent(event.id)).toMatchObject({
      closed: true,
      verdicts: {
        wants: { verdict: 'started', run: expect.stringMatching(/^run_/) },
        filters: { verdict: 'filtered' },
        groups: { verdict: 'not_matched', reason: 'Its type is none of: group.*' },
        breaks: { verdict: 'error', reason: expect.stringContaining('trigger.where') },
        asleep: { verdict: 'disabled' },
      },
    });
  });

  it('ends in a verdict although no flow listens to its source', async () => {
    const event = storedEvent('nobody', 'e1');
    await keep(event);

    await bring([whole([event])]);

    expect(await verdictOf(event, '')).toMatchObject({
      verdict: 'not_matched',
      reason: 'No flow listens to source nobody.',
    });
  });

  it('brings the run the event as it was sent', async () => {
    const { bindings, lanes } = withFakeLanes();
    const event = storedEvent('one', 'whole', { raw: '{ "uuid" : "whole" }', time: null });
    await keep(event);

    await bring([whole([event])], { bindings });

    const [lane] = [...lanes.objects.values()].filter(({ runs }) => runs.size > 0);
    const [run] = [...(lane?.runs.values() ?? [])];
    expect(JSON.parse(run?.request.created ?? '')).toMatchObject({
      trigger: 'event',
      caller: { kind: 'source', id: 'one' },
      event: {
        specversion: '1.0',
        id: 'whole',
        source: 'one',
        time: new Date(event.acceptedAt).toISOString(),
        data: { uuid: 'whole' },
        raw: '{ "uuid" : "whole" }',
      },
    });
  });

  it('T1: starts one run, however often it is brought and by whichever message', async () => {
    const event = storedEvent('one', 'again');
    const sameFromAnotherPost = storedEvent('one', 'again');
    await keep(event);

    await bring([whole([event]), whole([event]), byIds([event])]);
    await bring([whole([event])], { attempts: 2 });
    const before = await verdictOf(event, 'one');
    await bring([whole([event])]);
    await bring([whole([sameFromAnotherPost], { 'content-type': 'application/json' })]);

    expect(before).toMatchObject({ verdict: 'started' });
    expect((await verdictOf(event, 'one'))?.run).toBe(before?.run);
    expect(await rowOfEvent(sameFromAnotherPost.id)).toBeNull();
  });

  it('keeps `started` although its flow would not have it any more', async () => {
    const event = storedEvent('one', 'kept');
    await keep(event);
    await bring([whole([event])]);

    await setStatus(env.DB, 'one', { status: 'disabled', at: Date.now() });
    await new Promise((resolve) => setTimeout(resolve, 0));
    await bring([whole([event])], { now: Date.now() + 2_000 });
    await setStatus(env.DB, 'one', { status: 'enabled', at: Date.now() });
    const other = storedEvent('one', 'other');
    await keep(other);
    await bring([whole([other])], { now: Date.now() + 4_000 });

    expect(await verdictOf(event, 'one')).toMatchObject({ verdict: 'started' });
    expect(await verdictOf(other, 'one')).toMatchObject({ verdict: 'started' });
  });

  it('that we caused ourselves starts only flows that say so, and not without end', async () => {
    await addSource('echoing', { ownActors: ['00T1'] });
    const { bindings } = withFakeLanes();
    const events = Array.from({ length: 12 }, (_, at) => storedEvent('echoing', `s${at}`, { actor: '00T1' }));
    const theirs = storedEvent('echoing', 'theirs', { actor: '00T2' });
    await keep(...events, theirs);

    await bring([whole([...events, theirs])], { bindings });

    const meant = await Promise.all(events.map(async (event) => (await verdictOf(event, 'meant'))?.verdict));
    expect(meant).toEqual([...Array.from({ length: 10 }, () => 'started'), 'loop', 'loop']);
    expect(await verdictOf(events[0]!, 'ours')).toMatchObject({ verdict: 'self_caused' });
    expect(await verdictOf(theirs, 'ours')).toMatchObject({ verdict: 'started' });
    expect(await verdictOf(theirs, 'meant')).toMatchObject({ verdict: 'started' });
  });

  it('with a fault is only said to be invalid', async () => {
    const event = storedEvent('one', 'bad', { fault: 'It has no type.', raw: 'no JSON' });

    expect(await bring([whole([event], {})])).toEqual(['ack']);

    expect(await verdictOf(event, '')).toMatchObject({ verdict: 'invalid', reason: 'It has no type.' });
  });

  it('of a key that is forgotten by now has expired', async () => {
    const event = storedEvent('one', 'old', { acceptedAt: Date.now() - 8 * 86_400_000 });
    await keep(event);

    await bring([byIds([event])]);

    expect(await rowOfEvent(event.id)).toMatchObject({
      closed: true,
      verdicts: { one: { verdict: 'expired' } },
    });
  });
});

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
