/** What a schedule will do: a sentence, its next times, and what the changes of the clocks do to them. */
import type { ScheduleTrigger } from '../domain/schedule.ts';
import { clockEffects, type ClockEffect } from './clock-effects.ts';
import { dueAt, firings, type Firing } from './firing.ts';
import { inWords } from './words.ts';
import { DAY } from './zone-clock.ts';

export interface PreviewedFiring extends Firing {
  /** `at` and the flow's spread */
  readonly due: number;
}

export interface Preview {
  readonly sentence: string;
  readonly times: readonly PreviewedFiring[];
  /** The changes of the clocks meanwhile, for 20 years; over more than two, only those that the schedule meets. */
  readonly changes: readonly ClockEffect[];
}

const TWO_YEARS = 731 * DAY;
const TWENTY_YEARS = 7305 * DAY;

export const preview = (
  schedule: ScheduleTrigger,
  flow: string,
  { from, count }: { readonly from: number; readonly count: number },
): Preview => {
  const times = firings(schedule, { from, to: Infinity, limit: count });
  const last = times.at(-1)?.at ?? from;
  const changes = clockEffects(schedule, from, Math.min(last, from + TWENTY_YEARS));
  return {
    sentence: inWords(schedule),
    times: times.map((firing) => ({ ...firing, due: dueAt(schedule, flow, firing.at) })),
    changes: last - from > TWO_YEARS ? changes.filter(({ isMet }) => isMet) : changes,
  };
};
