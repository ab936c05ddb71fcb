/** Starts what the flows have ordered, all together, and puts the verdicts of each event side by side. */
import type { FlowVerdict, Verdicts } from '../../domain/event.ts';
import type { Bindings } from '../../storage/bindings.ts';
import type { Started } from '../order.ts';
import { startMany } from '../start-many.ts';
import type { Say } from './ask.ts';

export interface Concluded {
  readonly verdicts: Verdicts;
  /** some verdict is not the last word */
  readonly open: boolean;
}

interface Answer {
  readonly verdict: FlowVerdict;
  readonly open?: true;
}

const answerOf = (started: Started, at: number): Answer => {
  if (started.ok) {
    const joined = started.outcome === 'joined' ? { reason: 'It joined a run that had not begun.' } : {};
    return { verdict: { verdict: 'started', at, run: started.runId, ...joined } };
  }
  const reason = started.detail;
  if (started.code === 'expired') return { verdict: { verdict: 'expired', at, reason } };
  return { verdict: { verdict: 'error', at, reason }, open: true };
};

/** One list of says an event, and what came of each, in their order. */
export const conclude = async (
  env: Bindings,
  heard: readonly (readonly Say[])[],
  now: number,
): Promise<readonly Concluded[]> => {
  const orders = heard.flatMap((says) => says.flatMap((one) => ('order' in one ? [one.order] : [])));
  const started = (await startMany(env, orders)).values();
  const answer = (one: Say): Answer => {
    if ('verdict' in one) return one;
    const next = started.next();
    if (next.done === true) throw new Error('An order was started and nothing said what came of it.');
    return answerOf(next.value, now);
  };
  return heard.map((says) => {
    const answers = says.map((one) => [one.flow, answer(one)] as const);
    return {
      verdicts: Object.fromEntries(answers.map(([flow, { verdict }]) => [flow, verdict])),
      open: answers.some(([, { open }]) => open === true),
    };
  });
};
