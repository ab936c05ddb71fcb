/** A schedule as a sentence that its author can compare with what was meant. */
import { instantOf } from '../domain/calendar.ts';
import type { Trigger } from '../domain/flow.ts';
import type { Every, ScheduleTrigger } from '../domain/schedule.ts';
import { toWall } from '../domain/time-zone.ts';
import { FIRST_DAY, WEEK } from './calendar-days.ts';
import { readCron } from './cron-fields.ts';
import { cronInWords } from './cron-words.ts';
import { clockText, dayText, listed, onDays, ordinal, plural, spans, weekdayName } from './enumerate.ts';
import { periodOf, type IntervalEvery } from './intervals.ts';
import { timeOfDay } from './wall-times.ts';
import { DAY, MINUTE } from './zone-clock.ts';

const everyUnit = (count: number, unit: string): string =>
  count === 1 ? `Every ${unit}` : `Every ${plural(count, unit)}`;

const intervalWords = (every: IntervalEvery): string => {
  const often = 'minutes' in every ? everyUnit(every.minutes, 'minute') : everyUnit(every.hours, 'hour');
  if (every.between === undefined) return often;
  const { from, to } = every.between;
  const nextDay = timeOfDay(to) < timeOfDay(from) ? ' on the next day' : '';
  return `${often} from ${from} on, until before ${to}${nextDay}`;
};

const everyWords = (every: Every): string => {
  if (!('at' in every)) return intervalWords(every);
  const at = ` at ${listed(every.at)}`;
  if ('days' in every) return everyUnit(every.days, 'day') + at;
  if ('weeks' in every) {
    const on = every.on.map((day) => WEEK.indexOf(day)).toSorted((left, right) => left - right);
    return `${everyUnit(every.weeks, 'week')} ${onDays(spans(on, (day) => weekdayName((day + 1) % 7)))}${at}`;
  }
  const day = every.day === 'last' ? 'last day' : ordinal(every.day);
  return `${everyUnit(every.months, 'month')} on the ${day}${at}`;
};

const coreWords = (schedule: ScheduleTrigger): string => {
  if ('at' in schedule) {
    const wall = toWall(instantOf(schedule.at, schedule.timezone), schedule.timezone);
    return `Once, on ${dayText(wall)} at ${clockText(wall)}`;
  }
  if ('every' in schedule) return everyWords(schedule.every);
  const read = readCron(schedule.cron);
  return read.ok ? cronInWords(read.fields) : `By the cron expression ${schedule.cron}`;
};

/** Whether it takes more than the words to know which days or minutes are meant. */
const needsCount = (every: Every): boolean => {
  if (!('at' in every)) return every.between === undefined && DAY % periodOf(every) !== 0;
  return ('days' in every ? every.days : 'weeks' in every ? every.weeks : every.months) > 1;
};

const written = (text: string, zone: string): string => {
  const wall = toWall(instantOf(text, zone), zone);
  const isDay = text.length === 10;
  return isDay ? dayText(wall) : `${clockText(wall)} on ${dayText(wall)}`;
};

const boundsWords = ({ start, end, timezone, ...schedule }: ScheduleTrigger): string => {
  const isCounted = 'every' in schedule && needsCount(schedule.every);
  const from = start === undefined ? dayText(FIRST_DAY * DAY) : written(start, timezone);
  const begin = isCounted ? `, counted from ${from}` : start === undefined ? '' : `, from ${from} on`;
  return begin + (end === undefined ? '' : `, until ${written(end, timezone)}, included`);
};

export const inWords = (schedule: ScheduleTrigger): string => {
  const zone = schedule.timezone === 'UTC' ? 'UTC' : `${schedule.timezone} time`;
  const minutes = Math.floor(schedule.spreadMs / MINUTE);
  const spread =
    minutes === 0 ? '' : ` Each time starts up to ${plural(minutes, 'minute')} later, always by the same.`;
  return `${coreWords(schedule)}, ${zone}${boundsWords(schedule)}.${spread}`;
};

/** The sentence of a flow that has a schedule. */
export const sentenceOf = ({ trigger }: { readonly trigger: Trigger }): string | null =>
  trigger.kind === 'schedule' ? inWords(trigger) : null;
