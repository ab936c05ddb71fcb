import { describe, expect, it } from 'vitest';
import { waitAtMost } from '../../src/lanes/patience.ts';
import { createWaiters } from '../../src/lanes/waiters.ts';

/** Timers that a test fires. */
const timers = () => {
  const pending = new Set<() => void>();
  return {
    pending,
    fire: () => {
      for (const callback of pending) callback();
    },
    after: (_: number, callback: () => void) => {
      pending.add(callback);
      return () => void pending.delete(callback);
    },
  };
};

describe('waiters', () => {
  it('are all told the answer, and counted until then', async () => {
    const waiters = createWaiters(timers().after);
    const waiting = [waiters.wait('run', 100), waiters.wait('run', 100)];
    const before = waiters.count('run');

    waiters.tell('run', { status: 'succeeded' });

    expect(await Promise.all(waiting)).toEqual([{ status: 'succeeded' }, { status: 'succeeded' }]);
    expect([before, waiters.count('run')]).toEqual([2, 0]);
  });

  it('wait for their own run only', () => {
    const waiters = createWaiters(timers().after);
    void waiters.wait('run', 100);

    waiters.tell('another', { status: 'succeeded' });

    expect(waiters.count('run')).toBe(1);
  });

  it('go empty-handed when their time is over', async () => {
    const time = timers();
    const waiters = createWaiters(time.after);
    const waiting = waiters.wait('run', 100);

    time.fire();

    expect(await waiting).toBeUndefined();
    expect(waiters.count('run')).toBe(0);
  });

  it('leave no timer behind when they were told', () => {
    const time = timers();
    const waiters = createWaiters(time.after);
    void waiters.wait('run', 100);

    waiters.tell('run', { status: 'failed' });

    expect(time.pending.size).toBe(0);
  });
});

describe('waiting at most so long', () => {
  it('ends with the work and leaves no timer behind', async () => {
    const time = timers();

    await waitAtMost(time, 100, Promise.resolve());

    expect(time.pending.size).toBe(0);
  });

  it('ends when the time is over, whatever the work does', async () => {
    const time = timers();
    const waiting = waitAtMost(time, 100, new Promise(() => undefined));

    time.fire();

    await expect(waiting).resolves.toBeUndefined();
  });
});
