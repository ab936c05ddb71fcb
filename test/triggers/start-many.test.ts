import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Flow } from '../../src/domain/flow.ts';
import { bunched } from '../../src/triggers/bunch.ts';
import type { RunOrder } from '../../src/triggers/order.ts';
import { startMany } from '../../src/triggers/start-many.ts';
import { startRun } from '../../src/triggers/start-run.ts';
import { fakeLanes, laneEnv, type Fault } from './fake-lane.ts';
import { NOW, passTime, stopClock } from './passing-time.ts';

const flowNamed = (name: string, lane?: 'own'): Flow => ({
  name,
  trigger: { kind: 'manual' },
  inputs: {},
  steps: [],
  settings: { history: 'full', timeoutMs: 1, timezone: 'UTC', ...(lane && { lane }) },
});
const hello = flowNamed('hello');

const orderOf = (key: string, more: Partial<RunOrder> = {}): RunOrder => ({
  flow: hello,
  version: 1,
  start: { trigger: 'event', caller: { kind: 'source', id: 'okta' }, inputs: {} },
  key: { scope: 'event:okta:hello', key, body: '' },
  waitMs: 0,
  origin: 'https://sluice.example',
  now: NOW,
  ...more,
});
const orders = (count: number): RunOrder[] => Array.from({ length: count }, (_, n) => orderOf(`event-${n}`));

const ids = (started: Awaited<ReturnType<typeof startMany>>) =>
  started.map((one) => (one.ok ? one.runId : one.code));

beforeEach(stopClock);
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('many starts', () => {
  it('are one call to each lane, and another with the definition where the lane has not seen the version', async () => {
    const lanes = fakeLanes();
    const env = laneEnv(lanes, { homes: 2, lanes: 2 });

    const started = await startMany(env, orders(50));
    const before = lanes.calls.length;
    await startMany(env, orders(50));

    expect(started.every((one) => one.ok && one.outcome === 'started')).toBe(true);
    expect(lanes.calls.slice(0, before).toSorted()).toEqual([
      'lane-0 startMany',
      'lane-0 startMany',
      'lane-1 startMany',
      'lane-1 startMany',
    ]);
    expect(lanes.calls.slice(before)).toHaveLength(2);
  });

  it('answer in the order they were asked', async () => {
    const lanes = fakeLanes();
    const env = laneEnv(lanes, { homes: 4, lanes: 4 });
    lanes.respond = (request) => ({ status: 'succeeded', outputs: JSON.parse(request.created).inputs.n });
    const inputs = (n: number) => ({
      trigger: 'event' as const,
      caller: { kind: 'source' as const, id: 'okta' },
      inputs: { n: String(n) },
    });

    const started = await startMany(
      env,
      Array.from({ length: 20 }, (_, n) => orderOf(`e-${n}`, { start: inputs(n) })),
    );

    expect(started.map((one) => one.ok && one.answer.outputs)).toEqual(
      Array.from({ length: 20 }, (_, n) => String(n)),
    );
  });

  it('T1: start one run for a key that comes twice, in one call or in two', async () => {
    const lanes = fakeLanes();
    const env = laneEnv(lanes, { homes: 2, lanes: 2 });

    const first = await startMany(env, [...orders(3), ...orders(3)]);
    const second = await startMany(env, orders(3));

    expect(ids(first).slice(3)).toEqual(ids(first).slice(0, 3));
    expect(ids(second)).toEqual(ids(first).slice(0, 3));
    expect(lanes.allRuns()).toHaveLength(3);
  });

  it.each<[string, Fault[]]>([
    ['before it did anything', ['reset']],
    ['after its commit, so that the reply is lost', ['lost', 'lost']],
    ['and says that it restarts', ['restarting', 'restarting']],
  ])('T1: start one run each when the lane is reset %s', async (_, faults) => {
    const lanes = fakeLanes();
    lanes.faults.set('startMany', faults);

    const started = await passTime(startMany(laneEnv(lanes, { homes: 1, lanes: 1 }), orders(10)));

    expect(started.every((one) => one.ok && one.outcome === 'started')).toBe(true);
    expect(lanes.allRuns().toSorted()).toEqual(ids(started).toSorted());
  });

  it('go on to other lanes when theirs takes no new runs', async () => {
    const lanes = fakeLanes();
    lanes.faults.set('lane-0 startMany', ['overloaded', 'overloaded']);

    const started = await startMany(laneEnv(lanes, { homes: 1, lanes: 2 }), orders(2));

    expect(started.every((one) => one.ok)).toBe(true);
    expect(lanes.objects.get('lane-1')?.runs.size).toBe(2);
  });

  it('are refused where their lane does not answer, and the others start', async () => {
    const lanes = fakeLanes();
    lanes.faults.set('lane-0 startMany', ['hang']);
    const env = laneEnv(lanes, { homes: 2, lanes: 2 });

    const started = await passTime(startMany(env, orders(20)));

    const refused = started.filter((one) => !one.ok);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.every((one) => !one.ok && one.code === 'unavailable')).toBe(true);
    expect(lanes.allRuns()).toHaveLength(20 - refused.length);
  });

  it('meet a bug each for itself', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const lanes = fakeLanes();
    lanes.faults.set('lane-0 startMany', ['bug']);
    const env = laneEnv(lanes, { homes: 2, lanes: 2 });

    const started = await startMany(env, orders(20));

    expect(new Set(started.map((one) => (one.ok ? 'started' : one.code)))).toEqual(
      new Set(['started', 'internal']),
    );
    expect(log).toHaveBeenCalledOnce();
  });

  it('get objects of their own where a flow asks for it, each by its claim', async () => {
    const lanes = fakeLanes();
    const own = { flow: flowNamed('heavy', 'own') };

    const started = await startMany(laneEnv(lanes, { homes: 1, lanes: 1 }), [
      orderOf('a', own),
      orderOf('b', own),
      orderOf('c'),
    ]);

    expect(started.every((one) => one.ok)).toBe(true);
    expect([...lanes.objects.keys()].filter((name) => name.startsWith('own:'))).toHaveLength(2);
  });

  it('without keys go to any lane', async () => {
    const lanes = fakeLanes();
    const { key: _, ...keyless } = orderOf('x');

    await startMany(
      laneEnv(lanes, { homes: 2, lanes: 8 }),
      Array.from({ length: 64 }, () => keyless),
    );

    expect(lanes.allRuns()).toHaveLength(64);
    expect(lanes.objects.size).toBeGreaterThan(2);
  });
});

