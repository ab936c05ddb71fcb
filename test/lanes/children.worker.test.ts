/** Runs that call others in their own lane: what comes of it, and what each of them leaves behind. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { named, save, setStatus } from './callable.ts';
import { copied, flowOf, header, openLane, order } from './lane.ts';
import { callee, clock, failHistory, resetOutside, until } from './outside.ts';

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  resetOutside();
  await save(
    named(
      'double',
      `inputs: { n: { type: integer } }
steps: [{ return: { twice: "\${{ inputs.n * 2 }}" } }]
outputs: { twice: { type: integer } }`,
    ),
  );
  await save(named('put', 'steps: [{ card: http.request, with: { url: UP/put, method: PUT } }]'));
  await save(named('wait', 'steps: [{ wait: { for: 1d } }, { return: { done: true } }]'));
  await save(named('nested', 'steps: [{ call: wait }]'));
});
beforeEach(resetOutside);

/** Ids of the runs in the lane that are of this flow. */
const runsOf = async (lane: ReturnType<typeof openLane>, flow: string): Promise<string[]> =>
  (await lane.sql<{ id: string }>('SELECT id FROM runs WHERE flow = ?', flow)).map(({ id }) => id);

describe('a run that calls a helper', () => {
  it('gets its outputs, and both stand in the history', async () => {
    const lane = openLane();
    const request = order(
      flowOf('steps: [{ id: two, call: double, with: { n: 1 } }, { return: "${{ steps.two }}" }]'),
    );

    await lane.start(request);

    const { detail, steps } = await copied(request.runId, 'succeeded');
    expect(detail.outputs).toEqual({ twice: 2 });
    const child = await copied(steps[0]?.call?.run ?? '', 'succeeded');
    expect(child.detail).toMatchObject({ flow: 'double', trigger: 'helper', parent: request.runId });
  });

  it('in a loop gets the results in the order of the items, and nothing is kept for it longer', async () => {
    const lane = openLane();
    const request = order(
      flowOf(`steps:
  - id: all
    forEach: [1, 2, 3, 4, 5, 6, 7]
    concurrency: 3
    do: [{ call: double, with: { n: "\${{ item }}" } }]
  - return: "\${{ steps.all.results.twice }}"`),
    );

    await lane.start(request);

    expect((await copied(request.runId, 'succeeded')).detail.outputs).toEqual([2, 4, 6, 8, 10, 12, 14]);
    const open = 'SELECT id FROM runs WHERE deadline IS NOT NULL OR owed IS NOT NULL OR entries IS NOT NULL';
    await until(async () => (await lane.sql(open)).length === 0);
    expect([await lane.count('runs'), await lane.count('journal')]).toEqual([8, 0]);
  });

  it('is parked while that one waits, and woken by its end', async () => {
    const lane = openLane();
    const request = order(flowOf('steps: [{ id: late, call: wait }, { return: "${{ steps.late }}" }]'));

    await lane.start(request);
    await lane.reaches(request.runId, 'waiting');
    await until(async () => (await runsOf(lane, 'wait')).length === 1);
    clock.move(86_400_000);
    await lane.alarm();

    expect((await copied(request.runId, 'succeeded')).detail.outputs).toEqual({ done: true });
  });

  it('that was disabled or is gone fails with a sentence, and hangs nowhere', async () => {
    await save(named('off', 'steps: [{ return: {} }]'), 1, 'disabled');
    const lane = openLane();
    const off = order(flowOf('steps: [{ call: off }]'));
    const gone = order(flowOf('steps: [{ call: nowhere }]'));

    await lane.start(off);
    await lane.start(gone);

    const codes = [off, gone].map(async ({ runId }) => (await copied(runId, 'failed')).detail.error?.code);
    expect(await Promise.all(codes)).toEqual(['helper_disabled', 'helper_missing']);
  });

  it('goes on to its end though the helper is archived meanwhile', async () => {
    await save(named('archived', 'steps: [{ wait: { for: 1d } }, { return: { done: true } }]'));
    const lane = openLane();
    const request = order(flowOf('steps: [{ id: late, call: archived }, { return: "${{ steps.late }}" }]'));

    await lane.start(request);
    await lane.reaches(request.runId, 'waiting');
    await setStatus('archived', 'archived');
    clock.move(86_400_000);
    await lane.alarm();

    expect((await copied(request.runId, 'succeeded')).detail.outputs).toEqual({ done: true });
  });

  it('without waiting goes on at once, and is told nothing', async () => {
    const lane = openLane();
    const request = order(
      flowOf('steps: [{ id: alone, call: wait, async: true }, { return: "${{ steps.alone }}" }]'),
    );

    await lane.start(request);

    const { detail } = await copied(request.runId, 'succeeded');
    const [child = ''] = await runsOf(lane, 'wait');
    expect(detail.outputs).toEqual({ run: child });
    clock.move(86_400_000);
    await lane.alarm();
    await copied(child, 'succeeded');
    expect((await lane.sql('SELECT id FROM runs WHERE owed IS NOT NULL')).length).toBe(0);
  });

  it('while the history is silent keeps the journals, and loses nothing', async () => {
    const lane = openLane();
    const restore = failHistory();
    const request = order(
      flowOf('steps: [{ id: two, call: double, with: { n: 4 } }, { return: "${{ steps.two }}" }]'),
    );

    const reply = await lane.start({ ...request, waitMs: 2_000 });
    restore();

    expect(reply).toMatchObject({ answer: { status: 'succeeded', outputs: '{"twice":8}' } });
  });
});

