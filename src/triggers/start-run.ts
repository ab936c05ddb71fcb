/**
 * The hall that all doors open into.
 *
 * T1: every trigger ends here with an idempotency key, or with a run id that its door minted once; the same key starts
 * one run for as long as anything can redeliver it. A key is judged by its home lane, which knows the run it stands for:
 *
 *   run at home      one call: key and run in one commit
 *   run elsewhere    claim at home ─▶ start at its lane ─▶ confirm at home; `start` is idempotent by run id, so whoever
 *                    finds a claim that was never confirmed starts that very run again
 */
import { laneOf } from '../domain/ids.ts';
import type { Bindings } from '../storage/bindings.ts';
import { layoutOf, OWN_LANE } from '../storage/lanes.ts';
import { judgedAtHome, startElsewhere } from './keyed-run.ts';
import type { RunOrder, Started } from './order.ts';
import { full, outcomeOf, startAt, type Placed } from './place-run.ts';
import { placedIn, placementOf, type Here } from './placement.ts';

const LANES_TRIED = 3;

/** The lanes that are tried when the first one takes no new runs. */
const lanesAfter = (env: Bindings, { group }: RunOrder, first: number): readonly number[] => {
  if (first === OWN_LANE || group !== undefined) return [];
  const { lanes } = layoutOf(env);
  const others = Math.min(LANES_TRIED, lanes) - 1;
  return Array.from({ length: others }, (_, step) => (first + step + 1) % lanes);
};

/** Without a key. The id is minted here, so a repeated call finds the run. */
const startedAnywhere = async (
  env: Bindings,
  order: RunOrder,
  { request: { runId } }: Here,
  reply: Placed,
): Promise<Started> => {
  // A lane that says so has certainly not taken the run: another id in another lane starts it once.
  if (reply.outcome !== 'overloaded') return outcomeOf(env, reply, runId);
  for (const number of lanesAfter(env, order, laneOf(runId))) {
    const { lane, request } = await placedIn(env, order, number);
    const placed = await startAt(env, lane, order, request);
    if (!placed.ok) return placed;
    if (placed.value.outcome !== 'overloaded') return outcomeOf(env, placed.value, request.runId);
  }
  return full();
};

/** What a lane's reply means to the order. Some replies send it on to other lanes. */
export const conclude = (env: Bindings, order: RunOrder, here: Here, reply: Placed): Promise<Started> =>
  here.request.key === undefined
    ? startedAnywhere(env, order, here, reply)
    : judgedAtHome(env, order, here, reply);

export const startHere = async (env: Bindings, order: RunOrder, here: Here): Promise<Started> => {
  const placed = await startAt(env, here.lane, order, here.request);
  return placed.ok ? conclude(env, order, here, placed.value) : placed;
};

/** Starts a run, or finds the one that its key has started already. Refuses `key_reused`, `expired`, `unavailable`. */
export const startRun = async (env: Bindings, order: RunOrder): Promise<Started> => {
  const placement = await placementOf(env, order);
  if (!('how' in placement)) return placement;
  return placement.how === 'here' ? startHere(env, order, placement) : startElsewhere(env, order, placement);
};
