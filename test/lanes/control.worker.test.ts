import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Flow } from '../../src/domain/flow.ts';
import { API, copied, die, flowOf, header, mint, openLane, order, type TestLane } from './lane.ts';
import { callee, clock, failHistory, gate, NOON, resetOutside, until } from './outside.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
beforeEach(resetOutside);

const waiting = flowOf('steps: [{ wait: { for: 3d } }, { return: {} }]');
const posting = flowOf(
  'steps: [{ id: mail, card: http.request, with: { url: UP/mail, method: POST } }, { return: { sent: "${{ steps.mail.status }}" } }]',
  API,
);
const cancel = (lane: TestLane, id: string) => lane.stub().cancel(header(), id, 'tok_ana');
const retry = (lane: TestLane, id: string, version: number | null = null, flow?: Flow) =>
  lane.stub().retry(header(), id, 'tok_ana', version, flow === undefined ? null : JSON.stringify(flow));

const DONE = { outcome: 'done', status: 'cancelled' } as const;

describe('cancel', () => {
  it('ends a run that waits, and says who did it', async () => {
    failHistory();
    const lane = openLane();
    const { runId } = order(waiting);
    await lane.start(order(waiting, { runId }));

    expect(await cancel(lane, runId)).toEqual(DONE);
    expect((await lane.entries(runId)).slice(-2)).toMatchObject([
      { type: 'ending', status: 'cancelled', by: 'tok_ana' },
      { type: 'finished', status: 'cancelled' },
    ]);
  });

  it('ends an attempt in flight, records what is known of it, and tells the caller of the endpoint', async () => {
    failHistory();
    const lane = openLane();
    callee.answer = () => new Promise(() => undefined);
    const request = order(posting, { waitMs: 3_000 });
    const caller = lane.start(request);
    await until(() => callee.calls.length === 1);

    expect(await cancel(lane, request.runId)).toEqual(DONE);
    expect(await caller).toMatchObject({ answer: { status: 'cancelled' } });
    const types = (await lane.entries(request.runId)).map(({ type }) => type);
    expect(types).toEqual(['created', 'attempted', 'ending', 'doubted', 'finished']);
  });

  it('finds a run that begins in the same moment', async () => {
    const lane = openLane();
    callee.answer = () => new Promise(() => undefined);
    const request = order(posting);

    const [, reply] = await Promise.all([lane.start(request), cancel(lane, request.runId)]);

    expect(reply).toEqual(DONE);
    expect(await lane.row(request.runId)).toMatchObject({ status: 'cancelled' });
  });

  it('of a run that has ended changes nothing', async () => {
    const lane = openLane();
    const request = order(posting, { waitMs: 1_000 });
    await lane.start(request);

    expect(await cancel(lane, request.runId)).toEqual({ outcome: 'already_final', status: 'succeeded' });
    await copied(request.runId, 'succeeded');
    expect(await cancel(lane, request.runId)).toEqual({ outcome: 'already_final', status: 'succeeded' });
  });

  it('of a run that is unknown makes a start that comes late find it cancelled', async () => {
    const lane = openLane();
    const request = order(posting, { waitMs: 1_000 });

    const reply = await cancel(lane, request.runId);
    await die();

    expect(reply).toEqual(DONE);
    expect(await lane.start(request)).toMatchObject({
      outcome: 'repeated',
      answer: { status: 'cancelled' },
    });
    expect(callee.calls).toEqual([]);
  });

  it.each([
    ['old', -600_001],
    ['invented', 600_001],
  ])('of an %s id creates nothing', async (_, age) => {
    const lane = openLane();
    clock.now = NOON + age;
    const id = mint();
    clock.now = NOON;

    expect(await cancel(lane, id)).toEqual({ outcome: 'not_found' });
    expect(await lane.count('runs')).toBe(0);
  });
});

