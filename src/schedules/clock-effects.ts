/** What daylight saving does to a schedule: for each change of the zone's clocks a sentence. */
import type { ScheduleTrigger } from '../domain/schedule.ts';
import { clockText, dayText } from './enumerate.ts';
import { boundsOf, wallTimesOf } from './firing.ts';
import type { WallTimes } from './wall-times.ts';
import { clockChanges, MINUTE, type ClockChange } from './zone-clock.ts';

export interface ClockEffect {
  /** when the clocks change */
  readonly at: number;
  /** `gap`: they leap forward; `fold`: they are put back and show times twice */
  readonly kind: 'gap' | 'fold';
  /** whether the schedule asks for a time that does not exist, or comes twice */
  readonly isMet: boolean;
  /** whether it also fires right before and right after, so that a gap goes by unnoticed */
  readonly isBridged: boolean;
  readonly message: string;
}

const timesBetween = (walls: WallTimes, from: number, to: number): string | undefined => {
  const first = walls(from - 1);
  if (first === null || first >= to) return undefined;
  const second = walls(first);
  const isOne = second === null || second >= to;
  return isOne ? clockText(first) : `${clockText(first)} and later, before ${clockText(to)},`;
};

const isDueAt = (walls: WallTimes, wall: number): boolean => walls(wall - 1) === wall;

const isBridged = (walls: WallTimes, from: number, to: number): boolean =>
  isDueAt(walls, to) && (walls(2 * from - to - 1) ?? from) < from;

const GAP = {
  next: (end: string) => `starts at ${end}, the first time there is (gap: next)`,
  skip: () => 'is left out (gap: skip)',
} as const;

const FOLD = {
  first: 'starts once, the first time (fold: first)',
  second: 'starts once, the second time (fold: second)',
  both: 'starts both times (fold: both)',
} as const;

const effectOf = (
  { at, before, after }: ClockChange,
  { timezone, gap, fold }: ScheduleTrigger,
  walls: WallTimes | undefined,
): ClockEffect => {
  const [shown, next] = [at + before, at + after];
  const isGap = next > shown;
  const [from, to] = isGap ? [shown, next] : [next, shown];
  const asked = walls && timesBetween(walls, from, to);
  const direction = isGap ? 'forward' : 'back';
  const date = dayText(shown - MINUTE);
  const change = `On ${date} the clocks of ${timezone} go ${direction} from ${clockText(shown)} to ${clockText(next)}`;
  const outcome = isGap ? GAP[gap](clockText(next)) : FOLD[fold];
  return {
    at,
    kind: isGap ? 'gap' : 'fold',
    isMet: asked !== undefined,
    isBridged: walls !== undefined && isBridged(walls, from, to),
    message: asked === undefined ? change : `${change}: what is due at ${asked} ${outcome}`,
  };
};

/** Every change of the clocks from one instant to another, within the schedule's own bounds. */
export const clockEffects = (schedule: ScheduleTrigger, from: number, to: number): readonly ClockEffect[] => {
  const bounds = boundsOf(schedule);
  const walls = wallTimesOf(schedule);
  const changes = clockChanges(schedule.timezone, Math.max(from, bounds.from), Math.min(to, bounds.until));
  return changes.map((change) => effectOf(change, schedule, walls));
};
