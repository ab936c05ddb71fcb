/** Checks a schedule that could be read: whether it ever fires, and what about it may surprise. */
import { isObject, type Json } from '../domain/json.ts';
import type { ScheduleTrigger } from '../domain/schedule.ts';
import { scheduleProblems } from '../schedules/problems.ts';
import type { Report } from './report.ts';

/** @param written as it stands in the file: what is decided there needs no warning */
export const checkSchedule = (
  schedule: ScheduleTrigger,
  written: Json | undefined,
  { report, now }: { readonly report: Report; readonly now: number | undefined },
): void => {
  const decides = (word: string): boolean => isObject(written) && word in written;
  const decided = { gap: decides('gap'), fold: decides('fold') };
  const asked = now === undefined ? { decided } : { decided, now };
  for (const { severity, code, member, message } of scheduleProblems(schedule, asked)) {
    const finding = { path: ['trigger', member], code, message };
    if (severity === 'error') report.error(finding);
    else report.warn(finding);
  }
};