describe('retry', () => {
  const steps = (url: string) =>
    `steps: [{ id: a, card: http.request, with: { url: UP/a } }, { id: b, card: http.request, with: { url: ${url} } }, { return: {} }]`;
  const flow = flowOf(steps('UP/bad'), API);
  const mended: Flow = { ...flowOf(steps('UP/good'), API), name: flow.name };
  const moved: Flow = { ...flowOf('steps: [{ return: {} }]', API), name: flow.name };

  const failed = async (lane: TestLane) => {
    callee.answer = async ({ path }) => new Response(null, { status: path === '/bad' ? 404 : 200 });
    const request = order(flow, { waitMs: 1_000 });
    await lane.start(request);
    return request.runId;
  };

  it('goes on from the step that failed, in the same version, also after the copy and a crash', async () => {
    const lane = openLane();
    const id = await failed(lane);
    await copied(id, 'failed');
    await die();
    callee.answer = async () => Response.json({});

    const reply = await retry(lane, id);

    expect(reply.outcome).toBe('done');
    await copied(id, 'succeeded');
    expect(callee.counts()).toEqual({ '/a': 1, '/bad': 2 });
  });

  it('goes on in the newest version, which the lane asks for', async () => {
    const lane = openLane();
    const id = await failed(lane);

    expect(await retry(lane, id, 2)).toEqual({ outcome: 'need_flow' });
    expect(await retry(lane, id, 2, mended)).toMatchObject({ outcome: 'done' });
    await lane.reaches(id, 'succeeded');

    expect(callee.counts()).toEqual({ '/a': 1, '/bad': 1, '/good': 1 });
    expect(await lane.detail(id)).toMatchObject({ version: 2, attempt: 2 });
  });

  it('in a version that does not have what the run has done is refused, with the steps', async () => {
    const lane = openLane();
    const id = await failed(lane);

    const reply = await retry(lane, id, 3, moved);

    expect(reply).toMatchObject({ outcome: 'conflict', message: expect.stringContaining('steps a ') });
    expect(await lane.row(id)).toMatchObject({ status: 'failed' });
  });

  it('has no answer until it has ended again', async () => {
    const lane = openLane();
    const id = await failed(lane);
    const { open, pass } = gate();
    callee.answer = async () => {
      await pass();
      return Response.json({});
    };

    await retry(lane, id);
    const meanwhile = await lane.stub().answer(header(), id, 0);
    open();
    await lane.reaches(id, 'succeeded');

    expect(meanwhile).toEqual({ status: 'running' });
    expect(await lane.stub().answer(header(), id, 0)).toMatchObject({ status: 'succeeded', outputs: '{}' });
  });

  it('is for failed runs', async () => {
    const lane = openLane();
    const [parked, ended] = [order(waiting), order(moved, { version: 9, waitMs: 1_000 })];
    await lane.start(parked);
    await lane.start(ended);

    expect(await retry(lane, parked.runId)).toMatchObject({ outcome: 'conflict' });
    expect(await retry(lane, ended.runId)).toEqual({ outcome: 'already_final', status: 'succeeded' });
    expect(await retry(lane, mint())).toEqual({ outcome: 'not_found' });
  });
});

describe('E6: a person settles a step in doubt', () => {
  /** The connection breaks off after the callee has done it. */
  const inDoubt = async (lane: TestLane) => {
    callee.answer = async ({ number }) => {
      if (number === 1) throw new TypeError('Network connection lost.');
      return Response.json({});
    };
    const request = order(posting);
    await lane.start(request);
    await lane.reaches(request.runId, 'in_doubt');
    return request.runId;
  };
  const settle = (lane: TestLane, id: string, word: 'happened' | 'repeat' | 'fail', output?: object) =>
    lane
      .stub()
      .settle(header(), id, 'mail', 'tok_ana', word, output === undefined ? null : JSON.stringify(output));

  it('it happened: its output is what the person says, and nothing is sent', async () => {
    const lane = openLane();
    const id = await inDoubt(lane);

    await settle(lane, id, 'happened', { status: 201 });

    await lane.reaches(id, 'succeeded');
    expect((await lane.detail(id))?.outputs).toEqual({ sent: 201 });
    expect(callee.calls).toHaveLength(1);
  });

  it('repeat: it is attempted once more, with the same key', async () => {
    const lane = openLane();
    const id = await inDoubt(lane);

    await settle(lane, id, 'repeat');

    await lane.reaches(id, 'succeeded');
    expect(callee.calls.map(({ key }) => key)).toEqual([`${id}:mail`, `${id}:mail`]);
  });

  it('fail: the run fails, and says by whose word', async () => {
    const lane = openLane();
    const id = await inDoubt(lane);

    await settle(lane, id, 'fail');

    await lane.reaches(id, 'failed');
    expect((await lane.detail(id))?.error).toMatchObject({ code: 'in_doubt' });
  });

  it('nothing else is settled', async () => {
    const lane = openLane();
    const id = await inDoubt(lane);
    const other = order(waiting);
    await lane.start(other);

    expect(await settle(lane, other.runId, 'happened')).toMatchObject({ outcome: 'conflict' });
    expect(await settle(lane, mint(), 'happened')).toEqual({ outcome: 'not_found' });
    await settle(lane, id, 'fail');
    expect(await settle(lane, id, 'happened')).toEqual({ outcome: 'already_final', status: 'failed' });
  });
});
