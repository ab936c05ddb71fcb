import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { API, copied, die, flowOf, openLane, order } from './lane.ts';
import { callee, clock, gate, NOON, resetOutside, until } from './outside.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
beforeEach(resetOutside);

const quick = flowOf('steps: [{ return: {} }]', API);
const waiting = flowOf('steps: [{ wait: { for: 5s } }, { return: {} }]');
const calling = flowOf('steps: [{ card: http.request, with: { url: UP/a } }, { return: {} }]');

describe('E7: the alarm', () => {
  it('is set with the first commit of a run', async () => {
    const lane = openLane();
    const { pass } = gate();
    callee.answer = async () => {
      await pass();
      return Response.json({});
    };

    await lane.start(order(calling));

    expect(await lane.alarmAt()).toBe(NOON + 30_000);
  });

  it('resumes after a crash what was under way', async () => {
    const lane = openLane();
    const { open, pass } = gate();
    callee.answer = async () => {
      await pass();
      return Response.json({});
    };
    const request = order(calling);
    await lane.start(request);
    await until(() => callee.calls.length === 1);
    await die();
    open();

    await lane.alarm();

    expect(await lane.row(request.runId)).toMatchObject({ status: 'succeeded' });
    expect(callee.calls).toHaveLength(2);
  });

  it('is set to the time of a wait, and stays there when another alarm comes before the copy', async () => {
    const lane = openLane();
    const { runId } = order(waiting);
    await lane.start(order(waiting, { runId }));

    await lane.nudge();

    expect(await lane.alarmAt()).toBe(NOON + 5_000);
    clock.move(5_000);
    await lane.alarm();
    expect(await lane.row(runId)).toMatchObject({ status: 'succeeded' });
  });

  it('that comes early wakes nobody and is set again', async () => {
    const lane = openLane();
    const request = order(waiting);
    await lane.start(request);
    clock.move(4_999);

    await lane.alarm();

    expect(await lane.row(request.runId)).toMatchObject({ status: 'waiting' });
    expect(await lane.alarmAt()).toBe(NOON + 5_000);
  });

  it('that was lost is set by the tick', async () => {
    const lane = openLane();
    const request = order(waiting);
    await lane.start(request);
    await lane.inside((storage) => storage.deleteAlarm());
    await die();

    await lane.nudge();

    expect(await lane.alarmAt()).toBe(NOON + 5_000);
  });

  it('that has passed and never came is made up for by the tick', async () => {
    const lane = openLane();
    const request = order(waiting);
    await lane.start(request);
    await lane.inside((storage) => storage.deleteAlarm());
    clock.move(60_000);

    await lane.nudge();

    await lane.reaches(request.runId, 'succeeded');
  });

  it('is set anew, on disk, before the handler does anything else', async () => {
    const lane = openLane();
    const request = order(calling);
    callee.answer = () => new Promise(() => undefined);
    await lane.start(request);
    await until(() => callee.calls.length === 1);
    await die();
    callee.calls = [];

    clock.move(20_000);
    const handler = lane.alarm().catch(() => undefined);
    await until(() => callee.calls.length === 1);
    await die();
    await handler;

    expect(await lane.alarmAt()).toBe(NOON + 50_000);
  });

  it('is not set when nothing is left to do', async () => {
    const lane = openLane();
    const request = order(quick, { waitMs: 1_000 });
    await lane.start(request);
    await copied(request.runId, 'succeeded');
    await until(async () => (await lane.row(request.runId))?.deadline === null);

    await lane.alarm();

    expect(await lane.alarmAt()).toBeNull();
    await lane.nudge();
    expect(await lane.alarmAt()).toBeNull();
  });

  it('of a lane that only waits is set to the end of the wait alone', async () => {
    const lane = openLane();
    const request = order(flowOf('steps: [{ wait: { for: 3d } }, { return: {} }]'));
    await lane.start(request);
    await copied(request.runId, 'waiting');
    await until(async () => (await lane.row(request.runId))?.deadline === NOON + 3 * 86_400_000);

    await lane.alarm();
    await lane.alarm();

    expect(await lane.alarmAt()).toBe(NOON + 3 * 86_400_000);
  });
});
