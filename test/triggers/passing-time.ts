/** A clock that a test moves: pauses and deadlines pass at once. */
import { vi } from 'vitest';

export const NOW = Date.parse('2026-11-23T12:00:00Z');

export const stopClock = (): void => {
  vi.useFakeTimers({ now: NOW, toFake: ['setTimeout', 'clearTimeout', 'Date'] });
};

/** Lets timers run until the work is done; what waits for no timer, as digests do, gets its turn in between. */
export const passTime = async <T>(work: Promise<T>): Promise<T> => {
  const state = { isDone: false };
  const done = work.finally(() => {
    state.isDone = true;
  });
  // Its failure is for the test to meet, when the time has passed.
  done.catch(() => undefined);
  while (!state.isDone) {
    await vi.advanceTimersByTimeAsync(100);
    await new Promise(setImmediate);
  }
  return done;
};
