/**
 * Starts runs whose keys have their homes elsewhere, together: the claims, then the starts, then the confirmations, each
 * step in one call a lane. T1 holds as in `keyed-run.ts`: what is neither ours nor unconfirmed goes that way alone.
 */
import type { ClaimReply } from '../domain/lane.ts';
import type { Bindings } from '../storage/bindings.ts';
import type { Called } from '../storage/call-lane.ts';
import { laneFor } from '../storage/lanes.ts';
import { askLanes } from './ask-lanes.ts';
import { startClaimed } from './keyed-run.ts';
import type { RunOrder, Started } from './order.ts';
import { COMMIT_MS, isPlaced, outcomeOf, requestOf } from './place-run.ts';
import type { Elsewhere } from './placement.ts';
import { startTogether, type Placing } from './start-together.ts';

export interface Claiming {
  readonly order: RunOrder;
  readonly placement: Elsewhere;
}

/** One that goes on by itself, as its claim, or its start, does not say all. */
interface Alone extends Claiming {
  readonly reply: ClaimReply;
}

const CLAIM_LENGTH = 300;

const claim = (env: Bindings, claimings: readonly Claiming[]): Promise<readonly Called<ClaimReply>[]> =>
  askLanes(env, claimings, {
    lane: ({ placement }) => placement.home,
    lengthOf: () => CLAIM_LENGTH,
    call: (stub, header, some) =>
      stub.claimMany(
        header,
        some.map(({ placement }) => ({ claim: placement.claim, runId: placement.runId })),
      ),
    deadlineMs: COMMIT_MS,
  });

/** Should these get lost, the next one with such a key starts the same run id again, to no effect. */
const confirm = (env: Bindings, started: readonly Claiming[]) =>
  askLanes(env, started, {
    lane: ({ placement }) => placement.home,
    lengthOf: () => CLAIM_LENGTH,
    call: async (stub, header, some) => {
      await stub.confirmMany(
        header,
        some.map(({ placement }) => placement.claim.hash),
      );
      return some.map(() => true);
    },
    deadlineMs: COMMIT_MS,
  });

/** The start that follows a claim of our own. */
const placingOf = async (env: Bindings, { order, placement }: Claiming): Promise<Placing> => {
  const { runId, group } = placement;
  const lane = await laneFor(env, runId);
  if (lane === undefined) throw new Error(`Run ${runId} was minted for a lane that does not exist.`);
  return { order, lane, request: requestOf(order, runId, { group }) };
};

/** What became of each, in their order; `alone` starts one that goes its own way. */
export const claimMany = async (
  env: Bindings,
  claimings: readonly Claiming[],
  alone: (one: Claiming, work: () => Promise<Started>) => Promise<Started>,
): Promise<readonly Started[]> => {
  const claims = await claim(env, claimings);
  const ours = claimings.filter((_, at) => isOurs(claims[at]));
  const replies = await startTogether(env, await Promise.all(ours.map((one) => placingOf(env, one))));
  const startReplies = new Map(ours.map((one, at) => [one, replies[at]]));
  const confirmable: Claiming[] = [];
  const started = await Promise.all(
    claimings.map(async (one, at): Promise<Started | Alone> => {
      const claimed = claims[at];
      if (claimed === undefined) throw new Error(`Nobody said whose the key of ${one.order.flow.name} is.`);
      if (!claimed.ok) return claimed;
      const reply = startReplies.get(one);
      if (reply?.ok === false) return reply;
      if (reply === undefined || !isPlaced(reply.value)) return { ...one, reply: claimed.value };
      const outcome = outcomeOf(env, reply.value, one.placement.runId);
      if (outcome.ok && outcome.runId === one.placement.runId) confirmable.push(one);
      return outcome;
    }),
  );
  await confirm(env, confirmable);
  return Promise.all(
    started.map((one) =>
      'reply' in one
        ? alone(one, () => startClaimed(env, one.order, one.placement, one.reply))
        : Promise.resolve(one),
    ),
  );
};

const isOurs = (called: Called<ClaimReply> | undefined): boolean =>
  called?.ok === true && called.value.outcome === 'claimed';
