/**
 * Starts many runs with few calls: one a lane, for up to a hundred runs or a megabyte. T1 holds for each as in
 * `start-run.ts`; what one call cannot decide goes that way alone.
 */
import { versioned } from '../domain/flow.ts';
import type { StartReply } from '../domain/lane.ts';
import { refuse } from '../domain/problem.ts';
import type { Bindings } from '../storage/bindings.ts';
import { callLane, type Called } from '../storage/call-lane.ts';
import { bunched } from './bunch.ts';
import { startElsewhere } from './keyed-run.ts';
import type { RunOrder, Started } from './order.ts';
import { COMMIT_MS, isPlaced } from './place-run.ts';
import { placementOf, type Here, type Placement } from './placement.ts';
import { conclude, startHere } from './start-run.ts';

/** Orders that go their own way, at once. */
const ALONE_AT_ONCE = 16;

/** A place among the orders, and what was found out about it. */
interface Placing<P extends Placement> {
  readonly index: number;
  readonly order: RunOrder;
  readonly placement: P;
}
type Settle = (index: number, started: Started) => void;

/**
 * What became of each order, in their order. One that meets a bug is refused `internal`, and holds up no other.
 * Refuses as `startRun` does.
 */
export const startMany = async (env: Bindings, orders: readonly RunOrder[]): Promise<readonly Started[]> => {
  const all = new Map<number, Started>();
  const settle: Settle = (index, started) => void all.set(index, started);
  const here: Placing<Here>[] = [];
  const alone: (() => Promise<void>)[] = [];
  const placements = await Promise.all(orders.map((order) => placementOf(env, order)));
  for (const [index, order] of orders.entries()) {
    const placement = placements[index];
    if (placement === undefined) continue;
    if (!('how' in placement)) settle(index, placement);
    else if (placement.how === 'here') here.push({ index, order, placement });
    else alone.push(async () => settle(index, await guarded(order, startElsewhere(env, order, placement))));
  }
  await Promise.all([startHereTogether(env, here, settle), someAtOnce(alone)]);
  return orders.map((order, index) => all.get(index) ?? broken(order));
};

const startHereTogether = async (
  env: Bindings,
  placings: readonly Placing<Here>[],
  settle: Settle,
): Promise<void> => {
  const byLane = Map.groupBy(placings, ({ placement }) => placement.lane.object);
  await Promise.all(
    [...byLane.values()].map(async (some) => {
      // One after another: a lane that has its hands full gets no more meanwhile.
      for (const bunch of bunched(some, ({ placement }) => lengthOf(placement)))
        await startBunch(env, bunch, settle);
    }),
  );
};

const lengthOf = ({ request: { created, definition = '' } }: Here): number =>
  created.length + definition.length;

const startBunch = async (env: Bindings, bunch: readonly Placing<Here>[], settle: Settle): Promise<void> => {
  const replies = await asked(env, bunch);
  await Promise.all(
    bunch.map(async ({ index, order, placement }, at) => {
      const called = replies[at];
      if (called === undefined) return;
      const reply = called.ok ? called.value : undefined;
      if (!called.ok) settle(index, called);
      else if (reply !== undefined && isPlaced(reply))
        settle(index, await guarded(order, conclude(env, order, placement, reply)));
      else settle(index, await guarded(order, startHere(env, order, placement)));
    }),
  );
};

/** The lane's replies. Definitions follow where it asks for them, each once. */
const asked = async (env: Bindings, bunch: readonly Placing<Here>[]): Promise<Called<StartReply>[]> => {
  const first = await call(env, bunch, {});
  const lacking = bunch.filter((_, at) => isWithoutFlow(first[at]));
  if (lacking.length === 0) return first;
  const definitions: Record<string, string> = {};
  for (const { order } of lacking)
    definitions[versioned(order.flow.name, order.version)] ??= JSON.stringify(order.flow);
  const second = await call(env, lacking, definitions);
  return first.map((reply) => (isWithoutFlow(reply) ? (second.shift() ?? reply) : reply));
};

const isWithoutFlow = (called: Called<StartReply> | undefined): boolean =>
  called?.ok === true && called.value.outcome === 'need_flow';

const call = async (
  env: Bindings,
  bunch: readonly Placing<Here>[],
  definitions: Readonly<Record<string, string>>,
): Promise<Called<StartReply>[]> => {
  const lane = bunch[0]?.placement.lane;
  if (lane === undefined) return [];
  const requests = bunch.map(({ placement }) => placement.request);
  const longest = Math.max(...requests.map(({ waitMs }) => waitMs));
  try {
    const called = await callLane(
      env,
      lane,
      (stub, header) => stub.startMany(header, requests, definitions),
      longest + COMMIT_MS,
    );
    return called.ok ? called.value.map((value) => ({ ok: true, value })) : bunch.map(() => called);
  } catch (error) {
    console.error(`${bunch.length} runs could not be started in ${lane.object}:`, error);
    return bunch.map(({ order }) => broken(order));
  }
};

const someAtOnce = async (work: readonly (() => Promise<void>)[]): Promise<void> => {
  const queue = [...work];
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) await next();
  };
  await Promise.all(Array.from({ length: ALONE_AT_ONCE }, worker));
};

const broken = ({ flow }: RunOrder) =>
  refuse('internal', `A run of ${flow.name} could not be started: the log says why.`);

const guarded = async (order: RunOrder, work: Promise<Started>): Promise<Started> => {
  try {
    return await work;
  } catch (error) {
    console.error(`A run of ${order.flow.name} could not be started:`, error);
    return broken(order);
  }
};
