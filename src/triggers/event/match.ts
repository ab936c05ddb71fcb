/**
 * Whether a flow wants an event. Asked for every event and flow, so that nothing is dropped without a verdict:
 *
 *   type ─▶ enabled? ─▶ caused by ourselves? ─▶ where ─▶ wanted
 */
import { StepError } from '../../domain/errors.ts';
import type { Envelope, StoredEvent, Verdict } from '../../domain/event.ts';
import type { Flow } from '../../domain/flow.ts';
import { holds } from '../../language/resolve.ts';
import type { Listener } from '../../storage/listeners.ts';

/** An event ready to be judged: its JSON is read once, and only if somebody needs it. */
export interface Judged {
  readonly event: StoredEvent;
  readonly envelope: () => Envelope;
  /** our own connections caused it */
  readonly selfCaused: boolean;
}

export type Judgement =
  | { readonly wanted: true }
  | {
      readonly wanted: false;
      readonly verdict: Extract<
        Verdict,
        'not_matched' | 'disabled' | 'self_caused' | 'filtered' | 'error' | 'invalid'
      >;
      readonly reason: string;
    };

const unwanted = (verdict: Extract<Judgement, { wanted: false }>['verdict'], reason: string): Judgement => ({
  wanted: false,
  verdict,
  reason,
});

/** Exact, or with `*` at the end. Types are names: their case counts. */
export const fitsType = (type: string, pattern: string): boolean =>
  pattern.endsWith('*') ? type.startsWith(pattern.slice(0, -1)) : type === pattern;

const filter = async (where: string, flow: Flow, { event, envelope }: Judged): Promise<Judgement> => {
  try {
    // $now is the accept time: a filter decides the same whenever the event is delivered.
    const at = { now: event.acceptedAt, timezone: flow.settings.timezone };
    if (await holds(where, { event: envelope() }, at)) return { wanted: true };
    return unwanted('filtered', 'The condition "where" is not true for it.');
  } catch (error) {
    if (error instanceof StepError) return unwanted('error', `trigger.where: ${error.message}`);
    throw error;
  }
};

/** Whether the flow wants the event, and if not, why. */
export const match = async (
  { flow, trigger, enabled }: Pick<Listener, 'flow' | 'trigger' | 'enabled'>,
  judged: Judged,
): Promise<Judgement> => {
  const { type } = judged.event;
  if (!trigger.types.some((pattern) => fitsType(type, pattern))) {
    return unwanted('not_matched', `Its type is none of: ${trigger.types.join(', ')}`);
  }
  if (!enabled) return unwanted('disabled', 'The flow is disabled.');
  if (judged.selfCaused && trigger.selfCaused !== true) {
    const actor = judged.event.actor ?? '';
    return unwanted(
      'self_caused',
      `Our own connection caused it (${actor}): the trigger has no selfCaused: true.`,
    );
  }
  return trigger.where === undefined ? { wanted: true } : filter(trigger.where, flow, judged);
};
