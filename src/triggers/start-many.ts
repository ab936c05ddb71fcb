/**
 * Starts many runs with few calls: one a lane, for up to a hundred runs or a megabyte. T1 holds for each as in
 * `start-run.ts`; what one call cannot decide goes that way alone.
 */
import { refuse } from '../domain/problem.ts';
import type { Bindings } from '../storage/bindings.ts';
import { claimMany, type Claiming } from './claim-many.ts';
import type { RunOrder, Started } from './order.ts';
import { isPlaced } from './place-run.ts';
import { placementOf, type Here } from './placement.ts';
import { conclude, startHere } from './start-run.ts';
import { startTogether } from './start-together.ts';

/** Orders that go their own way, at once. */
const ALONE_AT_ONCE = 16;

interface Placed {
  readonly order: RunOrder;
  readonly placement: Here;
}

/**
 * What became of each order, in their order. One that meets a bug is refused `internal`, and holds up no other.
 * Refuses as `startRun` does.
 */
export const startMany = async (env: Bindings, orders: readonly RunOrder[]): Promise<readonly Started[]> => {
  const all = new Map<number, Started>();
  const here = new Map<number, Placed>();
  const elsewhere = new Map<number, Claiming>();
  const placements = await Promise.all(orders.map((order) => placementOf(env, order)));
  for (const [index, order] of orders.entries()) {
    const placement = placements[index];
    if (placement === undefined) continue;
    if (!('how' in placement)) all.set(index, placement);
    else if (placement.how === 'here') here.set(index, { order, placement });
    else elsewhere.set(index, { order, placement });
  }
  const alone = takeTurns();
  const [hereStarted, elsewhereStarted] = await Promise.all([
    startAllHere(env, [...here.values()], alone),
    claimMany(env, [...elsewhere.values()], ({ order }, work) => alone(order, work)),
  ]);
  for (const [at, index] of [...here.keys()].entries()) all.set(index, hereStarted[at] ?? broken());
  for (const [at, index] of [...elsewhere.keys()].entries()) all.set(index, elsewhereStarted[at] ?? broken());
  return orders.map((_, index) => all.get(index) ?? broken());
};

type Alone = (order: RunOrder, work: () => Promise<Started>) => Promise<Started>;

const startAllHere = async (
  env: Bindings,
  placed: readonly Placed[],
  alone: Alone,
): Promise<readonly Started[]> => {
  const replies = await startTogether(
    env,
    placed.map(({ order, placement: { lane, request } }) => ({ order, lane, request })),
  );
  return Promise.all(
    placed.map(async ({ order, placement }, at) => {
      const called = replies[at];
      if (called === undefined) return broken();
      if (!called.ok) return called;
      const reply = called.value;
      if (isPlaced(reply)) return alone(order, () => conclude(env, order, placement, reply));
      return alone(order, () => startHere(env, order, placement));
    }),
  );
};

/** Lets so many work at once. */
const takeTurns = (): Alone => {
  let free = ALONE_AT_ONCE;
  const waiting: (() => void)[] = [];
  return async (order, work) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free -= 1;
    try {
      return await work();
    } catch (error) {
      console.error(`A run of ${order.flow.name} could not be started:`, error);
      return broken();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free += 1;
      else next();
    }
  };
};

const broken = (): Started => refuse('internal', 'A run could not be started: the log says why.');
