/** Callers that wait for the answer of a run. */
import type { RunAnswer } from '../domain/lane.ts';
import type { Ports } from '../engine/ports.ts';

export interface Waiters {
  /** How many callers wait for the run. */
  readonly count: (id: string) => number;
  /** Resolves with the answer, or with undefined after `ms`. */
  readonly wait: (id: string, ms: number) => Promise<RunAnswer | undefined>;
  readonly tell: (id: string, answer: RunAnswer) => void;
}

export const createWaiters = (after: Ports['after']): Waiters => {
  const waiting = new Map<string, Set<(answer: RunAnswer | undefined) => void>>();
  return {
    count: (id) => waiting.get(id)?.size ?? 0,
    wait: (id, ms) =>
      new Promise((resolve) => {
        const all = waiting.get(id) ?? new Set();
        waiting.set(id, all);
        const done = (answer: RunAnswer | undefined): void => {
          cancel();
          all.delete(done);
          if (all.size === 0) waiting.delete(id);
          resolve(answer);
        };
        const cancel = after(ms, () => done(undefined));
        all.add(done);
      }),
    tell: (id, answer) => {
      for (const done of waiting.get(id) ?? []) done(answer);
    },
  };
};
