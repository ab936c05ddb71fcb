/**
 * The other lanes, as a lane calls them for its runs' children. What does not answer gives undefined in its place: nothing
 * is lost, it is asked again.
 */
import type { ChildStand, StartReply, StartRequest, ToldEnd } from '../domain/lane.ts';
import type { Settings } from '../domain/flow.ts';
import type { Bindings, LaneStub } from '../storage/bindings.ts';
import type { LaneHeader } from '../domain/lane.ts';
import { callLane } from '../storage/call-lane.ts';
import { laneFor, mintRun, pickLane } from '../storage/lanes.ts';
import type { Lane } from '../storage/lanes.ts';

const TOGETHER = 100;

type Replies<R> = Promise<readonly (R | undefined)[]>;

export interface Fleet {
  /** @param lane its number; null: any, or one of its own, as the settings of its flow say */
  readonly mint: (lane: number | null, settings: Settings, now: number) => Promise<string>;
  /** @param definitions JSON of the flows by `name@version` */
  readonly start: (
    requests: readonly StartRequest[],
    definitions: Readonly<Record<string, string>>,
  ) => Replies<StartReply>;
  readonly ask: (runs: readonly string[]) => Replies<ChildStand>;
  readonly cancel: (runs: readonly string[], by: string) => Replies<ChildStand>;
  /** Gives the ids of the runs whose ends have been heard. */
  readonly tell: (ends: readonly ToldEnd[]) => Promise<readonly string[]>;
}

interface Group<T> {
  readonly lane: Lane;
  readonly items: { readonly item: T; readonly at: number }[];
}

/** Groups of at most a hundred, by the lane of a run; what lives in no lane is in none. */
const byLane = async <T>(env: Bindings, items: readonly T[], runOf: (item: T) => string) => {
  const groups: Group<T>[] = [];
  const open = new Map<string, Group<T>>();
  for (const [at, item] of items.entries()) {
    const lane = await laneFor(env, runOf(item));
    if (lane === undefined) continue;
    let group = open.get(lane.object);
    if (group === undefined || group.items.length === TOGETHER) {
      group = { lane, items: [] };
      groups.push(group);
      open.set(lane.object, group);
    }
    group.items.push({ item, at });
  }
  return groups;
};

type Call<T, R> = (stub: LaneStub, header: LaneHeader, items: readonly T[]) => Promise<readonly R[]>;

const callOne = async <T, R>(
  env: Bindings,
  { lane, items }: Group<T>,
  call: Call<T, R>,
): Promise<readonly R[]> => {
  const given = items.map(({ item }) => item);
  try {
    const called = await callLane(env, lane, (stub, header) => call(stub, header, given));
    return called.ok ? called.value : [];
  } catch (error) {
    console.error(`${lane.object} does not answer another lane:`, error);
    return [];
  }
};

/** One call a lane and hundred, all of them at once. */
const scatter = async <T, R>(
  env: Bindings,
  to: { readonly items: readonly T[]; readonly runOf: (item: T) => string },
  call: Call<T, R>,
): Promise<(R | undefined)[]> => {
  const replies = to.items.map((): R | undefined => undefined);
  const groups = await byLane(env, to.items, to.runOf);
  await Promise.all(
    groups.map(async (group) => {
      const answered = await callOne(env, group, call);
      for (const [index, { at }] of group.items.entries()) replies[at] = answered[index];
    }),
  );
  return replies;
};

const itself = (run: string): string => run;

export const createFleet = (env: Bindings): Fleet => ({
  mint: (lane, settings, now) => mintRun(env, lane ?? pickLane(env, settings), now),
  start: (requests, definitions) =>
    scatter(env, { items: requests, runOf: ({ runId }) => runId }, (stub, header, some) =>
      stub.startMany(header, some, definitions),
    ),
  ask: (runs) =>
    scatter(env, { items: runs, runOf: itself }, (stub, header, some) => stub.askChildren(header, some)),
  cancel: (runs, by) =>
    scatter(env, { items: runs, runOf: itself }, (stub, header, some) =>
      stub.cancelChildren(header, some, by),
    ),
  tell: async (ends) => {
    const groups = await byLane(env, ends, ({ parent }) => parent);
    const heard = await Promise.all(
      groups.map((group) => callOne(env, group, (stub, header, some) => stub.childrenEnded(header, some))),
    );
    return heard.flat();
  },
});
