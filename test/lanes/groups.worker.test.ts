import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GroupClaim, StartReply } from '../../src/domain/lane.ts';
import { copied, die, flowOf, header, openLane, order } from './lane.ts';
import { grouped, inGroup, isHeld } from './grouped.ts';
import { callee, clock, failHistory, gate, NOON, resetOutside, until } from './outside.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
beforeEach(resetOutside);

const DAY = 86_400_000;
const calling = flowOf(
  `steps: [{ card: http.request, with: { url: "UP/\${{ event.id }}", method: PUT } }]`,
  '{ kind: event, source: okta, types: ["*"] }',
);
const quick = flowOf('steps: [{ return: {} }]', '{ kind: event, source: okta, types: ["*"] }');
const failing = flowOf(
  'steps: [{ fail: { code: no, message: No } }]',
  '{ kind: event, source: okta, types: ["*"] }',
);

const outcome = ({ outcome: word }: StartReply) => word;

describe('a group that queues', () => {
  it('has one run under way, and the others queued', async () => {
    const lane = openLane();
    const open = isHeld();
    const [one, two, three] = [grouped(calling, 'a'), grouped(calling, 'b'), grouped(calling, 'c')];

    const replies = [await lane.start(one), await lane.start(two), await lane.start(three)];
    await until(() => callee.calls.length === 1);

    expect(replies.map((reply) => 'answer' in reply && [reply.outcome, reply.answer.status])).toEqual([
      ['started', 'running'],
      ['started', 'queued'],
      ['started', 'queued'],
    ]);
    expect(await lane.detail(two.runId)).toMatchObject({ id: two.runId, status: 'queued', steps: 0 });
    open();
    await lane.reaches(three.runId, 'succeeded');
  });

  it('G3: begins the next one when the one before has ended, in the order of their times', async () => {
    const lane = openLane();
    const open = isHeld();
    await lane.start(grouped(calling, 'first'));
    const late = grouped(calling, 'late', { at: NOON + 2 });
    const early = grouped(calling, 'early', { at: NOON + 1 });
    const also = grouped(calling, 'also', { at: NOON + 2 });
    for (const request of [late, early, also]) await lane.start(request);

    open();
    for (const { runId } of [late, early, also]) await lane.reaches(runId, 'succeeded');

    expect(callee.calls.map(({ path }) => path)).toEqual(['/first', '/early', '/late', '/also']);
    expect([await lane.count('groups'), await lane.count('queue')]).toEqual([0, 0]);
  });

  it('runs those that end at once without a row of the group', async () => {
    const lane = openLane();
    const requests = Array.from({ length: 20 }, (_, n) => grouped(quick, `e${n}`));

    const replies = await lane.stub().startMany(header(), requests, {});

    expect(replies.map((reply) => 'answer' in reply && reply.answer.status)).toEqual(
      requests.map(() => 'succeeded'),
    );
    expect([await lane.count('groups'), await lane.count('queue')]).toEqual([0, 0]);
  });

  it('lets those of other groups, and those without one, pass', async () => {
    const lane = openLane();
    const open = isHeld();
    await lane.start(grouped(calling, 'a'));

    await lane.start(grouped(calling, 'b', { hash: 'other' }));
    await lane.start(order(calling));

    await until(() => callee.calls.length === 3);
    open();
  });

  it('goes on when a run of it fails', async () => {
    const lane = openLane();
    const open = isHeld();
    await lane.start(grouped(calling, 'a'));
    const bad = grouped(failing, 'bad');
    const good = grouped(calling, 'good');
    await lane.start(bad);
    await lane.start(good);

    open();

    await lane.reaches(bad.runId, 'failed');
    await lane.reaches(good.runId, 'succeeded');
  });

  it('T1: knows a start that comes again, whether it waits, is under way or over', async () => {
    const lane = openLane();
    const open = isHeld();
    const requests = ['a', 'b'].map((id) => grouped(calling, id, { key: id }));
    for (const request of requests) await lane.start(request);
    const again = () => Promise.all(['a', 'b'].map((id) => lane.start(grouped(calling, id, { key: id }))));

    const waiting = await again();
    await die();
    const afterwards = await again();
    open();
    await lane.nudge();
    for (const { runId } of requests) await lane.reaches(runId, 'succeeded');

    for (const replies of [waiting, afterwards, await again()])
      expect(replies.map((reply) => 'runId' in reply && reply.runId)).toEqual(
        requests.map(({ runId }) => runId),
      );
    expect(await lane.count('runs')).toBe(2);
  });

  it('takes no more than a thousand that wait', async () => {
    const lane = openLane();
    failHistory();
    const open = isHeld();
    await lane.start(grouped(calling, 'a'));
    const many = Array.from({ length: 1_001 }, (_, n) => grouped(calling, `e${n}`));

    const replies: StartReply[] = [];
    for (let from = 0; from < many.length; from += 100)
      replies.push(...(await lane.stub().startMany(header(), many.slice(from, from + 100), {})));

    expect(replies.map(outcome).filter((word) => word === 'started')).toHaveLength(1_000);
    expect(replies.at(-1)).toEqual({ outcome: 'full' });
    open();
  });

  it('counts the time limit of a run from its turn', async () => {
    const lane = openLane();
    const open = isHeld();
    const brief = flowOf(
      `settings: { timeout: 1m }
steps: [{ card: http.request, with: { url: UP/brief, method: PUT } }]`,
      '{ kind: event, source: okta, types: ["*"] }',
    );
    await lane.start(grouped(calling, 'a'));
    const request = grouped(brief, 'b');
    await lane.start(request);
    await until(() => callee.calls.length === 1);

    clock.move(600_000);
    open();

    await lane.reaches(request.runId, 'succeeded');
  });

  it('shows in the history what waits', async () => {
    const lane = openLane();
    const open = isHeld();
    await lane.start(grouped(calling, 'a'));
    const request = grouped(calling, 'b');

    await lane.start(request);

    await copied(request.runId, 'queued');
    open();
    await copied(request.runId, 'succeeded');
  });
});

