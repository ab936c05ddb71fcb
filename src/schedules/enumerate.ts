/** Names, numbers and dates in the sentences about schedules. */
import { MONTHS, WEEKDAYS } from '../domain/date-tokens.ts';

/** `a, b and c` */
export const listed = (items: readonly (string | number)[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;

/** `1, 3 to 5 and 9`: three in a row or more are a span. */
export const spans = (numbers: readonly number[], name: (number: number) => string): string => {
  const rows: number[][] = [];
  for (const number of numbers) {
    const row = rows.at(-1);
    if (row?.at(-1) === number - 1) row.push(number);
    else rows.push([number]);
  }
  const texts = rows.flatMap((row) =>
    row.length < 3 ? row.map(name) : [`${name(row[0] ?? 0)} to ${name(row.at(-1) ?? 0)}`],
  );
  return listed(texts);
};

/** `from Monday to Friday`, but `on Monday and Friday` */
export const onDays = (days: string): string => (/^\w+ to \w+$/.test(days) ? `from ${days}` : `on ${days}`);

export const ordinal = (number: number): string => {
  const isTeen = number >= 11 && number <= 13;
  return `${number}${isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th')}`;
};

/** @param month 1 to 12 */
export const monthName = (month: number): string => MONTHS[month - 1] ?? '';

/** @param weekday 0 is Sunday */
export const weekdayName = (weekday: number): string => WEEKDAYS[weekday] ?? '';

export const plural = (count: number, unit: string): string => `${count} ${unit}${count === 1 ? '' : 's'}`;

const pad = (number: number): string => String(number).padStart(2, '0');

/** `HH:MM` of ms since midnight, or of a wall time */
export const clockText = (wall: number): string => {
  const date = new Date(wall);
  return `${pad(date.getUTCHours())}:${pad(date.getUTCMinutes())}`;
};

/** `28 March 2027` of a wall time */
export const dayText = (wall: number): string => {
  const date = new Date(wall);
  return `${date.getUTCDate()} ${monthName(date.getUTCMonth() + 1)} ${date.getUTCFullYear()}`;
};
