/** The order for the run that an event starts in a flow. */
import { StepError } from '../../domain/errors.ts';
import { timeOf, type StoredEvent } from '../../domain/event.ts';
import { canonical, type Json, type JsonObject } from '../../domain/json.ts';
import type { Caller } from '../../domain/run.ts';
import { checkFields } from '../../language/fields.ts';
import { resolve } from '../../language/resolve.ts';
import type { Listener } from '../../storage/listeners.ts';
import type { RunGroup, RunOrder } from '../order.ts';
import type { Judged } from './match.ts';

/** An event that is sent once more by a person: each replay is an order of its own. */
export interface Replay {
  /** `rpl_…`, minted when it was asked for */
  readonly id: string;
  readonly by: Caller;
  /** when it was asked for, ms */
  readonly at: number;
}

export interface Ordering {
  /** where links to runs begin */
  readonly origin: string;
  readonly now: number;
  readonly replay?: Replay | undefined;
}

export type Ordered =
  { readonly ok: true; readonly order: RunOrder } | { readonly ok: false; readonly reason: string };

/** T1: of one event each flow starts one run, however often the event is sent or delivered. */
const keyOf = ({ flow }: Listener, { source, sourceId, id, acceptedAt }: StoredEvent, replay?: Replay) => ({
  scope: `event:${source}:${flow.name}`,
  key: replay === undefined ? sourceId : `replay:${replay.id}:${id}`,
  body: '',
  firstAt: replay?.at ?? acceptedAt,
});

/**
 * The group that judges when the run may begin. A flow that settles without a key has one group; an event without a key
 * has nothing to be kept in order with.
 */
const groupOf = async (listener: Listener, { event, envelope }: Judged): Promise<RunGroup | undefined> => {
  const { flow, trigger } = listener;
  if (trigger.key === undefined && trigger.settleMs === undefined) return undefined;
  const at = { now: event.acceptedAt, timezone: flow.settings.timezone };
  const key: Json = (await resolve(trigger.key ?? null, { event: envelope() }, at)) ?? null;
  if (key === null && trigger.settleMs === undefined) return undefined;
  return {
    name: JSON.stringify(['event', flow.name, canonical(key)]),
    policy: 'queue',
    at: timeOf(event),
    ...(trigger.settleMs === undefined ? {} : { settleMs: trigger.settleMs }),
  };
};

/** As the run reads it: a replay says so. */
const eventOf = ({ event, envelope }: Judged, replay: Replay | undefined): JsonObject =>
  replay === undefined ? envelope() : { ...envelope(), replay: { id: replay.id, of: event.id } };

/** Refuses, in words for the verdict, a flow that asks for inputs no event brings, and a `key` that fails. */
export const runOrder = async (listener: Listener, judged: Judged, how: Ordering): Promise<Ordered> => {
  const { flow, version } = listener;
  const { event } = judged;
  const checked = checkFields(flow.inputs, {}, { from: 'json' });
  if (!checked.ok) {
    const [missing] = checked.errors;
    return { ok: false, reason: `An event brings no inputs, and ${missing?.path ?? 'one'} has no default.` };
  }
  try {
    const group = await groupOf(listener, judged);
    const caller = how.replay?.by ?? { kind: 'source', id: event.source };
    const start = {
      trigger: 'event',
      caller,
      inputs: checked.value,
      event: eventOf(judged, how.replay),
    } as const;
    const { origin, now } = how;
    const key = keyOf(listener, event, how.replay);
    return {
      ok: true,
      order: { flow, version, start, key, waitMs: 0, origin, now, ...(group === undefined ? {} : { group }) },
    };
  } catch (error) {
    if (error instanceof StepError) return { ok: false, reason: `trigger.key: ${error.message}` };
    throw error;
  }
};
