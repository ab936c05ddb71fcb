import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Flow } from '../../src/domain/flow.ts';
import { API, die, flowOf, openLane, order } from './lane.ts';
import { callee, clock, resetOutside, until } from './outside.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
beforeEach(() => {
  resetOutside();
  vi.spyOn(console, 'error').mockReturnValue(undefined);
});

const quick = flowOf('steps: [{ return: { done: true } }]', API);
const waiting = flowOf('steps: [{ wait: { for: 1h } }, { return: {} }]');
const called = flowOf(
  'steps: [{ card: http.request, with: { url: UP/first } }, { card: http.request, with: { url: UP/bad } }, { return: {} }]',
  API,
);

/** A flow whose step at this place no engine knows: performing it is a bug. */
const withBug = (flow: Flow, at: number): Flow => ({
  ...flow,
  name: `bug-at-${at}`,
  // What no parser lets through.
  steps: flow.steps.with(at, { kind: 'bogus' } as never),
});

const INTERNAL = { code: 'internal' };

describe('E8: a run whose drive throws', () => {
  it('ends with `internal`, alone', async () => {
    const lane = openLane();
    const [bad, good] = [order(withBug(called, 1)), order(quick, { waitMs: 1_000 })];

    const [, reply] = await Promise.all([lane.start(bad), lane.start(good)]);

    expect(reply).toMatchObject({ answer: { status: 'succeeded' } });
    await lane.reaches(bad.runId, 'failed');
    expect((await lane.detail(bad.runId))?.error).toMatchObject(INTERNAL);
  });

  it('before anything of it was recorded, is recorded all the same: nobody starts it again', async () => {
    const lane = openLane();
    const bad = order(withBug(quick, 0), { waitMs: 1_000 });

    const reply = await lane.start(bad);

    expect(reply).toMatchObject({ outcome: 'started', answer: { status: 'failed' } });
    expect(await lane.start(bad)).toMatchObject({ outcome: 'repeated', answer: { status: 'failed' } });
  });
});

describe('E8: a run whose write SQLite refuses', () => {
  const poison = (runId: string, what: string): string =>
    `CREATE TRIGGER poison BEFORE INSERT ON journal WHEN NEW.run = '${runId}' AND ${what}
     BEGIN SELECT RAISE(ABORT, 'poisoned'); END`;

  it('does not fail the others of its group', async () => {
    const lane = openLane();
    const [bad, ...good] = Array.from({ length: 5 }, () => order(quick, { waitMs: 1_000 }));
    await lane.sql(
      `CREATE TRIGGER poison BEFORE INSERT ON runs WHEN NEW.id = '${bad?.runId}' BEGIN SELECT RAISE(ABORT, 'poisoned'); END`,
    );

    const replies = await Promise.all([bad, ...good].map((request) => lane.start(request!)));

    expect(replies.map(({ outcome }) => outcome)).toEqual(['restarting', ...good.map(() => 'started')]);
    expect(await lane.row(bad?.runId ?? '')).toBeUndefined();
  });

  it('leaves the others what they shared with it: the definition of their flow', async () => {
    const lane = openLane();
    const [bad, good] = [order(waiting), order(waiting)];
    await lane.sql(poison(bad.runId, 'true'));

    await Promise.all([lane.start(bad), lane.start(good)]);
    await die();
    clock.move(3_600_000);
    await lane.alarm();

    expect(await lane.row(good.runId)).toMatchObject({ status: 'succeeded' });
  });

  it('ends with `internal` instead of repeating its effect for ever', async () => {
    const lane = openLane();
    const bad = order(called);
    await lane.sql(poison(bad.runId, "NEW.entries LIKE '%http_status%'"));
    callee.answer = async ({ path }) => new Response(null, { status: path === '/bad' ? 404 : 200 });

    await lane.start(bad);
    await lane.reaches(bad.runId, 'failed');
    await lane.alarmsUntilQuiet();

    expect((await lane.detail(bad.runId))?.error).toMatchObject(INTERNAL);
    expect(callee.counts()).toEqual({ '/first': 1, '/bad': 1 });
  });
});

