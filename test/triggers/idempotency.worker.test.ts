import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { DONE, doorsSaying, json, problem, publish, RUNNING, setUp, tokenWith } from './doorway.ts';

beforeAll(async () => {
  await setUp();
  const waiting = 'trigger: { kind: api, auth: public, wait: 10s }\nsteps: [{ return: {} }]';
  await publish({
    waiting,
    other: waiting,
    named: 'trigger: { kind: api, auth: public }\ninputs: { a: { type: string } }\nsteps: [{ return: {} }]',
    accepting: 'trigger: { kind: api, auth: public, reply: accept }\nsteps: [{ return: {} }]',
    guarded: 'trigger: { kind: api }\nsteps: [{ return: {} }]',
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const keyed = (body: unknown, key = 'order-17') => json(body, { 'Idempotency-Key': key });

describe('Idempotency-Key', () => {
  it('gives the same run and the same answer for the same key and body', async () => {
    const { call, lanes } = doorsSaying(DONE);

    const first = await call(keyed({}));
    const second = await call(keyed({}));

    expect(first.headers.has('Idempotency-Replayed')).toBe(false);
    expect(second.headers.get('Idempotency-Replayed')).toBe('true');
    expect(second.headers.get('Sluice-Run')).toBe(first.headers.get('Sluice-Run'));
    expect([second.status, await second.json()]).toEqual([first.status, await first.json()]);
    expect(lanes.allRuns()).toHaveLength(1);
  });

  it('is refused for another body', async () => {
    const { ask } = doorsSaying(DONE);
    await ask('/invoke/named', keyed({ a: '1' }));
    const second = await problem(ask('/invoke/named', keyed({ a: '2' })));

    expect(second).toMatchObject({ status: 422, code: 'key_reused' });
  });

  it('is in progress while the first caller may still be waiting', async () => {
    const { call } = doorsSaying(RUNNING);
    await call(keyed({}));

    const second = await problem(call(keyed({})));

    expect(second).toMatchObject({ status: 409, code: 'in_progress' });
    expect(second.headers.get('Retry-After')).toBe('1');
  });

  it('gives the same 202 once the first caller was sent away, also after the run has ended', async () => {
    const { call, change } = doorsSaying(RUNNING);
    const start = Date.now();
    const first = await call(keyed({}));

    vi.useFakeTimers({ now: start + 11_000, toFake: ['Date'] });
    const second = await call(keyed({}));
    change({ ...DONE, answeredAt: start + 20_000 });
    vi.setSystemTime(start + 30_000);
    const third = await call(keyed({}));

    for (const replay of [second, third]) {
      expect(replay.status).toBe(202);
      expect(replay.headers.get('Location')).toBe(first.headers.get('Location'));
      expect(replay.headers.get('Idempotency-Replayed')).toBe('true');
    }
  });

  it('gives the answer when it came while the first caller was waiting', async () => {
    const { call, change } = doorsSaying(RUNNING);
    const start = Date.now();
    await call(keyed({}));
    change({ ...DONE, answeredAt: start + 9_000 });

    expect((await call(keyed({}))).status).toBe(200);
  });

  it('of an accepting flow gives 202 each time', async () => {
    const { ask } = doorsSaying(DONE);

    const first = await ask('/invoke/accepting', keyed({}));
    const second = await ask('/invoke/accepting', keyed({}));

    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.headers.get('Location')).toBe(first.headers.get('Location'));
  });

  it('tells that an answer of the day before is not kept', async () => {
    const { call } = doorsSaying({ status: 'succeeded' });
    const start = Date.now();
    await call(keyed({}));

    vi.useFakeTimers({ now: start + 25 * 3_600_000, toFake: ['Date'] });

    expect(await problem(call(keyed({})))).toMatchObject({ status: 410, code: 'expired' });
  });

  it('counts per flow and client, not per token', async () => {
    const { ask, lanes } = doorsSaying(DONE);
    const [old, rotated, stranger] = await Promise.all([
      tokenWith(['invoke:guarded'], 'acme'),
      tokenWith(['invoke:guarded'], 'acme'),
      tokenWith(['invoke:guarded'], 'other'),
    ]);
    const as = (token: string) =>
      ask('/invoke/guarded', json({}, { 'Idempotency-Key': 'k', Authorization: `Bearer ${token}` }));

    const [first, second, third] = [await as(old), await as(rotated), await as(stranger)];
    await ask('/invoke/waiting', keyed({}, 'k'));
    await ask('/invoke/other', keyed({}, 'k'));

    expect(second.headers.get('Sluice-Run')).toBe(first.headers.get('Sluice-Run'));
    expect(third.headers.get('Sluice-Run')).not.toBe(first.headers.get('Sluice-Run'));
    expect(lanes.allRuns()).toHaveLength(4);
  });

  it.each(['', 'x'.repeat(256), 'grün'])('is refused when it is "%s"', async (key) => {
    const { call, lanes } = doorsSaying(DONE);

    expect(await problem(call(keyed({}, key)))).toMatchObject({ status: 400, code: 'malformed' });
    expect(lanes.allRuns()).toEqual([]);
  });
});
