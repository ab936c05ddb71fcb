/** Months on whose days a schedule does not fire because they are too short for it: the 31st, the fifth Monday. */
import { instantOf, daysInMonth } from '../domain/calendar.ts';
import type { ScheduleTrigger } from '../domain/schedule.ts';
import { readCron, type CronFields } from './cron-fields.ts';
import { listed, monthName, ordinal, weekdayName } from './enumerate.ts';

const ALL_MONTHS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

/** @param day the earliest that is asked for in a month */
const missing = (day: number, months: readonly number[], remedy: string): string | undefined => {
  const short = months.filter((month) => daysInMonth(2023, month) < day);
  if (short.length === 0) return undefined;
  if (day === 29) return `It fires in February in leap years only: ${remedy}`;
  const which = short.length === 1 ? 'which has' : 'which have';
  return `It does not fire in ${listed(short.map(monthName))}, ${which} no ${ordinal(day)}: ${remedy}`;
};

const ofCron = ({ days, months = ALL_MONTHS, weekdays }: CronFields): string | undefined => {
  if (weekdays === undefined) {
    const [first] = days ?? [];
    if (typeof first !== 'number' || days?.includes('last') === true) return undefined;
    return missing(first, months, '"L" is the last day of every month');
  }
  const [fifth] = weekdays;
  if (days !== undefined || fifth === undefined || weekdays.some(({ nth }) => nth !== 5)) return undefined;
  const name = weekdayName(fifth.weekday);
  return `It does not fire in months without a fifth ${name}: "#L" is the last one of every month`;
};

export const shortMonths = (schedule: ScheduleTrigger): string | undefined => {
  if ('cron' in schedule) {
    const read = readCron(schedule.cron);
    return read.ok ? ofCron(read.fields) : undefined;
  }
  if (!('every' in schedule) || !('months' in schedule.every)) return undefined;
  const { months: count, day } = schedule.every;
  if (day === 'last') return undefined;
  const first =
    schedule.start === undefined ? 0 : new Date(instantOf(schedule.start.slice(0, 10))).getUTCMonth();
  const months = ALL_MONTHS.map((_, index) => ((first + index * count) % 12) + 1);
  return missing(
    day,
    ALL_MONTHS.filter((month) => months.includes(month)),
    '"day: last" is the last one of every month',
  );
};
