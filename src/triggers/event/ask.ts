/** Asks one flow about one event: its verdict, or the order for the run that decides it. */
import type { FlowVerdict, Verdict } from '../../domain/event.ts';
import type { Bindings } from '../../storage/bindings.ts';
import type { Listener } from '../../storage/listeners.ts';
import type { RunOrder } from '../order.ts';
import { guardLoop, LOOP_MS, LOOP_RUNS } from './loop-guard.ts';
import { match, type Judged } from './match.ts';
import { runOrder, type Ordering } from './run-order.ts';

/** One flow's say on an event. An `open` verdict is not the last word: the event is delivered once more. */
export type Say =
  | { readonly flow: string; readonly verdict: FlowVerdict; readonly open?: true }
  | { readonly flow: string; readonly order: RunOrder };

const say = (
  flow: string,
  verdict: Verdict,
  more: { readonly at: number; readonly reason: string },
): Say => ({
  flow,
  verdict: { verdict, ...more },
});

const listen = async (env: Bindings, listener: Listener, judged: Judged, how: Ordering): Promise<Say> => {
  const { name } = listener.flow;
  const at = how.now;
  const judgement = await match(listener, judged);
  if (!judgement.wanted) return say(name, judgement.verdict, { at, reason: judgement.reason });
  const ordered = await runOrder(listener, judged, how);
  if (!ordered.ok) return say(name, 'error', { at, reason: ordered.reason });
  const guarded = await guardLoop(env, name, judged);
  if (guarded === 'pass') return { flow: name, order: ordered.order };
  if (guarded === 'unavailable') {
    const verdict = { verdict: 'error', at, reason: 'No lane answers: it is tried again.' } as const;
    return { flow: name, verdict, open: true };
  }
  const reason = `More than ${LOOP_RUNS} events of this subject in ${LOOP_MS / 60_000} minutes were caused by ourselves.`;
  return say(name, 'loop', { at, reason });
};

/** A flow that breaks what asks it stops neither the other flows nor the other events. */
export const ask = async (env: Bindings, listener: Listener, judged: Judged, how: Ordering): Promise<Say> => {
  try {
    return await listen(env, listener, judged, how);
  } catch (error) {
    console.error(`Flow ${listener.flow.name} could not be asked about event ${judged.event.id}:`, error);
    const message = error instanceof Error ? error.message : String(error);
    const verdict = {
      verdict: 'error',
      at: how.now,
      reason: `The flow could not be asked: ${message}`,
    } as const;
    return { flow: listener.flow.name, verdict, open: true };
  }
};
