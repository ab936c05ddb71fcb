/**
 * Starts the runs of due ticks and writes down what became of each. It may be repeated at any point: the same tick
 * starts the same run (T1), and the ledger keeps the first word, or that it was started.
 */
import { mintedAt } from '../../domain/ids.ts';
import type { Bindings } from '../../storage/bindings.ts';
import type { TickName } from '../../storage/due-schedules.ts';
import { findDueTicks, settleTicks } from '../../storage/tick-outcomes.ts';
import type { DueTick, DueTicks, Settled } from '../../storage/tick-outcomes.ts';
import type { TicksMessage } from '../messages.ts';
import type { RunOrder, Started } from '../order.ts';
import { publicOrigin } from '../run-url.ts';
import { startMany } from '../start-many.ts';
import { tickOrder } from './tick-order.ts';

/** How a tick ends without a run, or the order that decides it. */
type Word =
  | { readonly tick: DueTick; readonly settled: Settled }
  | { readonly tick: DueTick; readonly order: RunOrder };

const end = (
  { flow, nominal, backfill, since }: DueTick,
  outcome: Settled['outcome'],
  {
    at,
    run = null,
    reason = null,
  }: { readonly at: number; readonly run?: string | null; readonly reason?: string | null },
): Settled => ({ flow, nominal, backfill, outcome, at: Math.max(since, at), run, reason });

const sameTick =
  ({ flow, nominal, backfill }: DueTick) =>
  (name: TickName): boolean =>
    name.flow === flow && name.nominal === nominal && (name.backfill?.id ?? '') === backfill;

/** What somebody has said of the flow since the tick was due: nothing starts against it. */
const hindrance = ({ flowStatus, status, backfill }: DueTick): 'paused' | 'disabled' | undefined => {
  if (flowStatus !== 'enabled') return 'disabled';
  return status === 'paused' && backfill === '' ? 'paused' : undefined;
};

const wordOn = (
  tick: DueTick,
  { definitionOf }: DueTicks,
  names: readonly TickName[],
  how: { readonly origin: string; readonly now: number },
): Word => {
  const at = how.now;
  const hindered = hindrance(tick);
  if (hindered !== undefined) return { tick, settled: end(tick, hindered, { at }) };
  const flow = definitionOf(tick);
  if (flow === undefined) throw new Error(`Version ${tick.version} of flow ${tick.flow} is not there.`);
  const ordered = tickOrder(flow, tick, names.find(sameTick(tick))?.backfill, how);
  if (ordered.ok) return { tick, order: ordered.order };
  return { tick, settled: end(tick, 'missed', { at, reason: ordered.reason }) };
};

/** Undefined while nobody knows: the tick stays due, and its message is sent again. */
const outcomeOf = (tick: DueTick, started: Started, at: number): Settled | undefined => {
  if (started.ok) {
    const run = started.runId;
    if (started.outcome !== 'skipped') return end(tick, 'started', { at: mintedAt(run), run });
    return end(tick, 'skipped', { at, run, reason: 'the run before it was still under way' });
  }
  switch (started.code) {
    case 'unavailable':
    case 'internal':
      return undefined;
    case 'expired':
      return end(tick, 'expired', { at, reason: started.detail });
    default:
      return end(tick, 'missed', { at, reason: started.detail });
  }
};

/** Throws when D1 does not answer: the message is to be delivered again. */
export const deliverTicks = async (env: Bindings, message: TicksMessage, now: number): Promise<void> => {
  const found = await findDueTicks(env.DB, message.ticks);
  const how = { origin: publicOrigin(env), now };
  const words = found.ticks.map((tick) => wordOn(tick, found, message.ticks, how));
  const ordered = words.filter((word) => 'order' in word);
  const started = await startMany(
    env,
    ordered.map(({ order }) => order),
  );
  const settled = [
    ...words.flatMap((word) => ('settled' in word ? [word.settled] : [])),
    ...ordered.flatMap(({ tick }, index) => {
      const reply = started[index];
      return reply === undefined ? [] : (outcomeOf(tick, reply, now) ?? []);
    }),
  ];
  await settleTicks(env.DB, settled, { id: message.id, isDone: settled.length === words.length });
};
