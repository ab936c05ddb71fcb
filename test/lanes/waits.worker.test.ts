import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StepRecord } from '../../src/domain/run.ts';
import { API, copied, die, flowOf, header, openLane, order, type TestLane } from './lane.ts';
import { callee, clock, failHistory, gate, NOON, resetOutside, until } from './outside.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
beforeEach(resetOutside);

const DAY = 86_400_000;

/** How many runs wait and are in the history. */
const asleep = async (lane: TestLane): Promise<number> =>
  (await lane.sql("SELECT id FROM runs WHERE phase = 'parked' AND deadline = until")).length;

describe('a run that waits', () => {
  it('is woken by the alarm at its time, after any number of crashes', async () => {
    const lane = openLane();
    const request = order(flowOf('steps: [{ wait: { for: 3d } }, { return: { at: "${{ $now() }}" } }]'));
    await lane.start(request);
    await die();
    clock.move(3 * DAY);
    await die();

    await lane.alarm();

    expect(await lane.detail(request.runId)).toMatchObject({
      status: 'succeeded',
      outputs: { at: new Date(NOON + 3 * DAY).toISOString() },
    });
  });

  it('is not loaded before: a thousand of them cost the lane one look', async () => {
    const lane = openLane();
    const [sleeper, waker] = [
      flowOf('steps: [{ wait: { for: 3d } }, { return: {} }]'),
      flowOf('steps: [{ wait: { for: 1h } }, { return: {} }]'),
    ];
    const requests = Array.from({ length: 1_000 }, () => order(sleeper));
    for (let from = 0; from < 1_000; from += 100)
      await Promise.all(requests.slice(from, from + 100).map(lane.start));
    const early = order(waker);
    await lane.start(early);
    await until(async () => (await asleep(lane)) === 1_001);
    // Whoever folds one of these stumbles.
    await lane.sql("UPDATE journal SET entries = 'garbage' WHERE run <> ?", early.runId);
    await die();

    clock.move(3_600_000);
    await lane.alarm();

    expect(await lane.row(early.runId)).toMatchObject({ status: 'succeeded' });
    expect(await asleep(lane)).toBe(1_000);
  });

  it('of which many are due at once are woken a hundred at a time', async () => {
    const lane = openLane();
    const flow = flowOf('steps: [{ wait: { for: 1h } }, { return: {} }]');
    const requests = Array.from({ length: 250 }, () => order(flow));
    await Promise.all(requests.map(lane.start));
    clock.move(3_600_000);

    const ended = async () =>
      (await lane.sql<{ n: number }>("SELECT count(*) AS n FROM runs WHERE phase = 'final'"))[0]?.n;
    const waves: unknown[] = [];
    for (let wave = 0; wave < 3; wave += 1) {
      clock.now = Math.max(clock.now, (await lane.alarmAt()) ?? Infinity);
      await lane.alarm();
      waves.push(await ended());
    }

    expect(waves).toEqual([100, 200, 250]);
  });
});

describe('the view of a run', () => {
  const flow = flowOf(
    'steps: [{ id: a, card: http.request, with: { url: UP/a } }, { id: nap, wait: { for: 1h } }, { id: b, card: text.upperCase, with: { text: b } }, { return: {} }]',
  );
  const viewed = async (lane: TestLane, id: string, from = 0, limit = 10) => {
    const view = await lane.stub().view(header(), id, from, limit);
    const steps: StepRecord[] = JSON.parse(view.steps ?? '[]');
    return steps.map(({ id: step, status }) => `${step} ${status}`);
  };

  it('shows it as it is committed: while it is driven, while it waits, and at its end', async () => {
    failHistory();
    const lane = openLane();
    const { open, pass } = gate();
    callee.answer = async () => {
      await pass();
      return Response.json({});
    };
    const { runId } = order(flow);
    await lane.start(order(flow, { runId }));
    await until(() => callee.calls.length === 1);

    const driven = await viewed(lane, runId);
    open();
    await lane.reaches(runId, 'waiting');
    const parked = await viewed(lane, runId);
    clock.move(3_600_000);
    await lane.alarm();
    const ended = await viewed(lane, runId, 1, 2);

    expect(driven).toEqual(['a running']);
    expect(parked).toEqual(['a succeeded', 'nap waiting']);
    expect(ended).toEqual(['nap succeeded', 'b succeeded']);
  });

  it('is left to the history once that has it', async () => {
    const lane = openLane();
    const request = order(flowOf('steps: [{ return: {} }]'));
    await lane.start(request);
    await copied(request.runId, 'succeeded');
    await until(async () => (await lane.count('journal')) === 0);

    expect(await lane.stub().view(header(), request.runId, 0, 10)).toEqual({ found: false });
    const entries = await lane.stub().entries(header(), request.runId, 0, 10);
    expect(entries).toEqual({ found: false, entries: [], next: 0, ended: true });
  });

  it('gives entries by number, from any on, and says when no more will come', async () => {
    const lane = openLane();
    const request = order(flow);
    await lane.start(request);
    await lane.reaches(request.runId, 'waiting');

    const page = await lane.stub().entries(header(), request.runId, 1, 2);
    const last = await lane.stub().entries(header(), request.runId, 3, 10);

    expect(page.entries.map(({ number, json }) => [number, JSON.parse(json).type])).toEqual([
      [2, 'attempted'],
      [3, 'succeeded'],
    ]);
    expect([page.next, page.ended, last.next, last.ended]).toEqual([3, false, 4, false]);
  });
});

describe('what a view shows', () => {
  const declared = 'inputs: { name: { type: string }, pin: { type: string, secret: true } }\n';
  const steps =
    'steps: [{ id: a, card: text.upperCase, with: { text: "${{ inputs.name & inputs.pin }}" } }, { wait: { for: 1h } }]';
  const inputs = { name: 'stella', pin: '73519842' };
  const all = async (settings: string) => {
    const lane = openLane();
    const request = order(flowOf(declared + steps + settings, API), { inputs });
    await lane.start(request);
    await lane.reaches(request.runId, 'waiting');
    const [view, entries] = [
      await lane.stub().view(header(), request.runId, 0, 10),
      await lane.stub().entries(header(), request.runId, 0, 10),
    ];
    const copy = await copied(request.runId, 'waiting');
    return JSON.stringify([view, entries, copy]);
  };

  it('never has a secret in it, wherever it turned up', async () => {
    const shown = await all('');

    expect(shown).not.toContain('73519842');
    expect(shown).toContain('STELLA');
  });

  it('has no values with `history: masked`', async () => {
    const shown = await all('\nsettings: { history: masked }');

    expect(shown).not.toMatch(/stella|73519842/i);
    expect(shown).toContain('••••••');
  });

  it('has nothing but what happened when with `history: none`', async () => {
    const shown = await all('\nsettings: { history: none }');

    expect(shown).not.toMatch(/stella|73519842|••••••/i);
    expect(shown).toContain('text.upperCase');
  });
});
