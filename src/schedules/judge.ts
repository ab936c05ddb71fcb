/**
 * What becomes of the times that are due, when more than one is or the last look was long ago: which of them start,
 * and which are recorded as missed and why. Every due time is judged exactly once.
 */
import type { ScheduleTrigger } from '../domain/schedule.ts';
import { clockwork, dueAt, type Firing } from './firing.ts';
import { MINUTE } from './zone-clock.ts';

/** A tick that comes this late was not missed: the clock that wakes us is not more exact. */
export const ON_TIME_MS = 2 * MINUTE;

export const MISSES = {
  not_caught_up: 'nothing ran when it was due, and "missed: none" catches nothing up',
  superseded: 'a later one was due as well, and "missed: last" catches up only the last',
  too_old: 'nothing ran for longer than "missedWindow" catches up',
} as const;

export type MissReason = keyof typeof MISSES;

export interface Miss {
  readonly nominal: number;
  readonly reason: MissReason;
}

export interface Judgement {
  /** nominal times to start, the earliest first */
  readonly start: readonly number[];
  readonly missed: readonly Miss[];
  /** the first time that was not judged, due or not; null when the schedule fires no more */
  readonly next: Firing | null;
  /** there were more due than the limit: judge again from `next`, at the same `now` */
  readonly isMore: boolean;
}

export interface Judging {
  readonly now: number;
  /** the first nominal time that was not judged yet */
  readonly next: number;
  /** most times to judge at once */
  readonly limit?: number;
}

const DEFAULT_LIMIT = 1_000;

const missOf = (
  { missed, missedWindowMs }: ScheduleTrigger,
  lateness: number,
  isLast: boolean,
): MissReason | undefined => {
  if (missed === 'none') return lateness < ON_TIME_MS ? undefined : 'not_caught_up';
  if (lateness >= ON_TIME_MS && lateness > missedWindowMs) return 'too_old';
  return missed === 'last' && !isLast ? 'superseded' : undefined;
};

export const judge = (
  schedule: ScheduleTrigger,
  flow: string,
  { now, next, limit = DEFAULT_LIMIT }: Judging,
): Judgement => {
  const after = clockwork(schedule);
  const isDue = (nominal: number): boolean => dueAt(schedule, flow, nominal) <= now;
  const due: number[] = [];
  let waiting: Firing | null = after(next - 1);
  while (waiting !== null && isDue(waiting.at) && due.length < limit) {
    due.push(waiting.at);
    waiting = after(waiting.at);
  }
  const isMore = waiting !== null && isDue(waiting.at);
  const start: number[] = [];
  const missed: Miss[] = [];
  for (const [index, nominal] of due.entries()) {
    const isLast = index === due.length - 1 && !isMore;
    const reason = missOf(schedule, now - dueAt(schedule, flow, nominal), isLast);
    if (reason === undefined) start.push(nominal);
    else missed.push({ nominal, reason });
  }
  return { start, missed, next: waiting, isMore };
};
