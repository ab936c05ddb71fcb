/**
 * The minute tick: starts what schedules call for, wakes lanes that lost their alarm, tells them of a newer build, sends
 * events again that nobody has settled, reads the logs of sources that ask for it, and removes old history.
 */
import type { Bindings } from '../storage/bindings.ts';
import { callLane } from '../storage/call-lane.ts';
import { allLanes } from '../storage/lanes.ts';
import { sweepSessions } from '../storage/sessions.ts';
import { keepEventsMs, keepRunsMs } from '../storage/retention.ts';
import { sweep, sweepEvents } from '../storage/sweep.ts';
import { backfill, type BackfillPorts, type Backfilled } from './event/backfill.ts';
import { reopenPaused } from './event/resume.ts';
import { resend, type Resent } from './event/resend.ts';
import { minuteOfSchedules, type ScheduleMinute } from './schedule/minute.ts';

/** Rows removed of each in one tick: old history goes bit by bit, beside the day's work. */
const SWEPT_A_TICK = 1_000;

export interface Ticked {
  readonly nudged: number;
  /** lanes that did not answer; the next tick asks them again */
  readonly silent: readonly string[];
  readonly swept: { readonly runs: number; readonly pages: number; readonly events: number };
  /** events that were sent again or given up, and those that resumed sources had kept */
  readonly events: Resent & { readonly reopened: number };
  readonly logs: Backfilled;
  readonly schedules: ScheduleMinute;
}

const nudgeAll = async (env: Bindings): Promise<Pick<Ticked, 'nudged' | 'silent'>> => {
  const lanes = allLanes(env);
  const calls = await Promise.allSettled(
    lanes.map((lane) => callLane(env, lane, (stub, header) => stub.nudge(header))),
  );
  const silent = lanes.filter((_, at) => {
    const call = calls[at];
    return call?.status !== 'fulfilled' || !call.value.ok;
  });
  return { nudged: lanes.length - silent.length, silent: silent.map(({ object }) => object) };
};

/** Looking for ended sessions reads all of them. */
const isFullHour = (now: number): boolean => new Date(now).getUTCMinutes() === 0;

const sweepAll = async (env: Bindings, now: number): Promise<Ticked['swept']> => {
  const [runs, events] = await Promise.all([
    sweep(env.DB, now, keepRunsMs(env), SWEPT_A_TICK),
    sweepEvents(env.DB, now, keepEventsMs(env), SWEPT_A_TICK),
    ...(isFullHour(now) ? [sweepSessions(env.DB, now)] : []),
  ]);
  return { ...runs, events };
};

const moveEvents = async (env: Bindings, now: number): Promise<Ticked['events']> => {
  const reopened = await reopenPaused(env, now);
  return { ...(await resend(env, now)), reopened };
};

const valueOf = <T>(settled: PromiseSettledResult<T>): T => {
  if (settled.status === 'rejected') throw settled.reason;
  return settled.value;
};

/** What fails leaves the rest alone; the first failure is thrown once everything was tried. */
export const tick = async (env: Bindings, now: number, ports: BackfillPorts): Promise<Ticked> => {
  const [schedules, nudges, swept, events, logs] = await Promise.allSettled([
    minuteOfSchedules(env, now),
    nudgeAll(env),
    sweepAll(env, now),
    moveEvents(env, now),
    backfill(env, ports),
  ]);
  return {
    ...valueOf(nudges),
    swept: valueOf(swept),
    events: valueOf(events),
    logs: valueOf(logs),
    schedules: valueOf(schedules),
  };
};
