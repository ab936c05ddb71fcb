/**
 * Cron expressions as people write them: five fields with names, ranges, steps, `L` and the nth weekday (`MON#1`,
 * `FRI#L`). Whether one can be read, and what its fields hold; when it fires is Croner's to say.
 */

export interface NthWeekday {
  /** 0 is Sunday */
  readonly weekday: number;
  readonly nth?: 1 | 2 | 3 | 4 | 5 | 'last';
}

/** Sorted, each once; a field that holds everything is undefined. */
export interface CronFields {
  readonly minutes: readonly number[] | undefined;
  readonly hours: readonly number[] | undefined;
  readonly days: readonly (number | 'last')[] | undefined;
  readonly months: readonly number[] | undefined;
  readonly weekdays: readonly NthWeekday[] | undefined;
}

interface Kind {
  readonly name: string;
  readonly least: number;
  readonly most: number;
  /** name of the value `least`, and so on */
  readonly names?: readonly string[];
}

const KINDS = [
  { name: 'minute', least: 0, most: 59 },
  { name: 'hour', least: 0, most: 23 },
  { name: 'day of the month', least: 1, most: 31 },
  {
    name: 'month',
    least: 1,
    most: 12,
    names: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'weekday', least: 0, most: 7, names: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const satisfies readonly Kind[];

/** Thrown and caught in this file only. */
class Fault extends Error {}

const numberOf = (text: string, { name, least, most, names = [] }: Kind): number => {
  const named = names.indexOf(text.toLowerCase());
  if (named !== -1) return least + named;
  const number = /^\d{1,2}$/.test(text) ? Number(text) : NaN;
  if (number >= least && number <= most) return number;
  const asName = names.length === 0 ? '' : `, or a name such as ${names[1]?.toUpperCase()}`;
  throw new Fault(`"${text}" is no ${name}: write ${least} to ${most}${asName}`);
};

/** One entry of a list: `*`, a value, or a range, the last two of which may have a step. */
const rangeOf = (text: string, kind: Kind): readonly number[] => {
  const [span = '', step, ...more] = text.split('/');
  const [from = '', to, ...others] = span.split('-');
  if (more.length > 0 || others.length > 0) throw new Fault(`"${text}" cannot be read`);
  if (step !== undefined && to === undefined && span !== '*') {
    throw new Fault(`"${text}" has a step but no range: write */${step} or a range such as 0-30/${step}`);
  }
  const width = step === undefined ? 1 : Number(/^\d{1,2}$/.test(step) ? step : 0);
  if (width === 0 || width > kind.most) throw new Fault(`"${text}" has no step between 1 and ${kind.most}`);
  const first = span === '*' ? kind.least : numberOf(from, kind);
  const last = span === '*' ? kind.most : to === undefined ? first : numberOf(to, kind);
  if (first > last) throw new Fault(`"${text}" ends before it begins: write two ranges, with a comma`);
  const values: number[] = [];
  for (let value = first; value <= last; value += width) values.push(value);
  return values;
};

const inOrder = (values: readonly number[]): readonly number[] =>
  [...new Set(values)].toSorted((left, right) => left - right);

const listOf = (field: string, kind: Kind): readonly number[] | undefined =>
  field === '*' ? undefined : inOrder(field.split(',').flatMap((entry) => rangeOf(entry, kind)));

const daysOf = (field: string, kind: Kind): CronFields['days'] => {
  if (field === '*') return undefined;
  const entries = field.split(',');
  const isLast = (entry: string): boolean => entry.toUpperCase() === 'L';
  const numbers = inOrder(entries.filter((entry) => !isLast(entry)).flatMap((one) => rangeOf(one, kind)));
  return entries.some(isLast) ? [...numbers, 'last'] : numbers;
};

const nthOf = (text: string): NonNullable<NthWeekday['nth']> => {
  if (text.toUpperCase() === 'L') return 'last';
  const nth = ([1, 2, 3, 4, 5] as const).find((number) => String(number) === text);
  if (nth === undefined) throw new Fault(`"#${text}" is no place in a month: write #1 to #5, or #L`);
  return nth;
};

const weekdaysOf = (field: string, kind: Kind): CronFields['weekdays'] => {
  if (field === '*') return undefined;
  const found = field.split(',').flatMap((entry): readonly NthWeekday[] => {
    const [days = '', nth, ...more] = entry.split('#');
    if (more.length > 0 || (nth !== undefined && /[*/]/.test(days))) {
      throw new Fault(`"${entry}" cannot be read: before "#" stands a weekday, such as MON#1`);
    }
    const place = nth === undefined ? {} : { nth: nthOf(nth) };
    // 7 is Sunday, as 0 is.
    return rangeOf(days, kind).map((day) => ({ weekday: day % 7, ...place }));
  });
  const one = new Map(found.map((weekday) => [`${weekday.weekday}#${weekday.nth ?? ''}`, weekday]));
  return [...one.values()].toSorted((left, right) => left.weekday - right.weekday);
};

const FOREIGN = /^@|\?|\+|\dW|LW/i;

const fieldsOf = (text: string): CronFields => {
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...more] = text.trim().split(/\s+/);
  if (FOREIGN.test(text.trim())) {
    throw new Fault('@daily and the like, "?", "W" and "+" are not known here');
  }
  const count =
    text.trim() === '' ? 0 : 5 + more.length - [hour, day, month, weekday].filter((one) => one === '').length;
  if (count === 6) throw new Fault('it has six: there are no seconds and no years here');
  if (count !== 5) throw new Fault(`it has ${count}`);
  const [minutes, hours, days, months, weekdays] = KINDS;
  return {
    minutes: listOf(minute, minutes),
    hours: listOf(hour, hours),
    days: daysOf(day, days),
    months: listOf(month, months),
    weekdays: weekdaysOf(weekday, weekdays),
  };
};

type CronRead =
  { readonly ok: true; readonly fields: CronFields } | { readonly ok: false; readonly fault: string };

export const readCron = (text: string): CronRead => {
  try {
    return { ok: true, fields: fieldsOf(text) };
  } catch (error) {
    if (error instanceof Fault) return { ok: false, fault: error.message };
    throw error;
  }
};
