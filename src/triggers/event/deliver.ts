/**
 * Delivers events: asks every flow that listens, starts the runs of a whole batch together, and says what became of each
 * event for each flow. It writes nothing down and may be repeated: the same event starts the same run (T1).
 */
import { NO_FLOW, timeOf, type FlowVerdict, type StoredEvent } from '../../domain/event.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { StoreUnavailable } from '../../storage/deadline.ts';
import { findListeners, type Listeners } from '../../storage/listeners.ts';
import type { Judged } from '../../storage/verdicts.ts';
import { publicOrigin } from '../run-url.ts';
import { ask, type Say } from './ask.ts';
import { conclude } from './conclude.ts';
import { judgedOf } from './judged.ts';
import type { Ordering } from './run-order.ts';

/** `unknown`: D1 is silent, and nobody here knows who listens. */
export type Delivered = Judged | { readonly id: string; readonly unknown: true };

/** What is true of an event whatever the flows say. */
const beforeAll = (event: StoredEvent, listeners: Listeners, at: number): FlowVerdict | undefined => {
  if (event.fault !== undefined) return { verdict: 'invalid', at, reason: event.fault };
  if (listeners.pausedAt !== null && event.acceptedAt >= listeners.pausedAt) {
    return {
      verdict: 'paused',
      at,
      reason: 'The source is paused: it is delivered when the source goes on.',
    };
  }
  if (listeners.flows.length > 0) return undefined;
  return { verdict: 'not_matched', at, reason: `No flow listens to source ${event.source}.` };
};

const listenersOf = async (env: Bindings, source: string, now: number): Promise<Listeners | undefined> => {
  try {
    return await findListeners(env.DB, source, now);
  } catch (error) {
    if (error instanceof StoreUnavailable) return undefined;
    throw error;
  }
};

/** What is known of an event before any run is started. */
type Heard = { readonly id: string; readonly says: readonly Say[] } | Delivered;

const hear = async (env: Bindings, event: StoredEvent, how: Ordering): Promise<Heard> => {
  const { id } = event;
  const listeners = await listenersOf(env, event.source, how.now);
  if (listeners === undefined) return { id, unknown: true };
  const first = beforeAll(event, listeners, how.now);
  if (first !== undefined) {
    const paused = first.verdict === 'paused' ? ({ paused: true } as const) : {};
    return { id, verdicts: { [NO_FLOW]: first }, closedAt: how.now, ...paused };
  }
  const judged = judgedOf(event, listeners.ownActors);
  const says: Say[] = [];
  for (const listener of listeners.flows) says.push(await ask(env, listener, judged, how));
  return { id, says };
};

/**
 * What became of each event. They are dealt with in the order in which they happened, for the runs of a key keep it; one
 * that some flow could not be asked about stays open.
 */
export const deliver = async (
  env: Bindings,
  events: readonly StoredEvent[],
  now: number,
): Promise<readonly Delivered[]> => {
  const how = { origin: publicOrigin(env), now };
  const heard: Heard[] = [];
  const inTime = events.toSorted((one, other) => timeOf(one) - timeOf(other));
  for (const event of inTime) heard.push(await hear(env, event, how));
  const concluded = await conclude(
    env,
    heard.map((one) => ('says' in one ? one.says : [])),
    now,
  );
  return heard.map((one, index): Delivered => {
    if (!('says' in one)) return one;
    const { verdicts, open = true } = concluded[index] ?? { verdicts: {} };
    return { id: one.id, verdicts, closedAt: open ? null : now };
  });
};
