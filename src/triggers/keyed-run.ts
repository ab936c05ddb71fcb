/** Starts the one run of an idempotency key (T1). */
import { laneOf, mintedAt } from '../domain/ids.ts';
import type { ClaimReply, GroupClaim } from '../domain/lane.ts';
import type { Bindings } from '../storage/bindings.ts';
import { callLane } from '../storage/call-lane.ts';
import { homeOf, laneFor, layoutOf, mintRun, type Lane } from '../storage/lanes.ts';
import type { RunOrder, Started } from './order.ts';
import {
  COMMIT_MS,
  full,
  outcomeOf,
  requestOf,
  reused,
  startAt,
  wrongHome,
  type Placed,
} from './place-run.ts';
import { tooOld, type Elsewhere, type Here } from './placement.ts';

/** The run that a key stands for, as its home says; `mine` when this order's claim made it so. */
interface KnownRun {
  readonly runId: string;
  readonly confirmed: boolean;
  readonly mine: boolean;
  readonly group: GroupClaim | undefined;
}

/** The run that a key already stands for, wherever it lives. */
const resume = async (env: Bindings, order: RunOrder, known: KnownRun): Promise<Started> => {
  const late = tooOld(mintedAt(known.runId), order.now);
  if (late !== undefined) return late;
  const lane = await laneFor(env, known.runId);
  if (lane === undefined) throw new Error(`Run ${known.runId} lives in a lane that does not exist any more.`);
  if (known.confirmed) {
    const called = await callLane(env, lane, (stub, header) => stub.answer(header, known.runId, 0));
    if (!called.ok) return called;
    // A run that is confirmed and no longer known has ended: nothing may start it again.
    const answer = called.value ?? { status: 'succeeded' as const };
    return { ok: true, outcome: 'repeated', runId: known.runId, answer };
  }
  const more = { group: known.group, ...(known.mine ? {} : { waitMs: 0 }) };
  const placed = await startAt(env, lane, order, requestOf(order, known.runId, more));
  if (!placed.ok) return placed;
  const started = outcomeOf(env, placed.value, known.runId);
  return started.ok && !known.mine && started.outcome === 'started'
    ? { ...started, outcome: 'repeated' }
    : started;
};

/** The key is claimed at home first; then its run is started where it shall live, and confirmed at home. */
export const startElsewhere = async (
  env: Bindings,
  order: RunOrder,
  placement: Elsewhere,
): Promise<Started> => {
  const { home, claim, runId } = placement;
  const claimed = await callLane(env, home, (stub, header) => stub.claim(header, claim, runId));
  if (!claimed.ok) return claimed;
  return startClaimed(env, order, placement, claimed.value);
};

/** What follows a claim. */
export const startClaimed = async (
  env: Bindings,
  order: RunOrder,
  { home, claim, group, runId }: Elsewhere,
  reply: ClaimReply,
): Promise<Started> => {
  if (reply.outcome === 'key_reused') return reused(reply.runId);
  if (!('runId' in reply)) return reply.outcome === 'wrong_home' ? wrongHome(env) : full();
  const mine = reply.runId === runId;
  const started = await resume(env, order, { runId: reply.runId, confirmed: reply.confirmed, mine, group });
  // The home cannot tell what became of an order without a run of its own: its lane is asked again.
  if (started.ok && !reply.confirmed && started.runId === reply.runId) {
    // Should this get lost, the next one with the key starts the same run id again, to no effect.
    await callLane(env, home, (stub, header) => stub.confirm(header, claim.hash));
  }
  return started;
};

/** Our own run, found by the repetition of a call whose reply was lost: the key's lane does not wait a second time. */
const waitAgain = async (
  env: Bindings,
  home: Lane,
  { runId, waitMs }: { readonly runId: string; readonly waitMs: number },
): Promise<Started> => {
  const called = await callLane(
    env,
    home,
    (stub, header) => stub.answer(header, runId, waitMs),
    waitMs + COMMIT_MS,
  );
  if (!called.ok) return called;
  return { ok: true, outcome: 'started', runId, answer: called.value ?? { status: 'running' } };
};

/** The home has taken the key and no run, or is to take none: the run gets the next lane. */
const startInNextLane = async (
  env: Bindings,
  order: RunOrder,
  { claim, group }: Pick<Elsewhere, 'claim' | 'group'>,
): Promise<Started> => {
  const home = homeOf(env, claim.hash);
  const runId = await mintRun(env, (home.number + 1) % layoutOf(env).lanes, order.now);
  return startElsewhere(env, order, { how: 'elsewhere', home, claim, group, runId });
};

/** What the home of a key replies: key and run in one commit there, unless the run has to live elsewhere. */
export const judgedAtHome = async (
  env: Bindings,
  order: RunOrder,
  { lane, request: { runId, key, group } }: Here,
  reply: Placed,
): Promise<Started> => {
  if (key === undefined) throw new Error(`Run ${runId} was started without a key.`);
  if (reply.outcome === 'overloaded')
    return layoutOf(env).lanes > 1 && group === undefined
      ? startInNextLane(env, order, { claim: key, group })
      : full();
  // The home took no run then, only the key: it cannot say how far the run has got.
  const isGuest = 'runId' in reply && laneOf(reply.runId) !== lane.number;
  if (isGuest && reply.outcome !== 'key_reused') return startInNextLane(env, order, { claim: key, group });
  const isOurs = 'runId' in reply && reply.runId === runId;
  if (isOurs && reply.outcome !== 'started') return waitAgain(env, lane, { runId, waitMs: order.waitMs });
  return outcomeOf(env, reply, runId);
};
