/** Where the run of an order shall live, and who judges its key: found out before any lane is asked. */
import type { GroupClaim, KeyClaim, StartRequest } from '../domain/lane.ts';
import { refuse, type Refusal } from '../domain/problem.ts';
import type { Bindings } from '../storage/bindings.ts';
import { sha256 } from '../storage/digest.ts';
import { homeOf, laneFor, mintRun, OWN_LANE, pickLane, type Lane } from '../storage/lanes.ts';
import type { OrderKey, RunGroup, RunOrder } from './order.ts';
import { requestOf } from './place-run.ts';

/** A key row lives eight days; whoever comes later than seven would find it gone and start a second run. */
export const REDELIVERY_MS = 7 * 86_400_000;

/** Refuses a start that is older than the memory of the keys. */
export const tooOld = (firstAt: number, now: number): Refusal | undefined =>
  now - firstAt > REDELIVERY_MS
    ? refuse('expired', 'This start was first tried over 7 days ago; whether it ran is not known any more.')
    : undefined;

/** One call decides: there is no key, or it is judged where the run lives. */
export interface Here {
  readonly how: 'here';
  readonly lane: Lane;
  readonly request: StartRequest;
}
/** The key is claimed at its home first. */
export interface Elsewhere {
  readonly how: 'elsewhere';
  readonly home: Lane;
  readonly claim: KeyClaim;
  readonly group: GroupClaim | undefined;
  /** for the run, should the claim be ours */
  readonly runId: string;
}
export type Placement = Here | Elsewhere;

const claimOf = async ({ scope, key, body, firstAt }: OrderKey, now: number): Promise<KeyClaim> => ({
  hash: await sha256(JSON.stringify([scope, key])),
  // Most keys come with nothing else.
  body: body === '' ? '' : await sha256(body),
  firstAt: firstAt ?? now,
});

const lived = (runId: string, lane: Lane | undefined): Lane => {
  if (lane === undefined) throw new Error(`Run ${runId} was minted for a lane that does not exist.`);
  return lane;
};

const groupOf = async ({ name, policy, settleMs, at }: RunGroup): Promise<GroupClaim> => ({
  hash: await sha256(name),
  policy,
  at,
  ...(settleMs === undefined ? {} : { settleMs }),
});

/** The number of the lane in which the run has to live, where something ties it to one. */
const boundTo = (env: Bindings, { flow }: RunOrder, group: GroupClaim | undefined): number | undefined => {
  if (group !== undefined) return homeOf(env, group.hash).number;
  return flow.settings.lane === 'own' ? OWN_LANE : undefined;
};

/** @param number the lane of a run that has no key, or is tied to it */
export const placedIn = async (
  env: Bindings,
  order: RunOrder,
  number: number,
  group?: GroupClaim,
): Promise<Here> => {
  const runId = await mintRun(env, number, order.now);
  const lane = lived(runId, await laneFor(env, runId));
  return { how: 'here', lane, request: requestOf(order, runId, { group }) };
};

export const placementOf = async (env: Bindings, order: RunOrder): Promise<Placement | Refusal> => {
  const { key, now } = order;
  const group = order.group && (await groupOf(order.group));
  const bound = boundTo(env, order, group);
  if (key === undefined) return placedIn(env, order, bound ?? pickLane(env, order.flow.settings), group);
  const late = tooOld(key.firstAt ?? now, now);
  if (late !== undefined) return late;
  const claim = await claimOf(key, now);
  const home = homeOf(env, claim.hash);
  const runId = await mintRun(env, bound ?? home.number, now);
  if (bound !== undefined && bound !== home.number) return { how: 'elsewhere', home, claim, group, runId };
  return { how: 'here', lane: home, request: requestOf(order, runId, { key: claim, group }) };
};
