import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Flow } from '../../src/domain/flow.ts';
import { laneOf } from '../../src/domain/ids.ts';
import { OWN_LANE } from '../../src/storage/lanes.ts';
import type { RunOrder } from '../../src/triggers/order.ts';
import { startRun } from '../../src/triggers/start-run.ts';
import { fakeLanes, laneEnv, type Fault } from './fake-lane.ts';
import { NOW, passTime, stopClock } from './passing-time.ts';

const DAY = 86_400_000;

const flowWith = (lane?: 'own'): Flow => ({
  name: 'hello',
  trigger: { kind: 'manual' },
  inputs: {},
  steps: [],
  settings: { history: 'full', timeoutMs: 1, timezone: 'UTC', ...(lane && { lane }) },
});

const orderWith = (more: Partial<RunOrder> = {}): RunOrder => ({
  flow: flowWith(),
  version: 1,
  start: { trigger: 'api', caller: { kind: 'public', id: null }, inputs: { name: 'Stella' } },
  waitMs: 0,
  origin: 'https://sluice.example',
  now: NOW,
  ...more,
});

const key = (text = 'k-1', body = 'b'): NonNullable<RunOrder['key']> => ({
  scope: 'api hello',
  key: text,
  body,
});

beforeEach(() => {
  stopClock();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a start without a key', () => {
  it('makes a run whose first entry says who started it, with what, and where it can be seen', async () => {
    const lanes = fakeLanes();

    const started = await startRun(laneEnv(lanes, { homes: 1, lanes: 1 }), orderWith());

    const [run] = [...(lanes.objects.get('lane-0')?.runs.values() ?? [])];
    expect(started).toMatchObject({ ok: true, outcome: 'started', runId: run?.request.runId });
    expect(JSON.parse(run?.request.created ?? '')).toEqual({
      type: 'created',
      at: NOW,
      flow: 'hello',
      version: 1,
      url: `https://sluice.example/api/v1/runs/${run?.request.runId}`,
      trigger: 'api',
      caller: { kind: 'public', id: null },
      inputs: { name: 'Stella' },
    });
  });

  it('brings the definition only to a lane that has not seen the version', async () => {
    const lanes = fakeLanes();
    const env = laneEnv(lanes, { homes: 1, lanes: 1 });

    await startRun(env, orderWith());
    await startRun(env, orderWith());

    expect(lanes.calls).toEqual(['lane-0 start', 'lane-0 start', 'lane-0 start']);
    expect(lanes.allRuns()).toHaveLength(2);
  });

  it('sends the definition along when the flow was never saved', async () => {
    const lanes = fakeLanes();

    await startRun(laneEnv(lanes, { homes: 1, lanes: 1 }), orderWith({ version: 0 }));

    expect(lanes.calls).toEqual(['lane-0 start']);
  });

  it.each<[string, Fault[]]>([
    ['is reset before it did anything', ['reset', 'reset']],
    ['is reset after its commit, so that the reply is lost', ['lost']],
    ['is about to restart', ['restarting', 'restarting']],
  ])('T1: starts one run when the lane %s', async (_, faults) => {
    const lanes = fakeLanes();
    lanes.faults.set('start', faults);

    const started = await passTime(
      startRun(laneEnv(lanes, { homes: 1, lanes: 1 }), orderWith({ version: 0 })),
    );

    expect(started).toMatchObject({ ok: true, outcome: 'started' });
    expect(lanes.allRuns()).toHaveLength(1);
  });

  it('goes to another lane when the first one takes no new runs', async () => {
    const lanes = fakeLanes();
    lanes.faults.set('start', ['overloaded']);

    const started = await startRun(laneEnv(lanes, { homes: 2, lanes: 4 }), orderWith({ version: 0 }));

    const tried = lanes.calls.map((call) => Number(/\d+/.exec(call)?.[0]));
    expect(started.ok).toBe(true);
    expect(tried[1]).toBe(((tried[0] ?? 0) + 1) % 4);
    expect(lanes.allRuns()).toHaveLength(1);
  });

  it('is refused with 503 when all lanes it tries are full', async () => {
    const lanes = fakeLanes();
    lanes.faults.set('start', ['overloaded', 'overloaded', 'overloaded']);

    const started = await startRun(laneEnv(lanes, { homes: 1, lanes: 3 }), orderWith());

    expect(started).toMatchObject({ ok: false, code: 'unavailable' });
    expect(lanes.allRuns()).toEqual([]);
  });

  it('gets an object of its own when the flow asks for it', async () => {
    const lanes = fakeLanes();
    const order = orderWith({ flow: flowWith('own') });

    const started = await startRun(laneEnv(lanes, { homes: 1, lanes: 1 }), order);

    const runId = started.ok ? started.runId : '';
    expect(laneOf(runId)).toBe(OWN_LANE);
    expect([...lanes.objects.keys()]).toEqual([`own:${runId}`]);
  });
});

