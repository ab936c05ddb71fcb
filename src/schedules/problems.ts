/** What is wrong with a schedule, or surprises: said when the flow is saved, not when it does not fire. */
import { instantOf } from '../domain/calendar.ts';
import type { ScheduleTrigger } from '../domain/schedule.ts';
import { FIRST_DAY } from './calendar-days.ts';
import { clockEffects } from './clock-effects.ts';
import { boundsOf, clockwork } from './firing.ts';
import { periodOf } from './intervals.ts';
import { shortMonths } from './short-months.ts';
import { timeOfDay } from './wall-times.ts';
import { DAY } from './zone-clock.ts';

export interface ScheduleProblem {
  readonly severity: 'error' | 'warning';
  readonly code: 'end_before_start' | 'never_fires' | 'window' | 'short_months' | 'clock_change' | 'past';
  /** the part of the trigger that it is about */
  readonly member: 'cron' | 'every' | 'at' | 'end';
  readonly message: string;
}

export interface Asked {
  /** Left out, nothing is said about the past and about the next changes of the clocks. */
  readonly now?: number;
  /** What the author has decided, and need not be warned of. */
  readonly decided?: { readonly gap: boolean; readonly fold: boolean };
}

const YEAR = 366 * DAY;
/** The longest wait between two leap days is eight years. */
const LONGEST_WAIT = 12 * YEAR;

const formOf = (schedule: ScheduleTrigger): 'cron' | 'every' | 'at' =>
  'cron' in schedule ? 'cron' : 'every' in schedule ? 'every' : 'at';

const firstEver = (schedule: ScheduleTrigger): number => {
  const { from, until } = boundsOf(schedule);
  if ('at' in schedule) return instantOf(schedule.at, schedule.timezone) - 2 * DAY;
  if (from !== -Infinity) return from - 1;
  return Math.min(FIRST_DAY * DAY, until - LONGEST_WAIT);
};

const windowFault = (schedule: ScheduleTrigger): ScheduleProblem | undefined => {
  if (!('every' in schedule) || 'at' in schedule.every || schedule.every.between === undefined)
    return undefined;
  const { from, to } = schedule.every.between;
  const length = (timeOfDay(to) - timeOfDay(from) + DAY) % DAY;
  if (periodOf(schedule.every) < length) return undefined;
  const message = `From ${from} to ${to} it would fire only once: use { days: 1, at: "${from}" }`;
  return { severity: 'error', code: 'window', member: 'every', message };
};

/** Errors: of these the first is enough. */
const faultOf = (schedule: ScheduleTrigger): ScheduleProblem | undefined => {
  const { from, until } = boundsOf(schedule);
  if (until < from) {
    const message = `"end" (${schedule.end}) is before "start" (${schedule.start})`;
    return { severity: 'error', code: 'end_before_start', member: 'end', message };
  }
  if (clockwork(schedule)(firstEver(schedule)) === null) {
    const span = schedule.end === undefined ? '' : ' before its end';
    const message = `This never fires${span}: no day has such a time`;
    return { severity: 'error', code: 'never_fires', member: formOf(schedule), message };
  }
  return windowFault(schedule);
};

const pastOf = (schedule: ScheduleTrigger, now: number): ScheduleProblem | undefined => {
  if (clockwork(schedule)(now) !== null) return undefined;
  const isOnce = 'at' in schedule;
  const member = isOnce ? 'at' : schedule.end === undefined ? formOf(schedule) : 'end';
  const message = isOnce
    ? `${schedule.at} is past: this fires no more`
    : `This fires no more: its last time is past`;
  return { severity: 'warning', code: 'past', member, message };
};

const clockWarnings = (
  schedule: ScheduleTrigger,
  now: number,
  decided: Asked['decided'],
): ScheduleProblem[] =>
  clockEffects(schedule, now, now + YEAR + 30 * DAY)
    .filter(
      ({ kind, isMet, isBridged }) => isMet && !(kind === 'gap' && isBridged) && decided?.[kind] !== true,
    )
    // One of each kind: next year's will be like it.
    .filter(({ kind }, index, all) => all.findIndex((other) => other.kind === kind) === index)
    .map(({ kind, message }) => {
      const remedy = `write ${kind} to say that this is meant`;
      const member = formOf(schedule);
      return { severity: 'warning', code: 'clock_change', member, message: `${message}; ${remedy}` };
    });

/** Errors keep the flow from being saved; warnings say what its author may not have thought of. */
export const scheduleProblems = (
  schedule: ScheduleTrigger,
  { now, decided }: Asked = {},
): readonly ScheduleProblem[] => {
  const fault = faultOf(schedule);
  if (fault !== undefined) return [fault];
  const short = shortMonths(schedule);
  const member = formOf(schedule);
  const warnings: ScheduleProblem[] =
    short === undefined ? [] : [{ severity: 'warning', code: 'short_months', member, message: short }];
  if (now === undefined) return warnings;
  const past = pastOf(schedule, now);
  return past === undefined ? [...warnings, ...clockWarnings(schedule, now, decided)] : [...warnings, past];
};
