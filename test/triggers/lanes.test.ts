import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { laneOf, mintedAt } from '../../src/domain/ids.ts';
import { callLane } from '../../src/storage/call-lane.ts';
import {
  buildOf,
  homeOf,
  laneFor,
  layoutOf,
  mintRun,
  numbered,
  OWN_LANE,
  pickLane,
} from '../../src/storage/lanes.ts';
import { fakeLanes, laneEnv, type Fault } from './fake-lane.ts';
import { NOW, passTime, stopClock } from './passing-time.ts';

beforeEach(stopClock);
afterEach(() => {
  vi.useRealTimers();
});

const env = (count = { homes: 2, lanes: 4 }) => laneEnv(fakeLanes(), count);

describe('the lanes of an installation', () => {
  it('are those of its settings', () => {
    expect(layoutOf(env())).toEqual({ homes: 2, lanes: 4 });
  });

  it('are as many as its homes, and those are eight, when nothing is set', () => {
    const { SLUICE_HOMES: _homes, SLUICE_LANES: _lanes, ...rest } = env();

    expect(layoutOf(rest)).toEqual({ homes: 8, lanes: 8 });
  });

  it.each([
    ['0', '1', 'SLUICE_HOMES is "0"'],
    ['two', '2', 'SLUICE_HOMES is "two"'],
    ['1', '1024', 'SLUICE_LANES is "1024"'],
    ['4', '2', 'SLUICE_LANES (2) is below SLUICE_HOMES (4)'],
  ])('refuse homes %s with lanes %s, and say why', (homes, lanes, message) => {
    expect(() => layoutOf({ ...env(), SLUICE_HOMES: homes, SLUICE_LANES: lanes })).toThrow(message);
  });

  it('give a key the same home, however many lanes there are', () => {
    const hash = 'ffffffff00';

    expect(homeOf(env({ homes: 3, lanes: 3 }), hash)).toEqual(homeOf(env({ homes: 3, lanes: 90 }), hash));
    expect(homeOf(env({ homes: 3, lanes: 3 }), '00000004')).toEqual({ number: 1, object: 'lane-1' });
  });

  it('take runs without a key evenly', () => {
    const drawn = new Set(Array.from({ length: 200 }, () => pickLane(env(), {})));

    expect(drawn).toEqual(new Set([0, 1, 2, 3]));
    expect(pickLane(env(), { lane: 'own' })).toBe(OWN_LANE);
  });
});

describe('the lane of a run', () => {
  it('is said by its id', async () => {
    const runId = await mintRun(env(), 3, NOW);

    expect(mintedAt(runId)).toBe(NOW);
    expect(await laneFor(env(), runId)).toEqual({ number: 3, object: 'lane-3' });
  });

  it.each(['', 'run_', 'evt_01kd0000000000000000000000', 'run_01kd00000000ZZ000000000000'])(
    'is none for "%s", which is no id of a run',
    async (text) => {
      expect(await laneFor(env(), text)).toBeUndefined();
    },
  );

  it('is none when the id names a lane that does not exist', async () => {
    const runId = await mintRun(env({ homes: 8, lanes: 8 }), 7, NOW);

    expect(await laneFor(env({ homes: 2, lanes: 4 }), runId)).toBeUndefined();
  });

  it('is an object of its own only for an id that this installation has minted', async () => {
    const runId = await mintRun(env(), OWN_LANE, NOW);
    const invented = runId.slice(0, -1) + (runId.endsWith('0') ? '1' : '0');

    expect(laneOf(runId)).toBe(OWN_LANE);
    expect(await laneFor(env(), runId)).toEqual({ number: OWN_LANE, object: `own:${runId}` });
    expect(await laneFor(env(), invented)).toBeUndefined();
    expect(await laneFor({ ...env(), SLUICE_LINK_KEY: 'of another one' }, runId)).toBeUndefined();
  });
});

describe('the build that a lane is told', () => {
  it('sorts by the time of its deploy', () => {
    const older = buildOf({ ...env(), CF_VERSION_METADATA: { id: 'zz', timestamp: '2026-11-22T09:00:00Z' } });
    const newer = buildOf({ ...env(), CF_VERSION_METADATA: { id: 'aa', timestamp: '2026-11-23T09:00:00Z' } });

    expect(newer > older).toBe(true);
    expect(buildOf(env())).toBe('dev');
  });
});

const call = (faults: Fault[], deadlineMs?: number) => {
  const lanes = fakeLanes();
  lanes.faults.set('claim', faults);
  const claim = { hash: 'h', body: 'b', firstAt: NOW };
  const work = callLane(
    laneEnv(lanes, { homes: 1, lanes: 1 }),
    numbered(0),
    (stub, header) => stub.claim(header, claim, 'run_1'),
    deadlineMs,
  );
  return { lanes, work };
};

describe('a call of a lane', () => {
  it('carries the build, the number of homes and the number of the lane', async () => {
    const heard = await callLane(env(), numbered(1), async (_, header) => header);

    expect(heard).toEqual({ ok: true, value: { build: 'dev', homes: 2, lane: 1 } });
  });

  it.each<Fault>(['reset', 'lost', 'restarting'])(
    'that meets "%s" is repeated until the lane answers',
    async (fault) => {
      const { lanes, work } = call([fault, fault, fault]);

      expect(await passTime(work)).toMatchObject({ ok: true, value: { runId: 'run_1' } });
      expect(lanes.calls).toHaveLength(4);
    },
  );

  it.each<Fault>(['reset', 'restarting'])(
    'that meets nothing but "%s" goes on for at least two seconds',
    async (fault) => {
      const { work } = call(Array.from({ length: 50 }, () => fault));

      const called = await passTime(work);

      expect(called).toMatchObject({ ok: false, code: 'unavailable', retryAfterSeconds: 2 });
      expect(Date.now() - NOW).toBeGreaterThanOrEqual(2_000);
      expect(Date.now() - NOW).toBeLessThan(5_000);
    },
  );

  it('is not repeated when the object is overloaded', async () => {
    const { lanes, work } = call(['overloaded_object']);

    expect(await passTime(work)).toMatchObject({ ok: false, code: 'unavailable' });
    expect(lanes.calls).toHaveLength(1);
  });

  it('is given up at its deadline', async () => {
    const { lanes, work } = call(['hang'], 700);

    expect(await passTime(work)).toMatchObject({ ok: false, code: 'unavailable' });
    expect(Date.now() - NOW).toBeLessThan(1_000);
    expect(lanes.calls).toHaveLength(1);
  });

  it('that meets a bug of ours throws it', async () => {
    const { lanes, work } = call(['bug']);

    await expect(passTime(work)).rejects.toThrow('x is not a function');
    expect(lanes.calls).toHaveLength(1);
  });
});
