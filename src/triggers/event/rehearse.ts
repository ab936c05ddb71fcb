/** What a flow would have done with the last events of its source: judged as they are when they are delivered. */
import { NO_FLOW, type Verdict } from '../../domain/event.ts';
import type { EventTrigger, Flow } from '../../domain/flow.ts';
import { listEvents, type ListedEvent } from '../../storage/event-list.ts';
import { findListeners, type Listener } from '../../storage/listeners.ts';
import { loadEvents } from '../../storage/load-events.ts';
import { judgedOf } from './judged.ts';
import { match, type Judged } from './match.ts';
import { runOrder } from './run-order.ts';

/** `verdict` is null when a run would have been started. */
export interface Rehearsed {
  readonly event: ListedEvent;
  readonly verdict: Verdict | null;
  readonly reason: string | null;
}

/** Bodies may be large: so many are in memory at a time. */
const LOADED_TOGETHER = 20;

interface Rehearsal {
  readonly listener: Listener;
  readonly ownActors: ReadonlySet<string>;
  readonly now: number;
}

const judge = async (
  { listener, now }: Rehearsal,
  judged: Judged,
): Promise<Pick<Rehearsed, 'verdict' | 'reason'>> => {
  const judgement = await match(listener, judged);
  if (!judgement.wanted) return { verdict: judgement.verdict, reason: judgement.reason };
  const ordered = await runOrder(listener, judged, { origin: '', now });
  return ordered.ok ? { verdict: null, reason: null } : { verdict: 'error', reason: ordered.reason };
};

const rehearseSome = async (
  db: D1Database,
  rehearsal: Rehearsal,
  events: readonly ListedEvent[],
): Promise<Rehearsed[]> => {
  const loaded = await loadEvents(
    db,
    events.map(({ id }) => id),
  );
  const byId = new Map(loaded.map(({ event }) => [event.id, event]));
  const rehearsed: Rehearsed[] = [];
  for (const event of events) {
    const stored = byId.get(event.id);
    const whole = event.verdicts?.[NO_FLOW];
    if (whole?.verdict === 'invalid') {
      rehearsed.push({ event, verdict: 'invalid', reason: whole.reason ?? null });
    } else if (stored !== undefined) {
      rehearsed.push({ event, ...(await judge(rehearsal, judgedOf(stored, rehearsal.ownActors))) });
    }
  }
  return rehearsed;
};

/** The last `limit` events of the trigger's source, newest first; nothing is started and nothing written. */
export const rehearse = async (
  db: D1Database,
  { flow, trigger }: { readonly flow: Flow; readonly trigger: EventTrigger },
  { limit, now }: { readonly limit: number; readonly now: number },
): Promise<readonly Rehearsed[]> => {
  const { ownActors } = await findListeners(db, trigger.source, now);
  const rehearsal = { listener: { flow, trigger, version: 0, enabled: true }, ownActors, now };
  const { items } = await listEvents(db, { source: trigger.source }, { limit });
  const rehearsed: Rehearsed[] = [];
  for (let at = 0; at < items.length; at += LOADED_TOGETHER) {
    rehearsed.push(...(await rehearseSome(db, rehearsal, items.slice(at, at + LOADED_TOGETHER))));
  }
  return rehearsed;
};
