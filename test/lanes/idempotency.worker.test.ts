import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { KeyClaim } from '../../src/domain/lane.ts';
import { API, die, flowOf, header, mint, openLane, order } from './lane.ts';
import { callee, clock, gate, NOON, resetOutside, until } from './outside.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
beforeEach(resetOutside);

const DAY = 86_400_000;
const calling = flowOf(
  'steps: [{ card: http.request, with: { url: UP/a } }, { return: { done: true } }]',
  API,
);
const DONE = { status: 'succeeded', outputs: '{"done":true}' };

const claim = (body = 'body', firstAt = NOON): KeyClaim => ({ hash: 'key', body, firstAt });
const keyed = (body?: string) => order(calling, { key: claim(body), waitMs: 1_000 });

const slowCallee = () => {
  const { open, pass } = gate();
  callee.answer = async () => {
    await pass();
    return Response.json({});
  };
  return open;
};

const REFUSE_ALL = "CREATE TRIGGER full BEFORE INSERT ON runs BEGIN SELECT RAISE(ABORT, 'full'); END";

describe('T1: the same run id', () => {
  it('starts one run, and the second caller gets its answer', async () => {
    const lane = openLane();
    const request = order(calling, { waitMs: 1_000 });

    const first = await lane.start(request);
    const second = await lane.start(request);

    expect(first).toMatchObject({ outcome: 'started', answer: DONE });
    expect(second).toEqual({ ...first, outcome: 'repeated' });
    expect(callee.calls).toHaveLength(1);
  });

  it('starts one run when both arrive together', async () => {
    const lane = openLane();
    const request = order(calling, { waitMs: 1_000 });

    const replies = await Promise.all([lane.start(request), lane.start(request), lane.start(request)]);

    expect(replies.map(({ outcome }) => outcome)).toEqual(['started', 'repeated', 'repeated']);
    expect(replies.every((reply) => 'answer' in reply && reply.answer.status === 'succeeded')).toBe(true);
    expect(callee.calls).toHaveLength(1);
  });

  it('starts one run when the lane died in between', async () => {
    const lane = openLane();
    const request = order(calling, { waitMs: 1_000 });
    await lane.start(request);
    await die();

    expect(await lane.start(request)).toMatchObject({ outcome: 'repeated', answer: DONE });
    expect(callee.calls).toHaveLength(1);
  });

  it('is not said to have started by a commit that fails', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const lane = openLane();
    await lane.sql(REFUSE_ALL);
    const request = order(calling);

    const replies = await Promise.all([lane.start(request), lane.start(request)]);

    expect(replies).toEqual([{ outcome: 'restarting' }, { outcome: 'restarting' }]);
  });
});

describe('T1: the same key', () => {
  it('starts one run, and gives its answer to every later caller', async () => {
    const lane = openLane();
    const first = keyed();
    await lane.start(first);

    const second = await lane.start(keyed());
    await die();
    const third = await lane.start(keyed());

    const expected = { outcome: 'repeated', runId: first.runId, answer: DONE };
    expect([second, third]).toMatchObject([expected, expected]);
    expect(callee.calls).toHaveLength(1);
  });

  it('starts one run when all arrive together', async () => {
    const lane = openLane();
    const requests = Array.from({ length: 5 }, () => keyed());

    const replies = await Promise.all(requests.map(lane.start));

    const [first, ...others] = replies;
    expect(first).toMatchObject({ outcome: 'started', runId: requests[0]?.runId });
    expect(others.every((reply) => 'runId' in reply && reply.runId === requests[0]?.runId)).toBe(true);
    expect(await lane.count('runs')).toBe(1);
  });

  it('with another body is refused, and says whose it is', async () => {
    const lane = openLane();
    const first = keyed('one');

    const [, second] = await Promise.all([lane.start(first), lane.start(keyed('another'))]);

    expect(second).toEqual({ outcome: 'key_reused', runId: first.runId });
    expect(await lane.start(keyed('another'))).toEqual({ outcome: 'key_reused', runId: first.runId });
  });

  it('is free again when the start that took it could not be committed', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const lane = openLane();
    await lane.sql(REFUSE_ALL);
    await lane.start(keyed());
    await lane.sql('DROP TRIGGER full');

    expect(await lane.start(keyed('another'))).toMatchObject({ outcome: 'started' });
  });

  it('is remembered for eight days, as long as anything can redeliver it', async () => {
    const lane = openLane();
    await lane.start(keyed());

    clock.move(8 * DAY);
    await lane.nudge();
    const before = await lane.start(keyed());
    clock.move(1);
    await lane.nudge();

    expect(before).toMatchObject({ outcome: 'repeated' });
    expect(await lane.start(keyed())).toMatchObject({ outcome: 'started' });
  });
});

