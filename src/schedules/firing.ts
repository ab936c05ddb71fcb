/**
 * When a schedule fires. What the calendar or a cron expression asks for is a time on the wall, of which the zone's
 * clocks make an instant; minutes and hours are counted by the stopwatch.
 */
import { instantOf } from '../domain/calendar.ts';
import type { ScheduleTrigger } from '../domain/schedule.ts';
import { toWall } from '../domain/time-zone.ts';
import { daysOf, FIRST_DAY } from './calendar-days.ts';
import { intervalsOf, type Instants } from './intervals.ts';
import { onTheWall, type Mark, type Moments } from './moments.ts';
import { timesOfCron, timesOnDays, type WallTimes } from './wall-times.ts';
import { DAY, firstShowing, localText, MINUTE } from './zone-clock.ts';

export interface Firing {
  /** the nominal instant, ms */
  readonly at: number;
  /** `2026-03-29T03:00:00+02:00[Europe/Berlin]` */
  readonly local: string;
  readonly mark?: Mark;
}

export interface Bounds {
  readonly from: number;
  readonly until: number;
}

const untilOf = (end: string | undefined, zone: string): number => {
  if (end === undefined) return Infinity;
  const isWholeDay = end.length === 10;
  return isWholeDay ? firstShowing(instantOf(end) + DAY, zone) - 1 : instantOf(end, zone);
};

/** When the schedule may fire at the earliest and at the latest, both included. */
export const boundsOf = ({ start, end, timezone }: ScheduleTrigger): Bounds => ({
  from: start === undefined ? -Infinity : instantOf(start, timezone),
  until: untilOf(end, timezone),
});

const HAS_OFFSET = /(Z|[+-]\d\d:?\d\d)$/i;
const isInstant = (text: string): boolean => HAS_OFFSET.test(text.slice(10));

/** What the schedule asks for on the wall; undefined when it counts instants, which no clock changes. */
export const wallTimesOf = (schedule: ScheduleTrigger): WallTimes | undefined => {
  if ('cron' in schedule) return timesOfCron(schedule.cron);
  if ('at' in schedule) {
    if (isInstant(schedule.at)) return undefined;
    const wall = instantOf(schedule.at);
    return (after) => (wall > after ? wall : null);
  }
  const { every, timezone } = schedule;
  if (!('at' in every)) return undefined;
  const { from } = boundsOf(schedule);
  const first = from === -Infinity ? FIRST_DAY : Math.floor(toWall(from, timezone) / DAY);
  return timesOnDays(daysOf(every, first), every.at);
};

const instantsOf = (schedule: ScheduleTrigger): Instants => {
  if ('every' in schedule && !('at' in schedule.every)) {
    const { every, timezone } = schedule;
    const { from } = boundsOf(schedule);
    const anchor =
      from === -Infinity ? firstShowing(FIRST_DAY * DAY, timezone) : Math.ceil(from / MINUTE) * MINUTE;
    return intervalsOf(every, anchor, timezone);
  }
  const only = 'at' in schedule ? instantOf(schedule.at) : -Infinity;
  return (after) => (only > after ? only : null);
};

const momentsOfSchedule = (schedule: ScheduleTrigger): Moments => {
  const walls = wallTimesOf(schedule);
  if (walls !== undefined) return onTheWall(walls, schedule);
  const instants = instantsOf(schedule);
  return (after) => {
    const at = instants(after);
    return at === null ? null : { at };
  };
};

/** Reads a schedule once, for those who ask it many times: the first firing strictly after an instant. */
export const clockwork = (schedule: ScheduleTrigger): ((after: number) => Firing | null) => {
  const moments = momentsOfSchedule(schedule);
  const { from, until } = boundsOf(schedule);
  return (after) => {
    const moment = moments(Math.max(after, from - 1));
    if (moment === null || moment.at > until) return null;
    return { ...moment, local: localText(moment.at, schedule.timezone) };
  };
};

/** The first firing strictly after an instant; null when there is none any more. The spread is not in it. */
export const nextFiring = (schedule: ScheduleTrigger, after: number): Firing | null =>
  clockwork(schedule)(after);

/** The firings of a span, both ends included, the earliest first. */
export const firings = (
  schedule: ScheduleTrigger,
  { from, to, limit }: { readonly from: number; readonly to: number; readonly limit: number },
): readonly Firing[] => {
  const next = clockwork(schedule);
  const found: Firing[] = [];
  for (let firing = next(from - 1); firing !== null && firing.at <= to; firing = next(firing.at)) {
    if (found.length === limit) break;
    found.push(firing);
  }
  return found;
};

/** FNV-1a, 32 bits: spreads names evenly, and gives every name the same number for ever. */
const hashOf = (text: string): number => {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
};

/** When a nominal time is to start: later by up to `spread`, in whole minutes, for a flow always by the same. */
export const dueAt = ({ spreadMs }: ScheduleTrigger, flow: string, nominal: number): number => {
  const minutes = Math.floor(spreadMs / MINUTE);
  return nominal + (hashOf(flow) % (minutes + 1)) * MINUTE;
};