describe('cancelling a run', () => {
  it('cancels what it has called, and what that has called: the innermost ends first', async () => {
    const lane = openLane();
    const request = order(flowOf('steps: [{ call: nested }]'));
    await lane.start(request);
    await until(async () => (await runsOf(lane, 'wait')).length === 1);
    await lane.reaches(request.runId, 'waiting');

    const reply = await lane.stub().cancel(header(), request.runId, 'ana');

    expect(reply).toEqual({ outcome: 'done', status: 'cancelled' });
    const ids = [...(await runsOf(lane, 'wait')), ...(await runsOf(lane, 'nested')), request.runId];
    const ends = await Promise.all(ids.map(async (id) => (await copied(id, 'cancelled')).detail.error));
    expect(ends).toEqual([null, null, null]);
  });

  it('cancels a thousand descendants before it answers, and what they would have done is not done', async () => {
    await save(named('slow', 'steps: [{ wait: { for: 1h } }, { call: put }]'));
    await save(
      named(
        'ten',
        'steps: [{ forEach: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10], concurrency: 10, do: [{ call: slow }] }]',
      ),
    );
    const lane = openLane();
    const items = Array.from({ length: 100 }, (_, at) => at);
    const request = order(
      flowOf(`steps: [{ forEach: [${items.join(', ')}], concurrency: 100, do: [{ call: ten }] }]`),
    );
    await lane.start(request);
    await until(async () => (await runsOf(lane, 'slow')).length === 1_000);
    await lane.reaches(request.runId, 'waiting');

    const reply = await lane.stub().cancel(header(), request.runId, 'ana');

    expect(reply).toEqual({ outcome: 'done', status: 'cancelled' });
    expect(await lane.sql('SELECT DISTINCT status FROM runs')).toEqual([{ status: 'cancelled' }]);
    clock.move(3_600_000);
    await lane.alarm();
    expect(callee.calls).toEqual([]);
  }, 60_000);

  it('keeps a child that never began from beginning', async () => {
    const lane = openLane();
    const child = order(await save(named('unborn', 'steps: [{ call: put }]')));

    const replies = await lane.stub().cancelChildren(header(), [child.runId], 'run_x');
    const reply = await lane.start(child);

    expect(replies).toEqual([
      { kind: 'ended', end: JSON.stringify({ status: 'cancelled', outputs: null, error: null }) },
    ]);
    expect(reply).toMatchObject({ outcome: 'repeated', answer: { status: 'cancelled' } });
    expect(callee.calls).toEqual([]);
  });
});
