/** What the minute tick does for schedules, in this order: audit (hourly), move on, alert, throw old lines away (hourly). */
import type { Bindings } from '../../storage/bindings.ts';
import { keepRunsMs } from '../../storage/retention.ts';
import { sweepTicks } from '../../storage/sweep-ticks.ts';
import { auditSchedules } from './audit.ts';
import { tickSchedules } from './tick-schedules.ts';
import { alertOverdue, overdueAmong } from './watchdog.ts';

const MINUTE = 60_000;
/** Minutes past the hour at which few schedules are due. */
const AUDIT_AT = 13;
const SWEEP_AT = 43;
const SWEPT_A_STATEMENT = 5_000;
const SWEPT_AN_HOUR = 200_000;

export interface ScheduleMinute {
  readonly due: number;
  readonly ticks: number;
  readonly sent: number;
  readonly overdue: number;
  readonly swept: number;
}

const minutesPast = (now: number): number => Math.floor(now / MINUTE) % 60;

const sweepAll = async (env: Bindings, now: number): Promise<number> => {
  let swept = 0;
  for (let some = SWEPT_A_STATEMENT; some === SWEPT_A_STATEMENT && swept < SWEPT_AN_HOUR; swept += some) {
    some = await sweepTicks(env.DB, now, { keepMs: keepRunsMs(env), limit: SWEPT_A_STATEMENT });
  }
  return swept;
};

/** An alert that cannot be started keeps nothing from being done; it is thrown in the end. */
export const minuteOfSchedules = async (env: Bindings, now: number): Promise<ScheduleMinute> => {
  if (minutesPast(now) === AUDIT_AT) await auditSchedules(env, now);
  const ticked = await tickSchedules(env, now);
  const overdue = overdueAmong(ticked.due, now);
  const [alert] = await Promise.allSettled([alertOverdue(env, overdue, now)]);
  const swept = minutesPast(now) === SWEEP_AT ? await sweepAll(env, now) : 0;
  if (alert.status === 'rejected') throw alert.reason;
  const { due, ticks, sent } = ticked;
  return { due: due.length, ticks, sent, overdue: overdue.length, swept };
};
