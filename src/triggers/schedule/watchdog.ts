/**
 * The watchdog: a schedule that was due more than three minutes ago and has no line in the ledger is a fault. The log
 * tells of each once, and so does a run of the flow that SLUICE_ALERT_FLOW names: one for all that a tick finds.
 */
import type { Flow } from '../../domain/flow.ts';
import type { JsonObject } from '../../domain/json.ts';
import { checkFields } from '../../language/fields.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { sha256 } from '../../storage/digest.ts';
import type { DueSchedule } from '../../storage/due-schedules.ts';
import { findFlow } from '../../storage/flow-cache.ts';
import { OVERDUE_MS } from '../../storage/health.ts';
import { markTold } from '../../storage/overdue.ts';
import { publicOrigin } from '../run-url.ts';
import { startRun } from '../start-run.ts';

const LISTED = 50;

export type Overdue = Pick<DueSchedule, 'flow' | 'nextAt'>;

/** Of the schedules that a tick found due, those that nobody has looked after, and that no alert has told of. */
export const overdueAmong = (due: readonly DueSchedule[], now: number): readonly Overdue[] =>
  due.filter(({ nextAt, alertedAt }) => nextAt < now - OVERDUE_MS && alertedAt !== nextAt);

const messageOf = (overdue: readonly Overdue[], now: number): string => {
  const oldest = Math.min(...overdue.map(({ nextAt }) => nextAt));
  const minutes = Math.floor((now - oldest) / 60_000);
  const [first] = overdue;
  const who = overdue.length === 1 ? `The schedule of ${first?.flow}` : `${overdue.length} schedules`;
  return `${who} should have fired up to ${minutes} minutes ago, and nobody looked: the minute tick did not run, or cannot judge them.`;
};

/** What the flow is given: those of `message`, `count` and `faults` that it declares. */
const inputsOf = (flow: Flow, overdue: readonly Overdue[], now: number): JsonObject => {
  const faults = overdue.slice(0, LISTED).map(({ flow: name, nextAt }) => {
    return { flow: name, due: new Date(nextAt).toISOString(), lateMs: now - nextAt };
  });
  const all: JsonObject = { message: messageOf(overdue, now), count: overdue.length, faults };
  return Object.fromEntries(Object.entries(all).filter(([name]) => Object.hasOwn(flow.inputs, name)));
};

const startAlert = async (
  env: Bindings,
  name: string,
  { overdue, now }: { readonly overdue: readonly Overdue[]; readonly now: number },
): Promise<void> => {
  const found = await findFlow(env, name, now);
  if (found?.status !== 'enabled')
    throw new Error(`SLUICE_ALERT_FLOW is "${name}": no such flow is enabled.`);
  const { definition: flow, version } = found;
  const checked = checkFields(flow.inputs, inputsOf(flow, overdue, now), { from: 'json' });
  if (!checked.ok) throw new Error(`The alert does not fit flow ${name}: ${checked.errors[0]?.message}`);
  const key = await sha256(
    JSON.stringify(overdue.map(({ flow: late, nextAt }) => `${late} ${nextAt}`).toSorted()),
  );
  const started = await startRun(env, {
    flow,
    version,
    start: { trigger: 'helper', caller: { kind: 'clock', id: null }, inputs: checked.value },
    key: { scope: 'watchdog', key, body: '' },
    waitMs: 0,
    origin: publicOrigin(env),
    now,
  });
  if (!started.ok) throw new Error(`The alert run was not started: ${started.detail}`);
};

/**
 * Tells of what is overdue. Throws when the alert could not be started: what is overdue still, the next tick tells of
 * again; what was only late has its lines in the ledger by now.
 */
export const alertOverdue = async (
  env: Bindings,
  overdue: readonly Overdue[],
  now: number,
): Promise<void> => {
  if (overdue.length === 0) return;
  console.error(messageOf(overdue, now));
  const name = env.SLUICE_ALERT_FLOW ?? '';
  if (name !== '') await startAlert(env, name, { overdue, now });
  const flows = overdue.map(({ flow }) => flow);
  await markTold(env.DB, flows, now - OVERDUE_MS);
};