describe('T1: a start with a key', () => {
  it('commits key and run in one call to the home', async () => {
    const lanes = fakeLanes();

    const started = await startRun(
      laneEnv(lanes, { homes: 8, lanes: 8 }),
      orderWith({ version: 0, key: key() }),
    );

    expect(lanes.calls).toHaveLength(1);
    expect(lanes.calls[0]).toBe(`lane-${started.ok ? laneOf(started.runId) : 'none'} start`);
  });

  it('finds the run that the key has started, whatever the number of lanes is by then', async () => {
    const lanes = fakeLanes();

    const first = await startRun(laneEnv(lanes, { homes: 2, lanes: 2 }), orderWith({ key: key() }));
    const second = await startRun(laneEnv(lanes, { homes: 2, lanes: 64 }), orderWith({ key: key() }));

    expect(first).toMatchObject({ ok: true, outcome: 'started' });
    expect(second).toMatchObject({ ok: true, outcome: 'repeated', runId: first.ok ? first.runId : '' });
    expect(lanes.allRuns()).toHaveLength(1);
  });

  it('counts as the first one although its own reply was lost', async () => {
    const lanes = fakeLanes();
    lanes.faults.set('start', ['lost']);
    const order = orderWith({ version: 0, key: key() });

    const started = await passTime(startRun(laneEnv(lanes, { homes: 1, lanes: 1 }), order));

    expect(started).toMatchObject({ ok: true, outcome: 'started' });
    expect(lanes.allRuns()).toHaveLength(1);
  });

  it('waits on when the reply to its own start is lost while it waits', async () => {
    const lanes = fakeLanes();
    lanes.respond = () => ({ status: 'running' });
    lanes.faults.set('start', ['lost']);
    const order = orderWith({ version: 0, key: key(), waitMs: 30_000 });

    const started = await passTime(startRun(laneEnv(lanes, { homes: 1, lanes: 1 }), order));

    expect(started).toMatchObject({ ok: true, outcome: 'started', answer: { status: 'running' } });
    expect(lanes.calls).toEqual(['lane-0 start', 'lane-0 start', 'lane-0 answer']);
  });

  it('is refused when the key came with another body before', async () => {
    const lanes = fakeLanes();
    const env = laneEnv(lanes, { homes: 1, lanes: 1 });

    const first = await startRun(env, orderWith({ key: key('k', '{"name":"Stella"}') }));
    const second = await startRun(env, orderWith({ key: key('k', '{"name":"Hugo"}') }));

    expect(second).toMatchObject({
      ok: false,
      code: 'key_reused',
      members: { run: first.ok && first.runId },
    });
  });

  it('does not count with the same key of another scope', async () => {
    const lanes = fakeLanes();
    const env = laneEnv(lanes, { homes: 1, lanes: 1 });

    await startRun(env, orderWith({ key: { ...key(), scope: 'api hello client-1' } }));
    await startRun(env, orderWith({ key: { ...key(), scope: 'api hello client-2' } }));

    expect(lanes.allRuns()).toHaveLength(2);
  });

  it('is refused when it was first tried over seven days ago', async () => {
    const lanes = fakeLanes();
    const env = laneEnv(lanes, { homes: 1, lanes: 1 });

    const late = await startRun(env, orderWith({ key: { ...key(), firstAt: NOW - 7 * DAY - 1 } }));
    const justInTime = await startRun(env, orderWith({ key: { ...key(), firstAt: NOW - 7 * DAY } }));

    expect(late).toMatchObject({ ok: false, code: 'expired' });
    expect(justInTime.ok).toBe(true);
    expect(lanes.allRuns()).toHaveLength(1);
  });

  it('is refused with 503 by a lane that was set up with another number of homes', async () => {
    const lanes = fakeLanes();
    lanes.faults.set('start', ['wrong_home']);
    const log = vi.spyOn(console, 'error').mockReturnValue();

    const started = await startRun(laneEnv(lanes, { homes: 2, lanes: 2 }), orderWith({ key: key() }));

    expect(started).toMatchObject({ ok: false, code: 'unavailable' });
    expect(log).toHaveBeenCalledWith(expect.stringContaining('SLUICE_HOMES'));
  });
});

