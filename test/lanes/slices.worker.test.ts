import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { API, die, flowOf, header, openLane, order } from './lane.ts';
import { callee, clock, gate, NOON, resetOutside, until } from './outside.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
beforeEach(resetOutside);

const calls = (count: number, concurrency = 1) =>
  flowOf(
    `steps: [{ forEach: "\${{ [1..${count}] }}", concurrency: ${concurrency}, do: [{ card: http.request, with: { url: "UP/\${{ item }}" } }] }]`,
  );

describe('a run with many effects', () => {
  it('makes 40 calls an invocation and goes on with the next alarm', async () => {
    const lane = openLane();
    const request = order(calls(100));
    await lane.start(request);
    await until(async () => (await lane.row(request.runId))?.phase === 'parked');

    const slices = [callee.calls.length];
    while ((await lane.row(request.runId))?.phase === 'parked') {
      clock.now = (await lane.alarmAt()) ?? Infinity;
      await lane.alarm();
      slices.push(callee.calls.length);
    }

    expect(slices).toEqual([40, 80, 100]);
    expect(await lane.row(request.runId)).toMatchObject({ status: 'succeeded' });
    expect(clock.now).toBeLessThan(NOON + 100);
    expect(Object.values(callee.counts())).toEqual(Array<number>(100).fill(1));
  });

  it('has six of them in flight at once', async () => {
    const lane = openLane();
    let inFlight = 0;
    let most = 0;
    callee.answer = async () => {
      inFlight += 1;
      most = Math.max(most, inFlight);
      await new Promise((resolve) => setTimeout(resolve, 5));
      inFlight -= 1;
      return Response.json({});
    };
    const request = order(calls(30, 20));

    await lane.start(request);
    await lane.reaches(request.runId, 'succeeded');

    expect(most).toBe(6);
  });

  it('that wake together share one invocation', async () => {
    const lane = openLane();
    const flow = flowOf('steps: [{ wait: { for: 1h } }, { card: http.request, with: { url: UP/a } }]');
    const requests = Array.from({ length: 60 }, () => order(flow));
    await Promise.all(requests.map(lane.start));
    clock.move(3_600_000);

    await lane.alarm();
    const first = callee.calls.length;
    await lane.alarmsUntilQuiet();

    expect(first).toBe(40);
    expect(callee.calls).toHaveLength(60);
  });
});

describe('a run of many pure steps', () => {
  it('gives others their turn every 500 steps', async () => {
    const lane = openLane();
    const long = order(
      flowOf(
        'steps: [{ set: { n: 0 } }, { while: "${{ vars.n < 1500 }}", limit: 2000, do: [{ set: { n: "${{ vars.n + 1 }}" } }] }]',
      ),
    );
    const quick = order(flowOf('steps: [{ return: {} }]', API), { waitMs: 3_000 });

    const first = lane.start(long);
    await lane.start(quick);
    const meanwhile = await lane.row(long.runId);
    await first;

    expect(meanwhile?.phase).not.toBe('final');
    await lane.reaches(long.runId, 'succeeded');
  });
});

describe('a lane that hears of a newer build', () => {
  const two = flowOf(
    'steps: [{ card: http.request, with: { url: UP/a } }, { card: http.request, with: { url: UP/b } }, { return: {} }]',
  );
  const newer = header({ build: '9999-01-01T00:00:00.000Z newer' });

  it('lets attempts end, begins none, and starts itself anew; the run goes on after that', async () => {
    const lane = openLane();
    const { open, pass } = gate();
    callee.answer = async ({ path }) => {
      if (path === '/a') await pass();
      return Response.json({});
    };
    const request = order(two);
    await lane.start(request);
    await until(() => callee.calls.length === 1);

    const nudge = lane.stub().nudge(newer).catch(String);
    const meanwhile = await lane.start(order(two));
    open();
    expect(await nudge).toContain('newer build');
    const before = callee.counts();
    await lane.alarmsUntilQuiet();

    expect(meanwhile).toEqual({ outcome: 'restarting' });
    expect(before).toEqual({ '/a': 1 });
    expect(await lane.row(request.runId)).toMatchObject({ status: 'succeeded' });
    expect(callee.counts()).toEqual({ '/a': 1, '/b': 1 });
  });

  it('does so once a build: old code may be what starts again', async () => {
    const lane = openLane();
    const first = await lane.stub().nudge(newer).catch(String);
    await die();

    expect([first, await lane.stub().nudge(newer)]).toEqual([
      expect.stringContaining('newer build'),
      undefined,
    ]);
  });
});
