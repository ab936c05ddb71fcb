/** A cron expression in words: `At 09:00 from Monday to Friday`. */
import type { CronFields, NthWeekday } from './cron-fields.ts';
import { clockText, listed, monthName, onDays, ordinal, spans, weekdayName } from './enumerate.ts';

const MOST_TIMES = 6;

/** The step of a field that counts on evenly from 0 to its end, such as 15 of 0, 15, 30 and 45. */
const stepOf = (values: readonly number[], size: number): number | undefined => {
  const step = values[1] ?? 0;
  const isEven = values.length > 2 && step * values.length === size;
  return isEven && values.every((value, index) => value === index * step) ? step : undefined;
};

const minuteWords = (minutes: CronFields['minutes']): string => {
  if (minutes === undefined) return 'Every minute';
  const step = stepOf(minutes, 60);
  if (step !== undefined) return step === 1 ? 'Every minute' : `Every ${step} minutes`;
  return `At ${minutes.length === 1 ? 'minute' : 'minutes'} ${spans(minutes, String)}`;
};

const hourWords = (hours: CronFields['hours'], isMinute: boolean): string => {
  if (hours === undefined) return isMinute ? ' of every hour' : '';
  const step = stepOf(hours, 24);
  if (step !== undefined) return step === 1 ? ' of every hour' : ` of every ${ordinal(step)} hour, from 0 on`;
  return ` of the ${hours.length === 1 ? 'hour' : 'hours'} ${spans(hours, String)}`;
};

const timeWords = ({ minutes, hours }: CronFields): string => {
  if (minutes !== undefined && hours !== undefined && minutes.length * hours.length <= MOST_TIMES) {
    const times = hours.flatMap((hour) => minutes.map((minute) => clockText((hour * 60 + minute) * 60_000)));
    return `At ${listed(times)}`;
  }
  const words = minuteWords(minutes);
  return words + hourWords(hours, words.startsWith('At'));
};

const dayWords = (days: NonNullable<CronFields['days']>): string => {
  const numbers = days.filter((day) => day !== 'last');
  const named = [
    ...(numbers.length === 0 ? [] : [`the ${spans(numbers, ordinal)}`]),
    ...(days.includes('last') ? ['the last day'] : []),
  ];
  return `on ${listed(named)} of the month`;
};

const NTH = ['', 'first', 'second', 'third', 'fourth', 'fifth'];

const nthWords = ({ weekday, nth }: NthWeekday): string =>
  `the ${nth === 'last' ? nth : NTH[nth ?? 0]} ${weekdayName(weekday)} of the month`;

const weekdayWords = (weekdays: readonly NthWeekday[]): string => {
  const isEach = weekdays.filter(({ nth }) => nth === undefined).map(({ weekday }) => weekday);
  // A week is read from Monday on.
  const fromMonday = isEach.map((weekday) => (weekday + 6) % 7).toSorted((left, right) => left - right);
  const plain = spans(fromMonday, (weekday) => weekdayName((weekday + 1) % 7));
  const nth = weekdays.filter((weekday) => weekday.nth !== undefined).map(nthWords);
  return onDays(listed([...(plain === '' ? [] : [plain]), ...nth]));
};

/** Days and weekdays that are both named count both: that is cron's rule, and surprises many. */
const daysWords = ({ days, weekdays }: CronFields): string => {
  if (days === undefined) return weekdays === undefined ? '' : ` ${weekdayWords(weekdays)}`;
  const numbered = ` ${dayWords(days)}`;
  return weekdays === undefined ? numbered : `${numbered}, and also ${weekdayWords(weekdays)}`;
};

export const cronInWords = (fields: CronFields): string => {
  const time = timeWords(fields);
  const isDaily = fields.days === undefined && fields.weekdays === undefined && time.includes(':');
  const months = fields.months === undefined ? '' : `, in ${spans(fields.months, monthName)}`;
  return `${time}${isDaily ? ' every day' : daysWords(fields)}${months}`;
};