const own = (): RunOrder => orderWith({ flow: flowWith('own'), key: key() });

describe('T1: a start with a key whose run lives elsewhere', () => {
  it('claims at home, starts in its object, and confirms at home', async () => {
    const lanes = fakeLanes();

    const started = await startRun(laneEnv(lanes, { homes: 1, lanes: 1 }), own());

    const object = `own:${started.ok ? started.runId : ''}`;
    expect(lanes.calls).toEqual(['lane-0 claim', `${object} start`, `${object} start`, 'lane-0 confirm']);
  });

  it('goes to the next lane when the home takes no new runs', async () => {
    const lanes = fakeLanes();
    lanes.faults.set('start', ['overloaded']);
    const env = laneEnv(lanes, { homes: 1, lanes: 3 });

    const first = await startRun(env, orderWith({ key: key() }));
    const second = await startRun(env, orderWith({ key: key() }));

    expect(first).toMatchObject({ ok: true, outcome: 'started' });
    expect(laneOf(first.ok ? first.runId : '')).toBe(1);
    expect(second).toEqual({ ...first, outcome: 'repeated' });
    expect(lanes.allRuns()).toHaveLength(1);
  });

  it.each(['claim', 'start', 'confirm'])('starts one run when the reply to %s is lost', async (method) => {
    const lanes = fakeLanes();
    lanes.faults.set(method, ['lost']);
    const env = laneEnv(lanes, { homes: 1, lanes: 1 });

    const first = await passTime(startRun(env, own()));
    const second = await startRun(env, own());

    expect(first).toMatchObject({ ok: true, outcome: 'started' });
    expect(second).toMatchObject({ ok: true, outcome: 'repeated', runId: first.ok ? first.runId : '' });
    expect(lanes.allRuns()).toHaveLength(1);
  });

  it('starts the claimed run when its first door died between claim and start', async () => {
    const lanes = fakeLanes();
    lanes.faults.set('start', ['bug']);
    const env = laneEnv(lanes, { homes: 1, lanes: 1 });

    await expect(startRun(env, own())).rejects.toThrow('x is not a function');
    const second = await startRun(env, own());

    const [claimed] = [...(lanes.objects.get('lane-0')?.keys.values() ?? [])];
    expect(lanes.allRuns()).toEqual([claimed?.runId]);
    expect(second).toMatchObject({ ok: true, runId: claimed?.runId });
  });

  it('never starts a confirmed run again, though its object has forgotten it', async () => {
    const lanes = fakeLanes();
    const env = laneEnv(lanes, { homes: 1, lanes: 1 });
    const first = await startRun(env, own());
    lanes.objects.get(`own:${first.ok ? first.runId : ''}`)?.runs.clear();

    const second = await startRun(env, own());

    expect(second).toMatchObject({ ok: true, outcome: 'repeated', answer: { status: 'succeeded' } });
    expect(lanes.allRuns()).toEqual([]);
  });
});
