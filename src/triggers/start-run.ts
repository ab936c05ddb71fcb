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
import type { Bindings } from '../storage/bindings.ts';
import { laneFor, layoutOf, mintRun, OWN_LANE, pickLane } from '../storage/lanes.ts';
import { startWithKey } from './keyed-run.ts';
import type { RunOrder, Started } from './order.ts';
import { full, outcomeOf, requestOf, startAt } from './place-run.ts';

const LANES_TRIED = 3;

const lanesToTry = (env: Bindings, first: number): readonly number[] => {
  if (first === OWN_LANE) return [OWN_LANE];
  const { lanes } = layoutOf(env);
  return Array.from({ length: Math.min(LANES_TRIED, lanes) }, (_, step) => (first + step) % lanes);
};

/** Without a key: any lane that has room. The id is minted here, so a repeated call finds the run. */
const startAnywhere = async (env: Bindings, order: RunOrder): Promise<Started> => {
  for (const number of lanesToTry(env, pickLane(env, order.flow.settings))) {
    const runId = await mintRun(env, number, order.now);
    const lane = await laneFor(env, runId);
    if (lane === undefined) throw new Error(`Run ${runId} was minted for a lane that does not exist.`);
    const placed = await startAt(env, lane, order, requestOf(order, runId, {}));
    if (!placed.ok) return placed;
    // A lane that says so has certainly not taken the run: another id in another lane starts it once.
    if (placed.value.outcome !== 'overloaded') return outcomeOf(env, placed.value, runId);
  }
  return full();
};

/** Starts a run, or finds the one that its key has started already. Refuses `key_reused`, `expired`, `unavailable`. */
export const startRun = (env: Bindings, order: RunOrder): Promise<Started> =>
  order.key === undefined ? startAnywhere(env, order) : startWithKey(env, order, order.key);