describe('E8: a run whose journal cannot be folded', () => {
  it('waits for a build that can, and the others go on', async () => {
    const lane = openLane();
    const [bad, good] = [order(waiting), order(waiting)];
    await lane.start(bad);
    await lane.start(good);
    await lane.sql("UPDATE journal SET entries = 'garbage' WHERE run = ?", bad.runId);

    clock.move(3_600_000);
    await lane.alarm();

    expect(await lane.row(good.runId)).toMatchObject({ status: 'succeeded' });
    expect(await lane.row(bad.runId)).toMatchObject({ phase: 'parked', deadline: clock.now + 600_000 });
  });

  it('is looked at again and again without ever stopping them', async () => {
    const lane = openLane();
    const { runId } = order(waiting);
    await lane.start(order(waiting, { runId }));
    await lane.sql("UPDATE journal SET entries = 'garbage' WHERE run = ?", runId);
    await lane.sql("UPDATE runs SET phase = 'active', deadline = 0 WHERE id = ?", runId);

    for (let looks = 0; looks < 5; looks += 1) {
      await lane.alarm();
      clock.move(600_000);
    }

    expect(await lane.start(order(quick, { waitMs: 1_000 }))).toMatchObject({ outcome: 'started' });
    expect(await lane.row(runId)).toMatchObject({ phase: 'active', deadline: clock.now });
  });
});

describe('E8: a run that kills its lane', () => {
  const calls = (path: string) =>
    flowOf(`steps: [{ card: http.request, with: { url: UP${path} } }, { return: {} }]`, API);

  it('three times after it was first driven fails with `killed_lane`, and the others end well', async () => {
    const lane = openLane();
    callee.answer = async ({ path }) => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return path === '/killer' ? new Promise(() => undefined) : Response.json({});
    };
    const killer = order(calls('/killer'));
    const others = ['/a', '/b', '/c'].map((path) => order(calls(path)));

    await Promise.all([...others, killer].map(lane.start));
    for (let deaths = 1; deaths <= 4; deaths += 1) {
      await until(() => callee.counts()['/killer'] === deaths);
      await die();
      void lane.alarm().catch(() => undefined);
    }
    await lane.reaches(killer.runId, 'failed');
    for (const { runId } of others) await lane.reaches(runId, 'succeeded');

    expect((await lane.detail(killer.runId))?.error).toMatchObject({ code: 'killed_lane' });
    expect(callee.counts()['/killer']).toBe(4);
  });

  it('is not performed once more to be failed', async () => {
    const lane = openLane();
    const request = order(waiting);
    await lane.start(request);
    // As if it had died three times of what comes after its wait.
    await lane.sql("UPDATE runs SET phase = 'active', deadline = 0, strikes = 3 WHERE id = ?", request.runId);
    clock.move(3_600_000);

    await lane.alarm();

    expect((await lane.entries(request.runId)).map(({ type }) => type)).toEqual([
      'created',
      'parked',
      'ending',
      'finished',
    ]);
  });

  it('is acquitted when it gets on, and not by beginning once more', async () => {
    const lane = openLane();
    callee.answer = () => new Promise(() => undefined);
    const request = order(calls('/a'));
    await lane.start(request);
    for (const strikes of [1, 2]) {
      await until(() => callee.calls.length === strikes);
      await die();
      void lane.alarm().catch(() => undefined);
      await until(() => callee.calls.length === strikes + 1);
      expect(await lane.row(request.runId)).toMatchObject({ strikes });
    }
    await die();
    callee.answer = async () => Response.json({});

    await lane.alarm();

    expect(await lane.row(request.runId)).toMatchObject({ status: 'succeeded', strikes: 0 });
  });
});