describe('a run that waits in a group', () => {
  it('can be cancelled, and does nothing', async () => {
    const lane = openLane();
    const open = isHeld();
    await lane.start(grouped(calling, 'a'));
    const [two, three] = [grouped(calling, 'b'), grouped(calling, 'c')];
    await lane.start(two);
    await lane.start(three);

    const reply = await lane.stub().cancel(header(), two.runId, 'ana');
    open();
    await lane.reaches(three.runId, 'succeeded');

    expect(reply).toEqual({ outcome: 'done', status: 'cancelled' });
    expect(callee.counts()).toEqual({ '/a': 1, '/c': 1 });
  });

  it('is not begun by a word on one of its steps', async () => {
    const lane = openLane();
    const open = isHeld();
    await lane.start(grouped(calling, 'a'));
    const request = grouped(calling, 'b');
    await lane.start(request);

    const reply = await lane.stub().settle(header(), request.runId, '#0', 'ana', 'repeat', null);

    expect(reply).toMatchObject({ outcome: 'conflict' });
    expect(await lane.row(request.runId)).toMatchObject({ status: 'queued', phase: 'parked' });
    open();
  });

  it('has its turn when the one under way is cancelled', async () => {
    const lane = openLane();
    const open = isHeld();
    const [one, two] = [grouped(calling, 'a'), grouped(calling, 'b')];
    await lane.start(one);
    await lane.start(two);
    await until(() => callee.calls.length === 1);

    void lane.stub().cancel(header(), one.runId, 'ana');
    open();

    await lane.reaches(two.runId, 'succeeded');
  });

  it('leaves its turn to nobody when it is retried after its end', async () => {
    const lane = openLane();
    const bad = grouped(failing, 'bad');
    await lane.start(bad);
    await lane.reaches(bad.runId, 'failed');
    const open = isHeld();
    await lane.start(grouped(calling, 'a'));
    const waits = grouped(calling, 'b');
    await lane.start(waits);

    await lane.stub().retry(header(), bad.runId, 'ana', null, null);
    await lane.reaches(bad.runId, 'failed');

    expect(await lane.row(waits.runId)).toMatchObject({ status: 'queued' });
    open();
  });

  it('waits behind one in doubt, and has its turn after the word on that', async () => {
    const lane = openLane();
    const mailing = flowOf(
      'steps: [{ id: mail, card: http.request, with: { url: UP/mail, method: POST } }]',
      '{ kind: event, source: okta, types: ["*"] }',
    );
    callee.answer = async () => {
      throw new Error('connection lost');
    };
    const doubtful = grouped(mailing, 'a');
    await lane.start(doubtful);
    await lane.reaches(doubtful.runId, 'in_doubt');
    callee.answer = async () => Response.json({});
    const next = grouped(calling, 'b');

    await lane.start(next);
    const before = await lane.row(next.runId);
    await lane.stub().settle(header(), doubtful.runId, 'mail', 'ana', 'happened', '{}');

    expect(before).toMatchObject({ status: 'queued' });
    await lane.reaches(next.runId, 'succeeded');
  });
});