describe('runs of a group', () => {
  const HOMES = { homes: 4, lanes: 8 };
  const inGroup = (key: string): RunOrder =>
    orderOf(key, { group: { name: 'hello 00u1', policy: 'queue', at: NOW } });
  const many = (count: number) => Array.from({ length: count }, (_, n) => inGroup(`event-${n}`));

  it('live in the home of the group, wherever their keys have theirs, and say which group is theirs', async () => {
    const lanes = fakeLanes();

    const started = await startMany(laneEnv(lanes, HOMES), many(30));

    const [object, ...others] = [...lanes.objects].filter(([, { runs }]) => runs.size > 0);
    const requests = [...(object?.[1].runs.values() ?? [])].map(({ request }) => request);
    expect(others).toEqual([]);
    expect(started.every((one) => one.ok && one.outcome === 'started')).toBe(true);
    expect(new Set(requests.map(({ group }) => group?.hash)).size).toBe(1);
    expect(requests.map(({ created }) => JSON.parse(created).group)).toEqual(
      requests.map(({ group }) => group?.hash),
    );
  });

  it('cost a claim, a start and a confirmation a lane, not a run', async () => {
    const lanes = fakeLanes();

    await startMany(laneEnv(lanes, HOMES), many(90));

    const calls = (method: string) => lanes.calls.filter((call) => call.endsWith(` ${method}`)).length;
    // One of the four homes is the group's own; a definition is brought to it once for each of two calls.
    expect([calls('claimMany'), calls('confirmMany')]).toEqual([3, 3]);
    expect(calls('startMany')).toBeLessThanOrEqual(4);
    expect(calls('start') + calls('claim') + calls('confirm')).toBe(0);
  });

  it.each(['claimMany', 'startMany', 'confirmMany'])(
    'T1: start once each when the replies to %s are lost',
    async (method) => {
      const lanes = fakeLanes();
      lanes.faults.set(method, ['lost', 'lost', 'lost']);
      const env = laneEnv(lanes, HOMES);

      const first = await passTime(startMany(env, many(12)));
      const second = await startMany(env, many(12));

      expect(first.every((one) => one.ok)).toBe(true);
      expect(ids(second)).toEqual(ids(first));
      expect(lanes.allRuns()).toHaveLength(12);
    },
  );

  it('T1: start once when a key comes twice in one call, or singly and with others', async () => {
    const lanes = fakeLanes();
    const env = laneEnv(lanes, HOMES);

    const alone = await startRun(env, inGroup('event-0'));
    const together = await startMany(env, [...many(6), ...many(6)]);

    expect(ids(together)).toEqual([...ids(together).slice(0, 6), ...ids(together).slice(0, 6)]);
    expect(ids([alone])).toEqual(ids(together).slice(0, 1));
    expect(lanes.allRuns()).toHaveLength(6);
  });

  it('are told what joined a run and what was skipped, and their keys stay open to be asked again', async () => {
    const lanes = fakeLanes();
    const env = laneEnv(lanes, HOMES);
    const other = { runId: 'run_other', answer: { status: 'running' as const } };
    lanes.judge = ({ key }) =>
      key === undefined ? { outcome: 'joined', ...other } : { outcome: 'skipped', ...other };

    const started = await startMany(env, many(20));

    const outcomes = new Set(started.map((one) => one.ok && `${one.outcome} ${one.runId}`));
    const keys = [...lanes.objects.values()].flatMap((lane) => [...lane.keys.values()]);
    expect(outcomes).toEqual(new Set(['joined run_other', 'skipped run_other']));
    expect(keys.some(({ confirmed }) => confirmed)).toBe(false);
  });

  it('are refused when too many wait', async () => {
    const lanes = fakeLanes();
    lanes.judge = () => ({ outcome: 'full' });

    const started = await startMany(laneEnv(lanes, { homes: 1, lanes: 1 }), many(1));

    expect(started).toMatchObject([{ ok: false, code: 'rate_limited' }]);
  });
});

describe('a call', () => {
  it('carries at most a hundred runs, and a megabyte', () => {
    const few = bunched(
      Array.from({ length: 250 }, () => 1),
      (length) => length,
    );
    const long = bunched([600_000, 600_000, 300_000, 2_000_000, 1], (length) => length);

    expect(few.map(({ length }) => length)).toEqual([100, 100, 50]);
    expect(long).toEqual([[600_000], [600_000, 300_000], [2_000_000], [1]]);
  });
});
