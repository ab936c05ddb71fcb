import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/domain/event.ts';
import { callLane } from '../../src/storage/call-lane.ts';
import { listFlows, setStatus } from '../../src/storage/flows.ts';
import { laneFor } from '../../src/storage/lanes.ts';
import { publish, setUp } from './doorway.ts';
import {
  bring,
  byIds,
  keep,
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
    serial:
      'trigger: { kind: event, source: keyed, key: "${{ event.data.user }}" }\nsteps: [{ wait: { for: 1h } }]',
    gather: flow('gathering', ', settle: 1h'),
  });
  await setStatus(env.DB, 'asleep', { status: 'disabled', at: Date.now() });
  expect(await listFlows(env.DB, { status: 'disabled' }, { limit: 9 })).toHaveLength(1);
});

const addSource = (name: string, settings: object, pausedAt: number | null = null) =>
  env.DB.prepare(
    `INSERT INTO sources (name, kind, status, settings, sealed, created_at, updated_at, paused_at, by)
     VALUES (?1, 'okta', ?2, ?3, '', 0, 0, ?4, 'test')`,
  )
    .bind(name, pausedAt === null ? 'active' : 'paused', JSON.stringify(settings), pausedAt)
    .run();

const statusOf = async (runId = ''): Promise<string> => {
  const lane = await laneFor(env, runId);
  if (lane === undefined) throw new Error(`There is no run ${runId}.`);
  const viewed = await callLane(env, lane, (stub, header) => stub.view(header, runId, 0, 0));
  return viewed.ok ? JSON.parse(viewed.value.detail ?? '{}').status : viewed.detail;
};

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

describe('a flow with a key, before the real lanes', () => {
  const runsOf = async (events: readonly StoredEvent[], flowName: string) =>
    Promise.all(events.map(async (event) => (await verdictOf(event, flowName))?.run));

  it('runs the events of a key one after the other, by their time', async () => {
    const at = Date.now();
    const [late, early, other] = [
      storedEvent('keyed', 'late', { time: at, raw: '{"user":"lee"}' }),
      storedEvent('keyed', 'early', { time: at - 60_000, raw: '{"user":"lee"}' }),
      storedEvent('keyed', 'other', { time: at, raw: '{"user":"ana"}' }),
    ];
    await keep(late, early, other);

    await bring([whole([late, early, other])]);

    const runs = await runsOf([late, early, other], 'serial');
    expect(new Set(runs).size).toBe(3);
    expect(await Promise.all(runs.map((run) => statusOf(run)))).toEqual(['queued', 'waiting', 'waiting']);
  });

  it('that settles gathers them in one run', async () => {
    const events = ['x', 'y', 'z'].map((id) => storedEvent('gathering', id));
    await keep(...events);

    await bring([whole(events.slice(0, 2)), whole(events.slice(2))]);

    const runs = await runsOf(events, 'gather');
    expect(new Set(runs).size).toBe(1);
    expect(await verdictOf(events[2]!, 'gather')).toMatchObject({
      verdict: 'started',
      reason: 'It joined a run that had not begun.',
    });
  });
});