describe('a group that skips', () => {
  const skipping = (id: string, more: Partial<GroupClaim> & { key?: string } = {}) =>
    grouped(calling, id, { policy: 'skip', ...more });

  it('starts nothing while one is under way, says which one, and starts the next afterwards', async () => {
    const lane = openLane();
    const open = isHeld();
    const first = skipping('a');
    await lane.start(first);
    await until(() => callee.calls.length === 1);

    const skipped = await lane.start(skipping('b'));
    open();
    await lane.reaches(first.runId, 'succeeded');

    expect(skipped).toMatchObject({ outcome: 'skipped', runId: first.runId, answer: { status: 'running' } });
    expect(await lane.start(skipping('c'))).toMatchObject({ outcome: 'started' });
    expect(await lane.count('runs')).toBe(2);
  });

  it('T1: skips a start again that comes again, though the way is free by then', async () => {
    const lane = openLane();
    const open = isHeld();
    const first = skipping('a');
    await lane.start(first);
    const request = skipping('b');
    const keyed = skipping('c', { key: 'c' });
    await lane.start(request);
    await lane.start(keyed);
    open();
    await lane.reaches(first.runId, 'succeeded');
    await die();

    const again = [await lane.start(request), await lane.start(skipping('c', { key: 'c' }))];
    clock.move(8 * DAY + 1);
    await lane.nudge();

    expect(again.map((reply) => 'runId' in reply && [reply.outcome, reply.runId])).toEqual([
      ['skipped', first.runId],
      ['skipped', first.runId],
    ]);
    expect(await lane.count('joins')).toBe(0);
  });
});

describe('a group that cancels the one before', () => {
  const next = (id: string) => grouped(calling, id, { policy: 'cancel-previous' });

  it('ends what is under way and what waits, and begins the new one', async () => {
    const lane = openLane();
    const { open, pass } = gate();
    callee.answer = async (call) => {
      if (call.path === '/a') await pass();
      return Response.json({});
    };
    const [first, second, third] = [next('a'), next('b'), next('c')];
    await lane.start(first);
    await until(() => callee.calls.length === 1);

    const started = [second, third].map((request) => lane.start(request));
    open();
    await Promise.all(started);

    await lane.reaches(third.runId, 'succeeded');
    expect((await lane.row(first.runId))?.status).toBe('cancelled');
    expect(callee.counts()).not.toHaveProperty('/b');
  });

  it('cancels when the start is repeated, should the lane have died before', async () => {
    const lane = openLane();
    const open = isHeld();
    const [one, two] = [next('a'), next('b')];
    await lane.start(one);
    await until(() => callee.calls.length === 1);
    // As it would have been left between its commit and the word to the run before it.
    await lane.start({ ...two, group: { ...inGroup(), policy: 'queue' } });
    await die();

    open();
    await lane.start(two);

    await lane.reaches(two.runId, 'succeeded');
    expect((await lane.row(one.runId))?.status).toBe('cancelled');
  });
});

