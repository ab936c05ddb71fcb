import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { cards } from '../../src/cards.ts';
import type { Lane } from '../../src/lanes/lane.ts';
import { giveUp } from '../../src/lanes/live.ts';
import { openLane as assemble } from '../../src/lanes/open-lane.ts';
import { start } from '../../src/lanes/start.ts';
import { lanePorts } from '../../src/lane-ports.ts';
import { API, flowOf, header, openLane, order } from './lane.ts';
import { callee, clock, failHistory, gate, resetOutside, until } from './outside.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
beforeEach(resetOutside);

const put = flowOf(
  'steps: [{ id: a, card: http.request, with: { url: UP/a, method: PUT } }, { return: { got: "${{ steps.a.body }}" } }]',
  API,
);
const waiting = flowOf('steps: [{ wait: { for: 1h } }, { card: http.request, with: { url: UP/a } }]');

describe('E1: of one run', () => {
  it('two wake-ups join one drive', async () => {
    const lane = openLane();
    const request = order(waiting);
    await lane.start(request);
    clock.move(3_600_000);

    await Promise.all([lane.alarm(), lane.nudge(), lane.nudge()]);

    await lane.reaches(request.runId, 'succeeded');
    expect(callee.calls).toHaveLength(1);
  });

  it('two wake-ups after a crash join one drive', async () => {
    const lane = openLane();
    const request = order(waiting);
    await lane.start(request);
    await lane.sql("UPDATE runs SET phase = 'active', deadline = 0 WHERE id = ?", request.runId);
    clock.move(3_600_000);

    await Promise.all([lane.nudge(), lane.nudge(), lane.nudge()]);

    await lane.reaches(request.runId, 'succeeded');
    expect(callee.calls).toHaveLength(1);
  });

  it('a drive that is stuck is replaced, and its late result is refused', async () => {
    failHistory();
    const lane = openLane();
    const { open, pass } = gate();
    callee.answer = async ({ number }) => {
      if (number === 1) await pass();
      return Response.json(number);
    };
    const request = order(put);
    await lane.start(request);
    await until(() => callee.calls.length === 1);

    clock.move(60_001);
    await lane.alarm();
    clock.move(1_000);
    await lane.alarm();
    open();
    await lane.reaches(request.runId, 'succeeded');

    expect((await lane.detail(request.runId))?.outputs).toEqual({ got: 2 });
    const types = (await lane.entries(request.runId)).map(({ type }) => type);
    expect(types.filter((type) => type === 'finished')).toHaveLength(1);
  });

  it('a drive that is replaced while its commit is on its way commits nothing, and nothing leaves', async () => {
    const home = openLane();

    const reply = await home.inside((storage) => {
      const lane = assemble(storage, env, lanePorts(env, cards));
      const join: Lane['commits']['join'] = (write) => {
        for (const live of lane.live.values()) giveUp(lane, live);
        return lane.commits.join(write);
      };
      return start({ ...lane, commits: { join } }, order(put));
    });

    expect(reply).toEqual({ outcome: 'restarting' });
    expect([await home.count('runs'), callee.calls.length]).toEqual([0, 0]);
  });

  it('a drive that waits for its turn to call outside is not stuck', async () => {
    const lane = openLane();
    const { open, pass } = gate();
    callee.answer = async () => {
      await pass();
      return Response.json({});
    };
    const slow = flowOf(
      'steps: [{ wait: { for: 1h } }, { card: http.request, timeout: 10m, with: { url: UP/a } }]',
    );
    const requests = Array.from({ length: 9 }, () => order(slow));
    await Promise.all(requests.map(lane.start));
    clock.move(3_600_000);
    void lane.alarm();
    await until(() => callee.calls.length === 6);

    clock.move(120_000);
    await lane.nudge();
    const meanwhile = callee.calls.length;
    open();

    expect(meanwhile).toBe(6);
    for (const { runId } of requests) await lane.reaches(runId, 'succeeded');
    expect(callee.calls).toHaveLength(9);
  });
});

describe('E2: the intent of an attempt', () => {
  it('is on disk before the request leaves', async () => {
    const lane = openLane();
    const { open, pass } = gate();
    callee.answer = async () => {
      await pass();
      return Response.json({});
    };
    const request = order(put);
    await lane.start(request);
    await until(() => callee.calls.length === 1);

    const journal = await lane.sql<{ entries: string }>('SELECT entries FROM journal');
    open();

    const entries = journal.flatMap((row): { type: string }[] => JSON.parse(row.entries));
    expect(entries.map(({ type }) => type)).toEqual(['created', 'attempted']);
    expect(callee.calls[0]?.key).toBe(`${request.runId}:a`);
  });

  it('that could not be recorded is not followed by a request', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const lane = openLane();
    await lane.sql(
      "CREATE TRIGGER full BEFORE INSERT ON journal WHEN NEW.entries LIKE '%attempted%' BEGIN SELECT RAISE(ABORT, 'full'); END",
    );

    const reply = await lane.start(order(put, { waitMs: 1_000 }));

    expect(reply).toMatchObject({ outcome: 'started', answer: { status: 'failed' } });
    expect(callee.calls).toEqual([]);
  });
});

describe('E3: what a caller is told', () => {
  it('was recorded before', async () => {
    const lane = openLane();
    const request = order(put, { waitMs: 1_000 });

    const reply = await lane.start(request);

    expect(reply).toMatchObject({ outcome: 'started', answer: { outputs: '{"got":{"ok":true}}' } });
    expect(await lane.row(request.runId)).toMatchObject({ status: 'succeeded' });
  });

  it('of an early response comes while the run goes on, and again to whoever asks later', async () => {
    const lane = openLane();
    const { open, pass } = gate();
    callee.answer = async () => {
      await pass();
      return Response.json({});
    };
    const early = flowOf(
      'steps: [{ respond: { status: 202, body: taken } }, { card: http.request, with: { url: UP/a } }]',
      API,
    );
    const request = order(early, { waitMs: 1_000 });

    const reply = await lane.start(request);
    clock.move(7_000);
    const meanwhile = await lane.stub().answer(header(), request.runId, 0);
    open();
    await lane.reaches(request.runId, 'succeeded');
    const afterwards = await lane.stub().answer(header(), request.runId, 0);

    const response = JSON.stringify({ status: 202, headers: {}, body: 'taken' });
    expect(reply).toMatchObject({ outcome: 'started', answer: { response } });
    expect(meanwhile).toMatchObject({ response });
    // A repeated request gets what the first one got: its answer keeps its time.
    expect(afterwards).toMatchObject({ status: 'succeeded', response, answeredAt: clock.now - 7_000 });
  });
});
