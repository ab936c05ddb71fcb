/** A schedule from its written form to the domain's. */
import type { Every, ScheduleTrigger } from '../domain/schedule.ts';
import type { WrittenSchedule } from './file-schedule.ts';

type WrittenEvery = NonNullable<WrittenSchedule['every']>;

/** Each time once, in the order of the day: their texts sort as they do. */
const timesOf = (at: string | readonly string[]): readonly string[] =>
  [...new Set(typeof at === 'string' ? [at] : at)].toSorted();

const everyOf = (every: WrittenEvery): Every => {
  if (!('at' in every)) return every;
  const at = timesOf(every.at);
  if ('weeks' in every) return { ...every, on: [...new Set(every.on)], at };
  return { ...every, at };
};

const formOf = ({
  cron,
  every,
  at,
}: WrittenSchedule): { cron: string } | { every: Every } | { at: string } => {
  if (cron !== undefined) return { cron };
  if (every !== undefined) return { every: everyOf(every) };
  if (at !== undefined) return { at };
  throw new Error('A schedule was read that has no cron, no every and no at');
};

/** @param timezone of the flow's settings, for a schedule that has none of its own */
export const normaliseSchedule = (written: WrittenSchedule, timezone: string): ScheduleTrigger => {
  const { cron: _cron, every: _every, at: _at, missedWindow, spread, ...rest } = written;
  return {
    timezone,
    ...rest,
    ...formOf(written),
    missedWindowMs: missedWindow,
    spreadMs: spread,
  };
};