describe('T1: a key whose run lives elsewhere', () => {
  it('is claimed once, also by those who come together, and confirmed', async () => {
    const lane = openLane();
    const [one, two] = [mint(), mint()];

    const replies = await Promise.all([
      lane.stub().claim(header(), claim(), one),
      lane.stub().claim(header(), claim(), two),
    ]);
    await lane.stub().confirm(header(), 'key');
    await die();

    expect(replies).toEqual([
      { outcome: 'claimed', runId: one, confirmed: false },
      { outcome: 'known', runId: one, confirmed: false },
    ]);
    const later = await lane.stub().claim(header(), claim(), two);
    expect(later).toEqual({ outcome: 'known', runId: one, confirmed: true });
  });

  it('is refused with another body', async () => {
    const lane = openLane();
    const runId = mint();
    await lane.stub().claim(header(), claim('one'), runId);

    const reply = await lane.stub().claim(header(), claim('another'), mint());

    expect(reply).toEqual({ outcome: 'key_reused', runId });
  });

  it('starts nothing at home: the home cannot say how far that run is', async () => {
    const lane = openLane();
    const runId = mint();
    await lane.stub().claim(header(), claim(), runId);

    expect(await lane.start(keyed())).toEqual({ outcome: 'in_progress', runId });
    expect(await lane.count('runs')).toBe(0);
  });
});

describe('the number of homes', () => {
  it('is fixed: a lane refuses another, whatever happened since', async () => {
    const lane = openLane();
    await lane.start(keyed());
    await die();

    const other = header({ homes: 2 });

    expect(await lane.stub().start(other, keyed())).toEqual({ outcome: 'wrong_home' });
    expect(await lane.stub().claim(other, claim(), mint())).toEqual({ outcome: 'wrong_home' });
  });
});

describe('a repeated request', () => {
  it('finds the key in progress while the first caller waits, and afterwards how far the run is', async () => {
    const lane = openLane();
    const open = slowCallee();
    const first = order(calling, { key: claim(), waitMs: 100 });
    const waiting = lane.start(first);
    await until(() => callee.calls.length === 1);

    const meanwhile = await lane.start(keyed());
    await waiting;
    const afterwards = await lane.start(keyed());
    open();

    expect(meanwhile).toEqual({ outcome: 'in_progress', runId: first.runId });
    expect(await waiting).toMatchObject({ outcome: 'started', answer: { status: 'running' } });
    expect(afterwards).toMatchObject({
      outcome: 'repeated',
      runId: first.runId,
      answer: { status: 'running' },
    });
  });

  it('is told when there first was an answer', async () => {
    const lane = openLane();
    const open = slowCallee();
    const first = order(calling, { key: claim() });
    await lane.start(first);
    await until(() => callee.calls.length === 1);
    clock.move(40_000);
    open();
    await lane.reaches(first.runId, 'succeeded');
    clock.move(40_000);

    expect(await lane.start(keyed())).toMatchObject({ answer: { ...DONE, answeredAt: NOON + 40_000 } });
  });

  it('gets the answer for a day, then only how the run ended', async () => {
    const lane = openLane();
    const first = keyed();
    await lane.start(first);

    clock.move(DAY);
    await lane.nudge();
    const before = await lane.start(keyed());
    clock.move(1);
    await lane.nudge();

    expect(before).toMatchObject({ answer: DONE });
    expect(await lane.start(keyed())).toEqual({
      outcome: 'repeated',
      runId: first.runId,
      answer: { status: 'succeeded' },
    });
  });
});

describe('the definition of a flow', () => {
  it('is asked for once, and kept', async () => {
    const lane = openLane();
    const withoutIt = () => {
      const { definition: _, ...rest } = order(calling);
      return rest;
    };

    const asked = await lane.start(withoutIt());
    await lane.start(order(calling));
    await die();

    expect(asked).toEqual({ outcome: 'need_flow' });
    expect(await lane.start(withoutIt())).toMatchObject({ outcome: 'started' });
  });

  it('that was never saved belongs to its run alone', async () => {
    const lane = openLane();
    const draft = flowOf('steps: [{ return: { draft: 2 } }]', API);
    await lane.start(order({ ...calling, name: draft.name }, { version: 0 }));

    const reply = await lane.start(order(draft, { version: 0, waitMs: 1_000 }));

    expect(reply).toMatchObject({ answer: { outputs: '{"draft":2}' } });
  });
});

describe('the rate of a flow', () => {
  it('is counted exactly, and again in the next window', async () => {
    const lane = openLane();
    const ask = () => lane.stub().admit(header(), 'hello', 3, 1_000);
    clock.now = NOON + 400;

    const first = await Promise.all([ask(), ask(), ask(), ask()]);
    await die();
    const fifth = await ask();
    clock.move(600);

    expect(first).toEqual([0, 0, 0, 600]);
    expect([fifth, await ask()]).toEqual([600, 0]);
  });
});
