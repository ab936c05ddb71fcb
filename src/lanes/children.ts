/**
 * The runs that a run of this lane calls. They live in its own lane while that has room, where starting many is one
 * commit and their ends need no message; else, or where their flow wants a lane of its own, in another.
 */
import { versioned } from '../domain/flow.ts';
import { laneOf } from '../domain/ids.ts';
import type { ChildStand, StartReply, StartRequest } from '../domain/lane.ts';
import type { ChildEnd } from '../domain/run.ts';
import type { Child, ChildReply, Children } from '../engine/ports.ts';
import { OWN_LANE } from '../storage/lanes.ts';
import { standOfChild } from './child-stands.ts';
import { cancelCalled } from './control.ts';
import type { Lane, Live } from './lane.ts';
import { isFull } from './room.ts';
import { startChild } from './start-child.ts';

const UNAVAILABLE: ChildReply = { kind: 'unavailable' };

/** Whether both live in this lane. */
export const isNear = (run: string, other: string): boolean =>
  laneOf(run) !== OWN_LANE && laneOf(run) === laneOf(other);

export const createChildren = (lane: Lane, live: () => Live): Children => {
  const isOurs = (run: string): boolean => isNear(live().id, run);

  /** Those of this lane are asked here, the others there; the replies stand in the order of the items. */
  const each = async <T>(
    items: readonly T[],
    how: {
      readonly runOf: (item: T) => string;
      readonly near: (item: T) => Promise<ChildReply>;
      readonly far: (items: readonly T[]) => Promise<readonly ChildReply[]>;
    },
  ): Promise<readonly ChildReply[]> => {
    const away = items.filter((item) => !isOurs(how.runOf(item)));
    const far = away.length === 0 ? [] : how.far(away);
    const near = await Promise.all(items.filter((item) => isOurs(how.runOf(item))).map(how.near));
    const replies = { near: near.values(), far: (await far).values() };
    return items.map((item) => {
      const reply = isOurs(how.runOf(item)) ? replies.near.next().value : replies.far.next().value;
      return hears(live(), how.runOf(item), reply ?? UNAVAILABLE);
    });
  };

  return {
    mint: ({ settings }, now) => {
      const number = laneOf(live().id);
      const isHere = number !== OWN_LANE && settings.lane !== 'own' && !isFull(lane);
      return lane.fleet.mint(isHere ? number : null, settings, now);
    },
    start: (children) =>
      each(children, {
        runOf: ({ run }) => run,
        near: (child) => startChild(lane, live(), child),
        far: (away) => startAway(lane, away),
      }),
    ask: (runs) =>
      each(runs, {
        runOf: (run) => run,
        near: async (run) => standOfChild(lane, run),
        far: async (away) => (await lane.fleet.ask(away)).map(replyOf),
      }),
    cancel: (runs, by) =>
      each(runs, {
        runOf: (run) => run,
        near: async (run) => {
          await cancelCalled(lane, run, by);
          return standOfChild(lane, run);
        },
        far: async (away) => (await lane.fleet.cancel(away, by)).map(replyOf),
      }),
  };
};

/** T5: an end that comes as a reply has been heard, like one that was told. */
const hears = (live: Live, run: string, reply: ChildReply): ChildReply => {
  if (reply.kind === 'ended') live.heard.add(run);
  return reply;
};

const replyOf = (stand: ChildStand | undefined): ChildReply => {
  if (stand === undefined) return UNAVAILABLE;
  // Written by the other lane as JSON of just this.
  return stand.kind === 'ended' ? { kind: 'ended', end: JSON.parse(stand.end) as ChildEnd } : stand;
};

/** For another lane, as flat data. */
export const standFrom = (reply: ChildReply): ChildStand =>
  reply.kind === 'ended' ? { kind: 'ended', end: JSON.stringify(reply.end) } : reply;

const startAway = async (lane: Lane, children: readonly Child[]): Promise<readonly ChildReply[]> => {
  const definitions: Record<string, string> = {};
  for (const { flow, version } of children)
    definitions[versioned(flow.name, version)] ??= JSON.stringify(flow);
  const replies = await lane.fleet.start(children.map(requestOf), definitions);
  return replies.map(startedAway);
};

const requestOf = ({ run, flow, version, created }: Child): StartRequest => ({
  runId: run,
  created: JSON.stringify(created),
  flow: flow.name,
  version,
  waitMs: 0,
});

/** One that has ended already is owed, and its lane will tell; but one that was cancelled first has nobody to tell. */
const startedAway = (reply: StartReply | undefined): ChildReply => {
  if (reply === undefined || !('answer' in reply)) return UNAVAILABLE;
  if (reply.answer.status !== 'cancelled') return { kind: 'running' };
  return { kind: 'ended', end: { status: 'cancelled', outputs: null, error: null } };
};