describe('a group that settles', () => {
  const MINUTE = 60_000;
  const all = flowOf(
    'steps: [{ return: { last: "${{ event.id }}", all: "${{ [events.id] }}" } }]',
    '{ kind: event, source: okta, types: ["*"] }',
  );
  const settling = (id: string, more: Partial<GroupClaim> & { key?: string } = {}) =>
    grouped(all, id, { settleMs: MINUTE, ...more });
  const outputs = async (runId: string) => (await copied(runId, 'succeeded')).detail.outputs;

  it('gathers events in one run, which begins once it was quiet for so long', async () => {
    const lane = openLane();
    const first = settling('a', { at: NOON + 1 });
    await lane.start(first);
    clock.move(MINUTE - 1);
    const second = await lane.start(settling('b', { at: NOON + 3 }));
    const third = await lane.start(settling('c', { at: NOON + 2 }));

    clock.move(MINUTE - 1);
    await lane.alarm();
    const before = await lane.row(first.runId);
    clock.move(1);
    await lane.alarm();

    expect([second, third]).toMatchObject([
      { outcome: 'joined', runId: first.runId, answer: { status: 'queued' } },
      { outcome: 'joined', runId: first.runId },
    ]);
    expect(before).toMatchObject({ status: 'queued', until: NOON + 2 * MINUTE - 1 });
    expect(await outputs(first.runId)).toEqual({ last: 'b', all: ['a', 'c', 'b'] });
    expect([await lane.count('runs'), await lane.count('queue')]).toEqual([1, 0]);
  });

  it('T1: has an event once, whether its start comes again before or after', async () => {
    const lane = openLane();
    const first = settling('a', { key: 'a' });
    const guest = settling('c');
    await lane.start(first);
    await lane.start(settling('b', { key: 'b' }));
    await lane.start(guest);
    await die();
    const before = [await lane.start(settling('b', { key: 'b' })), await lane.start(guest)];
    clock.move(MINUTE);
    await lane.alarm();
    const ended = await outputs(first.runId);

    const after = [await lane.start(settling('b', { key: 'b' })), await lane.start(guest)];

    expect(ended).toEqual({ last: 'c', all: ['a', 'b', 'c'] });
    for (const reply of [...before, ...after])
      expect(reply).toMatchObject({ outcome: 'joined', runId: first.runId });
    expect(await lane.count('runs')).toBe(1);
  });

  it('has an event once that comes under another key', async () => {
    const lane = openLane();
    const first = settling('a');
    await lane.start(first);
    await lane.start(settling('b'));

    await lane.start(settling('b'));
    clock.move(MINUTE);
    await lane.alarm();

    expect(await outputs(first.runId)).toEqual({ last: 'b', all: ['a', 'b'] });
  });

  it('gathers on while the run before is under way, and begins when that has ended', async () => {
    const lane = openLane();
    const open = isHeld();
    await lane.start(grouped(calling, 'x'));
    const first = settling('a');
    await lane.start(first);
    clock.move(MINUTE);
    await lane.alarm();
    const quiet = await lane.row(first.runId);
    await lane.start(settling('b'));
    clock.move(MINUTE);
    await lane.nudge();

    open();

    expect(quiet).toMatchObject({ status: 'queued', until: null });
    expect(await outputs(first.runId)).toEqual({ last: 'b', all: ['a', 'b'] });
  });

  it('begins with a hundred, and gathers the next ones in another run', async () => {
    const lane = openLane();
    const requests = Array.from({ length: 101 }, (_, n) => settling(`e${n}`));

    const replies: StartReply[] = [];
    for (const request of requests) replies.push(await lane.start(request));

    const [first] = requests;
    expect(replies.map(outcome)).toEqual([
      'started',
      ...Array.from({ length: 99 }, () => 'joined'),
      'started',
    ]);
    expect((await copied(first?.runId ?? '', 'succeeded')).detail.outputs).toMatchObject({ last: 'e99' });
  });

  it('can be cancelled while it gathers: the next event begins another', async () => {
    const lane = openLane();
    const first = settling('a');
    await lane.start(first);

    const replies = await Promise.all([
      lane.stub().cancel(header(), first.runId, 'ana'),
      lane.start(settling('b')),
    ]);

    expect(replies).toMatchObject([
      { outcome: 'done', status: 'cancelled' },
      { outcome: 'started', answer: { status: 'queued' } },
    ]);
  });

  it('E7: has its alarm set for the end of the quiet time, whatever the lane dies of', async () => {
    const lane = openLane();
    const first = settling('a');
    await lane.start(first);
    await copied(first.runId, 'queued');
    clock.move(30_000);
    await lane.alarm();
    await die();

    const alarm = await lane.alarmAt();
    clock.move(30_000);
    await lane.alarm();

    expect(alarm).toBe(NOON + MINUTE);
    expect(await outputs(first.runId)).toEqual({ last: 'a', all: ['a'] });
  });
});
