/** The process of load.ts, as seen from the one that measures. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Loaded, LoadOrder } from './load.ts';

export type Load = (order: LoadOrder) => Promise<Loaded>;

/** Runs `use` beside a process that makes the load. A wrong answer ends the benchmark. */
export const withLoad = async <T>(use: (load: Load) => Promise<T>): Promise<T> => {
  const child = fork(join(import.meta.dirname, 'load.ts'));
  try {
    return await use(async (order) => {
      child.send(order);
      // What our own `load.ts` sends.
      const [loaded] = (await once(child, 'message')) as [Loaded];
      if (loaded.wrong > 0)
        throw new Error(`${order.url}: ${loaded.wrong} wrong answers, the first: ${loaded.example}`);
      return loaded;
    });
  } finally {
    child.disconnect();
  }
};
