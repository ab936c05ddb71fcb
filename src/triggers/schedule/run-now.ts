/** Starts a scheduled flow at once, as its schedule would: its overlap counts, its ledger does not. */
import { callerBy } from '../../access/caller.ts';
import { refuse } from '../../domain/problem.ts';
import type { Bindings } from '../../storage/bindings.ts';
import type { FoundFlow } from '../../storage/flow-cache.ts';
import type { RunOrder, Started } from '../order.ts';
import { startRun } from '../start-run.ts';
import { groupOf, inputsOf, overlapOf, scheduleGroup } from './tick-order.ts';

export interface RunNow {
  readonly found: FoundFlow;
  /** id of the token, or subject of the person, that asks, and the client it belongs to */
  readonly by: string;
  readonly client: string;
  readonly key: string | undefined;
  readonly origin: string;
  readonly now: number;
}

/** Refuses `conflict` when the overlap skips it, `invalid_input` for a flow that asks for inputs. */
export const runNow = async (
  env: Bindings,
  { found, by, client, key, origin, now }: RunNow,
): Promise<Started> => {
  const { definition: flow, version, name } = found;
  const checked = inputsOf(flow);
  if (!checked.ok) {
    const detail = `A schedule brings no inputs, and flow ${name} asks for some: run it by hand.`;
    return refuse('invalid_input', detail, { errors: checked.errors });
  }
  const at = new Date(now).toISOString();
  const order: RunOrder = {
    flow,
    version,
    start: {
      trigger: 'schedule',
      caller: callerBy(by),
      inputs: checked.value,
      schedule: { at, actual: at },
    },
    ...(key === undefined
      ? {}
      : { key: { scope: JSON.stringify(['schedule-now', name, client]), key, body: '' } }),
    ...groupOf(scheduleGroup(name), overlapOf(flow), now),
    waitMs: 0,
    origin,
    now,
  };
  const started = await startRun(env, order);
  if (!started.ok || started.outcome !== 'skipped') return started;
  const detail = `Run ${started.runId} is under way, and the schedule says "overlap: skip". Nothing was started.`;
  return refuse('conflict', detail);
};
