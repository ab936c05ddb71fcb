/** Schedules and the lines of their ledger as the API shows them. */
import * as z from 'zod';
import type { Trigger } from '../../domain/flow.ts';
import type { ScheduleTrigger } from '../../domain/schedule.ts';
import { dueAt, firings } from '../../schedules/firing.ts';
import { inWords } from '../../schedules/words.ts';
import { OVERDUE_MS } from '../../storage/health.ts';
import { SCHEDULE_STATUSES, TICK_OUTCOMES } from '../../storage/schedules-schema.ts';
import type { ScheduleRow } from '../../storage/schedules.ts';
import type { TickRow } from '../../storage/tick-list.ts';
import { iso, isoOrNull, Time } from './scalars.ts';

export const Tick = z
  .strictObject({
    flow: z.string(),
    at: Time.describe('the nominal time'),
    due: Time.describe("later by the schedule's spread"),
    actual: Time.describe('when its run was started, or it was found that none is'),
    latenessMs: z.int().describe('from `due` to `actual`'),
    outcome: z.enum(TICK_OUTCOMES),
    version: z.int().describe('of the flow, in force at the nominal time'),
    run: z.string().nullable().describe('the run that was started, or the one under way when it was skipped'),
    reason: z.string().nullable(),
    backfill: z.string().nullable().describe('id of the backfill it belongs to'),
  })
  .meta({ id: 'Tick' });

export const NextTick = z
  .strictObject({
    at: Time,
    local: z.string().describe('the same in the zone of the schedule, by RFC 9557'),
    due: Time,
    mark: z.enum(['gap', 'first', 'second']).nullable(),
  })
  .meta({ id: 'NextTick' });

const line = {
  flow: z.string(),
  title: z.string().nullable(),
  status: z.enum(SCHEDULE_STATUSES),
  flowStatus: z.enum(['enabled', 'disabled', 'archived']),
  version: z.int(),
  schedule: z.string().describe('what it does, in a sentence'),
  timezone: z.string(),
  note: z.string().nullable().describe('why it is paused'),
  by: z.string().nullable().describe('who paused or resumed it last'),
  changedAt: Time.nullable(),
  overdue: z.boolean().describe('it should have fired, and nobody has looked'),
};

export const ScheduleLine = z
  .strictObject({
    ...line,
    last: Tick.nullable(),
    next: NextTick.nullable().describe('null when it fires no more'),
  })
  .meta({ id: 'Schedule' });

export const ScheduleDetail = z
  .strictObject({ ...line, last: z.array(Tick), next: z.array(NextTick) })
  .meta({ id: 'ScheduleDetail' });

export const showTick = (tick: TickRow): z.input<typeof Tick> => ({
  flow: tick.flow,
  at: iso(tick.nominal),
  due: iso(tick.due),
  actual: iso(tick.actual),
  latenessMs: Math.max(0, tick.actual - tick.due),
  outcome: tick.outcome,
  version: tick.version,
  run: tick.run,
  reason: tick.reason,
  backfill: tick.backfill === '' ? null : tick.backfill,
});

/** The rows are of flows with a schedule only. */
export const scheduleOf = ({ trigger, flow }: ScheduleRow): ScheduleTrigger => {
  // Checked when the flow was saved.
  const parsed = JSON.parse(trigger) as Trigger;
  if (parsed.kind !== 'schedule') throw new Error(`Flow ${flow} has no schedule.`);
  return parsed;
};

/** What is due after `now`. */
export const nextTicks = (row: ScheduleRow, now: number, count: number): z.input<typeof NextTick>[] => {
  const schedule = scheduleOf(row);
  const spread = dueAt(schedule, row.flow, 0);
  return firings(schedule, { from: now - spread + 1, to: Infinity, limit: count }).map(
    ({ at, local, mark }) => ({ at: iso(at), local, due: iso(at + spread), mark: mark ?? null }),
  );
};

/** What list and detail have in common. */
export const showSchedule = (row: ScheduleRow, now: number) => {
  const schedule = scheduleOf(row);
  return {
    flow: row.flow,
    title: row.title,
    status: row.status,
    flowStatus: row.flowStatus,
    version: row.version,
    schedule: inWords(schedule),
    timezone: schedule.timezone,
    note: row.note,
    by: row.by,
    changedAt: isoOrNull(row.changedAt),
    overdue: row.nextAt !== null && row.nextAt < now - OVERDUE_MS,
  };
};
