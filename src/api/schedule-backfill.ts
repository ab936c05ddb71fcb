/** Fills in times of a schedule that have passed: shows which ones, and starts their runs. */
import * as z from 'zod';
import { instantOf } from '../domain/calendar.ts';
import { mintId } from '../domain/ids.ts';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { isTimeText, TIME_TEXT } from '../language/file-values.ts';
import { addBackfill, triggersOf } from '../storage/backfills.ts';
import type { ScheduleRow } from '../storage/schedules.ts';
import { TICK_OUTCOMES } from '../storage/schedules-schema.ts';
import { outcomesOf } from '../storage/tick-list.ts';
import { planBackfill, type PlannedTick, type Span } from '../triggers/schedule/plan-backfill.ts';
import { sendTicks } from '../triggers/schedule/send-ticks.ts';
import { answer, endpoint } from './endpoint.ts';
import type { Call } from './endpoint.ts';
import { findSchedule } from './schedules.ts';
import { iso, Time } from './shapes/scalars.ts';
import { scheduleOf } from './shapes/schedule.ts';

const MOST = 1_000;

const When = z.string().refine(isTimeText, TIME_TEXT);

const BackfillBody = z.strictObject({
  from: When.describe("a date or a time, included; without an offset in the schedule's zone"),
  to: When.optional().describe('included; now unless given'),
  version: z
    .union([z.literal('then'), z.literal('newest'), z.int().min(1)])
    .default('then')
    .describe("whose schedule and steps: each time's own, the newest, or this one"),
  overlap: z
    .enum(['skip', 'queue', 'allow', 'cancel-previous'])
    .default('queue')
    .describe('how its runs meet each other; the runs of the schedule itself they do not meet'),
  again: z.boolean().default(false).describe('times that have had their run too'),
  dry: z.boolean().default(false).describe('only say what would be started'),
});
type BackfillBody = z.output<typeof BackfillBody>;

const Backfilled = z
  .strictObject({
    id: z.string().nullable().describe('the ledger shows its ticks under it; null for a dry one'),
    flow: z.string(),
    overlap: BackfillBody.shape.overlap.unwrap(),
    ticks: z.array(
      z.strictObject({
        at: Time,
        local: z.string(),
        version: z.int(),
        before: z.enum(TICK_OUTCOMES).nullable().describe('what the ledger says of that time so far'),
      }),
    ),
  })
  .meta({ id: 'Backfill' });

/** Refuses what has not passed, or is the wrong way round. */
const spanOf = (
  row: ScheduleRow,
  { from, to, version }: BackfillBody,
  now: number,
): { readonly ok: true; readonly span: Span } | Refusal => {
  const { timezone } = scheduleOf(row);
  const span = {
    flow: row.flow,
    from: instantOf(from, timezone),
    to: to === undefined ? now : instantOf(to, timezone),
    limit: MOST,
    ...(version === 'then' ? {} : { version: version === 'newest' ? row.version : version }),
  };
  if (span.to > now)
    return refuse('invalid_input', 'A backfill ends now at the latest: "to" has not passed yet.');
  if (span.from > span.to)
    return refuse('invalid_input', 'The backfill ends before it begins: swap "from" and "to".');
  return { ok: true, span };
};

interface Planned {
  readonly ok: true;
  readonly ticks: readonly (PlannedTick & { readonly before: (typeof TICK_OUTCOMES)[number] | null })[];
}

const plan = async (
  { env, now, body }: Call<unknown, BackfillBody>,
  row: ScheduleRow,
): Promise<Planned | Refusal> => {
  const asked = spanOf(row, body, now);
  if (!asked.ok) return asked;
  const [versions, outcomes] = await Promise.all([
    triggersOf(env.DB, row.flow),
    outcomesOf(env.DB, row.flow, asked.span),
  ]);
  const hasRun = (nominal: number): boolean => ['started', 'due'].includes(outcomes.get(nominal) ?? '');
  const planned = planBackfill(versions, asked.span, (nominal) => body.again || !hasRun(nominal));
  if (planned.isMore) {
    return refuse('invalid_input', `That is more than ${MOST} times: fill in a shorter span, then the next.`);
  }
  return {
    ok: true,
    ticks: planned.ticks.map((tick) => ({ ...tick, before: outcomes.get(tick.nominal) ?? null })),
  };
};

const chance = (length: number): Uint8Array => crypto.getRandomValues(new Uint8Array(length));

const start = async (
  { env, identity, now, body }: Call<unknown, BackfillBody>,
  flow: string,
  ticks: Planned['ticks'],
): Promise<string> => {
  const id = mintId('bkf', now, chance);
  const backfill = { id, by: identity.tokenId, overlap: body.overlap };
  const filled = ticks.map(({ nominal, due, version }) => ({ nominal, due, version }));
  const mint = (): string => mintId('tck', now, chance);
  await sendTicks(env, await addBackfill(env.DB, { flow, backfill, ticks: filled, now }, mint));
  return id;
};

const backfill = endpoint({
  method: 'post',
  path: '/schedules/{flow}/backfill',
  scope: 'schedules:control',
  summary: 'Starts runs for times that have passed; with `dry` it shows them',
  description: `At most ${MOST} at once. Each uses the version of the flow that was in force then, unless told otherwise.`,
  body: BackfillBody,
  gives: Backfilled,
  statuses: [200, 202],
  refuses: ['not_found', 'conflict'],
  run: async (call) => {
    const { env, param, body } = call;
    const row = await findSchedule(env.DB, param('flow'));
    if ('ok' in row) return row;
    if (row.flowStatus !== 'enabled' && !body.dry) {
      return refuse('conflict', `Flow ${row.flow} is ${row.flowStatus}: enable it first.`);
    }
    const planned = await plan(call, row);
    if (!planned.ok) return planned;
    const isStarted = !body.dry && planned.ticks.length > 0;
    const id = isStarted ? await start(call, row.flow, planned.ticks) : null;
    const ticks = planned.ticks.map(({ nominal, local, version, before }) => {
      return { at: iso(nominal), local, version, before };
    });
    return answer({ id, flow: row.flow, overlap: body.overlap, ticks }, { status: isStarted ? 202 : 200 });
  },
});

export const backfillEndpoints = [backfill];
