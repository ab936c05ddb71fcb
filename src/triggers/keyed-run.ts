/** Starts the one run of an idempotency key (T1). */
import { laneOf, mintedAt } from '../domain/ids.ts';
import type { KeyClaim } from '../domain/lane.ts';
import { refuse, type Refusal } from '../domain/problem.ts';
import type { Bindings } from '../storage/bindings.ts';
import { callLane } from '../storage/call-lane.ts';
import { sha256 } from '../storage/digest.ts';
import { homeOf, laneFor, layoutOf, mintRun, OWN_LANE, type Lane } from '../storage/lanes.ts';
import type { OrderKey, RunOrder, Started } from './order.ts';
import { COMMIT_MS, full, outcomeOf, requestOf, reused, startAt, wrongHome } from './place-run.ts';

/** A key row lives eight days; whoever comes later than seven would find it gone and start a second run. */
export const REDELIVERY_MS = 7 * 86_400_000;

/** Refuses a start that is older than the memory of the keys. */
const tooOld = (firstAt: number, now: number): Refusal | undefined =>
  now - firstAt > REDELIVERY_MS
    ? refuse('expired', 'This start was first tried over 7 days ago; whether it ran is not known any more.')
    : undefined;

/** The run that a key already stands for, wherever it lives. */
const resume = async (
  env: Bindings,
  order: RunOrder,
  known: { readonly runId: string; readonly confirmed: boolean; readonly mine: boolean },
): Promise<Started> => {
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
  const more = known.mine ? {} : { waitMs: 0 };
  const placed = await startAt(env, lane, order, requestOf(order, known.runId, more));
  if (!placed.ok) return placed;
  const started = outcomeOf(env, placed.value, known.runId);
  return started.ok && !known.mine ? { ...started, outcome: 'repeated' } : started;
};

/** The key is claimed at home first; then its run is started where it shall live, and confirmed at home. */
const startElsewhere = async (env: Bindings, order: RunOrder, claim: KeyClaim): Promise<Started> => {
  const home = homeOf(env, claim.hash);
  const { lanes } = layoutOf(env);
  const own = order.flow.settings.lane === 'own';
  const runId = await mintRun(env, own ? OWN_LANE : (home.number + 1) % lanes, order.now);

  const claimed = await callLane(env, home, (stub, header) => stub.claim(header, claim, runId));
  if (!claimed.ok) return claimed;
  const reply = claimed.value;
  if (reply.outcome === 'key_reused') return reused(reply.runId);
  if (!('runId' in reply)) return reply.outcome === 'wrong_home' ? wrongHome(env) : full();

  const mine = reply.runId === runId;
  const started = await resume(env, order, { runId: reply.runId, confirmed: reply.confirmed, mine });
  if (started.ok && !reply.confirmed) {
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

/** Home first: key and run in one commit there, unless the run has to live elsewhere. */
export const startWithKey = async (env: Bindings, order: RunOrder, key: OrderKey): Promise<Started> => {
  const firstAt = key.firstAt ?? order.now;
  const late = tooOld(firstAt, order.now);
  if (late !== undefined) return late;
  const hash = await sha256(JSON.stringify([key.scope, key.key]));
  const claim = { hash, body: await sha256(key.body), firstAt };
  if (order.flow.settings.lane === 'own') return startElsewhere(env, order, claim);

  const home = homeOf(env, hash);
  const runId = await mintRun(env, home.number, order.now);
  const placed = await startAt(env, home, order, requestOf(order, runId, { key: claim }));
  if (!placed.ok) return placed;
  const reply = placed.value;
  if (reply.outcome === 'overloaded')
    return layoutOf(env).lanes > 1 ? startElsewhere(env, order, claim) : full();
  // The home took no run then, only the key: it cannot say how far the run has got.
  const isGuest = 'runId' in reply && laneOf(reply.runId) !== home.number;
  if (isGuest && reply.outcome !== 'key_reused') return startElsewhere(env, order, claim);
  const isOurs = 'runId' in reply && reply.runId === runId;
  if (isOurs && reply.outcome !== 'started') return waitAgain(env, home, { runId, waitMs: order.waitMs });
  return outcomeOf(env, reply, runId);
};
