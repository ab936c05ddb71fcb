/** Starts the runs of a batch of events: what goes wrong with one is its own affair. */
import { refuse } from '../../domain/problem.ts';
import type { Bindings } from '../../storage/bindings.ts';
import type { RunOrder, Started } from '../order.ts';
import { startRun } from '../start-run.ts';

const AT_ONCE = 20;

const startAlone = async (env: Bindings, order: RunOrder): Promise<Started> => {
  try {
    return await startRun(env, order);
  } catch (error) {
    console.error(`A run of ${order.flow.name} could not be started:`, error);
    const message = error instanceof Error ? error.message : String(error);
    return refuse('internal', `The run could not be started: ${message}`);
  }
};

/** What became of each order, in their order. Never throws: a bug is the refusal `internal` of its order. */
export const startAll = async (env: Bindings, orders: readonly RunOrder[]): Promise<readonly Started[]> => {
  const started: Started[] = [];
  for (let at = 0; at < orders.length; at += AT_ONCE) {
    const some = orders.slice(at, at + AT_ONCE);
    started.push(...(await Promise.all(some.map((order) => startAlone(env, order)))));
  }
  return started;
};
