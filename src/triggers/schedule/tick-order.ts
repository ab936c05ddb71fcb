/** The order for the run that a tick starts. */
import { callerBy } from '../../access/caller.ts';
import type { Flow } from '../../domain/flow.ts';
import type { Caller } from '../../domain/run.ts';
import type { ScheduleTrigger } from '../../domain/schedule.ts';
import { checkFields } from '../../language/fields.ts';
import type { TickName } from '../../storage/due-schedules.ts';
import type { DueTick } from '../../storage/tick-outcomes.ts';
import type { RunGroup, RunOrder } from '../order.ts';

type Overlap = ScheduleTrigger['overlap'];

/** A schedule's runs meet each other, and those of a backfill among themselves: neither makes the other wait. */
export const groupOf = (name: string, policy: Overlap, at: number): { readonly group?: RunGroup } =>
  policy === 'allow' ? {} : { group: { name, policy, at } };

export const scheduleGroup = (flow: string): string => `schedule:${flow}`;

/** Of a flow that is no schedule any more: it was one when the tick was due. */
export const overlapOf = ({ trigger }: Flow): Overlap =>
  trigger.kind === 'schedule' ? trigger.overlap : 'skip';

const iso = (at: number): string => new Date(at).toISOString();

export type Ordered =
  { readonly ok: true; readonly order: RunOrder } | { readonly ok: false; readonly reason: string };

/** What the clock brings a flow: no inputs, so each must have a default. */
export const inputsOf = (flow: Flow) => checkFields(flow.inputs, {}, { from: 'json' });

const CLOCK: Caller = { kind: 'clock', id: null };

/**
 * T1: the key is made of the schedule and the nominal time, or of the backfill and the nominal time. Refuses, in words
 * for the ledger, a flow that asks for inputs.
 */
export const tickOrder = (
  flow: Flow,
  tick: DueTick,
  backfill: TickName['backfill'],
  { origin, now }: Pick<RunOrder, 'origin' | 'now'>,
): Ordered => {
  const checked = inputsOf(flow);
  if (!checked.ok) {
    const [missing] = checked.errors;
    return {
      ok: false,
      reason: `a schedule brings no inputs, and "${missing?.path ?? 'one'}" has no default`,
    };
  }
  const { nominal, since } = tick;
  const scope = backfill === undefined ? scheduleGroup(flow.name) : `backfill:${backfill.id}`;
  return {
    ok: true,
    order: {
      flow,
      version: tick.version,
      start: {
        trigger: 'schedule',
        caller: backfill === undefined ? CLOCK : callerBy(backfill.by),
        inputs: checked.value,
        schedule: { at: iso(nominal), actual: iso(Math.max(since, now)) },
      },
      key: { scope, key: iso(nominal), body: '', firstAt: since },
      ...groupOf(scope, backfill?.overlap ?? overlapOf(flow), nominal),
      waitMs: 0,
      origin,
      now,
    },
  };
};
