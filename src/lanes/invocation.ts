/**
 * What one invocation of the object (a call, an alarm) may do outside: the platform allows so many requests each, and
 * so many at once. What exceeds it goes on in the next alarm.
 */

/** The free plan allows 50 requests an invocation; some are left for connections and the history. */
const CALLS = 40;
const AT_ONCE = 6;

export interface Invocation {
  readonly acquire: (wake: () => void) => 'taken' | 'later' | 'spent';
  readonly release: () => void;
}

export const newInvocation = (): Invocation => {
  let left = CALLS;
  let busy = 0;
  let waiting: (() => void)[] = [];
  return {
    acquire: (wake) => {
      if (left === 0) return 'spent';
      if (busy >= AT_ONCE) {
        waiting.push(wake);
        return 'later';
      }
      left -= 1;
      busy += 1;
      return 'taken';
    },
    release: () => {
      busy -= 1;
      const woken = waiting;
      waiting = [];
      for (const wake of woken) wake();
    },
  };
};
