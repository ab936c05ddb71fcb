/**
 * When a schedule fires. What the calendar or a cron expression asks for is a time on the wall; the zone's clocks and
 * the policies `gap` and `fold` make instants of it.
 */
import { instantOf } from '../domain/calendar.ts';
import type { ScheduleTrigger } from '../domain/schedule.ts';
import { toWall, zoneOffset } from '../domain/time-zone.ts';
import { daysOf, FIRST_DAY } from './calendar-days.ts';
import { intervalsOf, type Instants } from './intervals.ts';
import { timesOfCron, timesOnDays, type WallTimes } from './wall-times.ts';
import { DAY, firstShowing, localText, MINUTE, occurrenceOf } from './zone-clock.ts';

/** `gap`: its time does not exist that day, so it is the next that does. Else which one of a time that comes twice. */
export type Mark = 'gap' | 'first' | 'second';

export interface Firing {
  /** the nominal instant, ms */
  readonly at: number;
  /** `2026-03-29T03:00:00+02:00[Europe/Berlin]` */
  readonly local: string;
  readonly mark?: Mark;
}

interface Moment {
  readonly at: number;
  readonly mark?: Mark;
}

type Moments = (after: number) => Moment | null;

type Clock = Pick<ScheduleTrigger, 'timezone' | 'gap' | 'fold'>;

/** The instants of one wall time. */
export const momentsOf = (wall: number, { timezone, gap, fold }: Clock): readonly Moment[] => {
  const occurrence = occurrenceOf(wall, timezone);
  switch (occurrence.kind) {
    case 'once':
      return [{ at: occurrence.at }];
    case 'never':
      return gap === 'skip' ? [] : [{ at: occurrence.at, mark: 'gap' }];
    case 'twice': {
      const first: Moment = { at: occurrence.first, mark: 'first' };
      const second: Moment = { at: occurrence.second, mark: 'second' };
      return fold === 'both' ? [first, second] : [fold === 'first' ? first : second];
    }
  }
};

/** A time moved out of a gap may meet one that is due there anyway: then nothing was moved. */
const unlessDue = (moment: Moment, walls: WallTimes, zone: string): Moment => {
  if (moment.mark !== 'gap') return moment;
  const wall = toWall(moment.at, zone);
  return walls(wall - 1) === wall ? { at: moment.at } : moment;
};

const isEarlier = (moment: Moment, after: number, found: Moment | undefined): boolean =>
  moment.at > after && (found === undefined || moment.at < found.at);

const onTheWall =
  (walls: WallTimes, clock: Clock): Moments =>
  (after) => {
    const offset = zoneOffset(after, clock.timezone);
    // Clocks that are about to be put back will show earlier times once more.
    const from = after + Math.min(offset, zoneOffset(after + DAY, clock.timezone));
    let found: Moment | undefined;
    for (let wall = walls(from); wall !== null; wall = walls(wall)) {
      if (found && wall - Math.max(offset, zoneOffset(found.at, clock.timezone)) >= found.at) break;
      for (const moment of momentsOf(wall, clock)) if (isEarlier(moment, after, found)) found = moment;
      // Only where both passes of a doubled hour count may a later wall time come earlier.
      if (found && clock.fold !== 'both') break;
    }
    return found === undefined ? null : unlessDue(found, walls, clock.timezone);
  };

const byStopwatch =
  (instants: Instants): Moments =>
  (after) => {
    const at = instants(after);
    return at === null ? null : { at };
  };

const HAS_OFFSET = /(Z|[+-]\d\d:?\d\d)$/i;

const oneOff = (text: string, clock: Clock): Moments => {
  const moments: readonly Moment[] = HAS_OFFSET.test(text.slice(10))
    ? [{ at: instantOf(text) }]
    : momentsOf(instantOf(text), clock);
  return (after) => moments.find(({ at }) => at > after) ?? null;
};

/** When the schedule may fire at the earliest and at the latest, both included. */
export const boundsOf = ({ start, end, timezone }: ScheduleTrigger): { from: number; until: number } => {
  const isWholeDay = end !== undefined && end.length === 10;
  return {
    from: start === undefined ? -Infinity : instantOf(start, timezone),
    until:
      end === undefined
        ? Infinity
        : isWholeDay
          ? firstShowing(instantOf(end) + DAY, timezone) - 1
          : instantOf(end, timezone),
  };
};

const momentsOfSchedule = (schedule: ScheduleTrigger): Moments => {
  if ('at' in schedule) return oneOff(schedule.at, schedule);
  if ('cron' in schedule) return onTheWall(timesOfCron(schedule.cron), schedule);
  const { every, timezone } = schedule;
  const { from } = boundsOf(schedule);
  const isOpen = from === -Infinity;
  if ('at' in every) {
    const first = isOpen ? FIRST_DAY : Math.floor(toWall(from, timezone) / DAY);
    return onTheWall(timesOnDays(daysOf(every, first), every.at), schedule);
  }
  const anchor = isOpen ? firstShowing(FIRST_DAY * DAY, timezone) : Math.ceil(from / MINUTE) * MINUTE;
  return byStopwatch(intervalsOf(every, anchor, timezone));
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

/** When a nominal time is to start: later by whole minutes, always the same for a flow, fewer than `spread` has. */
export const dueAt = ({ spreadMs }: ScheduleTrigger, flow: string, nominal: number): number => {
  const minutes = Math.floor(spreadMs / MINUTE);
  return minutes === 0 ? nominal : nominal + (hashOf(flow) % minutes) * MINUTE;
};
