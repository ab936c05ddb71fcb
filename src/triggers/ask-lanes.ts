/** Asks lanes many things with few calls: one for up to a hundred, or a megabyte, that go to the same lane. */
import type { LaneHeader } from '../domain/lane.ts';
import { refuse } from '../domain/problem.ts';
import type { Bindings, LaneStub } from '../storage/bindings.ts';
import { callLane, type Called } from '../storage/call-lane.ts';
import type { Lane } from '../storage/lanes.ts';
import { bunched } from './bunch.ts';

export interface Asking<T, R> {
  readonly lane: (item: T) => Lane;
  /** units of text that it sends */
  readonly lengthOf: (item: T) => number;
  /** replies in the order of the items */
  readonly call: (stub: LaneStub, header: LaneHeader, items: readonly T[]) => Promise<readonly R[]>;
  readonly deadlineMs: number;
}

/** The reply to each, in their order. A bug in a call is the refusal `internal` of what went with it. */
export const askLanes = async <T, R>(
  env: Bindings,
  items: readonly T[],
  asking: Asking<T, R>,
): Promise<readonly Called<R>[]> => {
  const replies = new Map<T, Called<R>>();
  const byLane = Map.groupBy(items, (item) => asking.lane(item).object);
  await Promise.all(
    [...byLane.values()].map(async (some) => {
      // One after another: a lane that has its hands full gets no more meanwhile.
      for (const bunch of bunched(some, asking.lengthOf)) {
        const called = await ask(env, bunch, asking);
        for (const [at, item] of bunch.entries()) replies.set(item, called[at] ?? broken());
      }
    }),
  );
  return items.map((item) => replies.get(item) ?? broken());
};

const ask = async <T, R>(
  env: Bindings,
  bunch: readonly T[],
  { lane, call, deadlineMs }: Asking<T, R>,
): Promise<readonly Called<R>[]> => {
  const [first] = bunch;
  if (first === undefined) return [];
  try {
    const called = await callLane(env, lane(first), (stub, header) => call(stub, header, bunch), deadlineMs);
    return called.ok ? called.value.map((value) => ({ ok: true, value })) : bunch.map(() => called);
  } catch (error) {
    console.error(`A call to ${lane(first).object} for ${bunch.length} runs broke:`, error);
    return bunch.map(broken);
  }
};

const broken = () => refuse('internal', 'A run could not be started: the log says why.');
