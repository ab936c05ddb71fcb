/** Times to text and text to times by formats with moment.js tokens, in English. */
import { instantOf, offsetMinutes, requireInstant, wallMs } from './calendar.ts';
import { MONTHS, piecesOf, WEEKDAYS } from './date-tokens.ts';
import { StepError } from './errors.ts';
import { fromWall, toWall, zoneName } from './time-zone.ts';

interface Moment {
  readonly at: number;
  readonly zone: string;
  /** The wall clock of the zone, read as if it were UTC. */
  readonly wall: Date;
}

const pad = (number: number, digits = 2): string => String(number).padStart(digits, '0');

const ordinal = (number: number): string => {
  const isTeen = number % 100 >= 11 && number % 100 <= 13;
  const ending = isTeen ? 'th' : (['th', 'st', 'nd', 'rd'][number % 10] ?? 'th');
  return `${number}${ending}`;
};

const DAY_MS = 86_400_000;
const month = ({ wall }: Moment): number => wall.getUTCMonth() + 1;
const day = ({ wall }: Moment): number => wall.getUTCDate();
const weekday = ({ wall }: Moment): number => wall.getUTCDay();
const hour = ({ wall }: Moment): number => wall.getUTCHours();
const hour12 = (moment: Moment): number => hour(moment) % 12 || 12;
const quarter = (moment: Moment): number => Math.ceil(month(moment) / 3);
const monthName = (moment: Moment): string => MONTHS[month(moment) - 1] ?? '';
const weekdayName = (moment: Moment): string => WEEKDAYS[weekday(moment)] ?? '';
const firstOfYear = (year: number): number => new Date(0).setUTCFullYear(year, 0, 1);
const dayOfYear = ({ wall }: Moment): number =>
  Math.floor((wall.getTime() - firstOfYear(wall.getUTCFullYear())) / DAY_MS) + 1;

/** The Thursday of the ISO week decides to which year the week belongs (ISO 8601, 2.2.10). */
const thursday = ({ wall }: Moment): Date =>
  new Date(wall.getTime() + (4 - (wall.getUTCDay() || 7)) * DAY_MS);
const isoWeek = (moment: Moment): number => {
  const decisive = thursday(moment);
  return Math.floor((decisive.getTime() - firstOfYear(decisive.getUTCFullYear())) / (7 * DAY_MS)) + 1;
};

const offset = ({ at, wall }: Moment, colon: string): string => {
  const minutes = Math.round((wall.getTime() - at) / 60_000);
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${colon}${pad(size % 60)}`;
};

const WRITERS: Readonly<Record<string, (moment: Moment) => string | number>> = {
  YYYY: ({ wall }) => pad(wall.getUTCFullYear(), 4),
  YY: ({ wall }) => pad(wall.getUTCFullYear() % 100),
  Q: quarter,
  Qo: (moment) => ordinal(quarter(moment)),
  MMMM: monthName,
  MMM: (moment) => monthName(moment).slice(0, 3),
  MM: (moment) => pad(month(moment)),
  Mo: (moment) => ordinal(month(moment)),
  M: month,
  DDDD: (moment) => pad(dayOfYear(moment), 3),
  DDDo: (moment) => ordinal(dayOfYear(moment)),
  DDD: dayOfYear,
  DD: (moment) => pad(day(moment)),
  Do: (moment) => ordinal(day(moment)),
  D: day,
  dddd: weekdayName,
  ddd: (moment) => weekdayName(moment).slice(0, 3),
  dd: (moment) => weekdayName(moment).slice(0, 2),
  do: (moment) => ordinal(weekday(moment)),
  d: weekday,
  E: (moment) => weekday(moment) || 7,
  GGGG: (moment) => pad(thursday(moment).getUTCFullYear(), 4),
  WW: (moment) => pad(isoWeek(moment)),
  Wo: (moment) => ordinal(isoWeek(moment)),
  W: isoWeek,
  HH: (moment) => pad(hour(moment)),
  H: hour,
  hh: (moment) => pad(hour12(moment)),
  h: hour12,
  kk: (moment) => pad(hour(moment) || 24),
  k: (moment) => hour(moment) || 24,
  mm: ({ wall }) => pad(wall.getUTCMinutes()),
  m: ({ wall }) => wall.getUTCMinutes(),
  ss: ({ wall }) => pad(wall.getUTCSeconds()),
  s: ({ wall }) => wall.getUTCSeconds(),
  A: (moment) => (hour(moment) < 12 ? 'AM' : 'PM'),
  a: (moment) => (hour(moment) < 12 ? 'am' : 'pm'),
  Z: (moment) => offset(moment, ':'),
  ZZ: (moment) => offset(moment, ''),
  z: ({ at, zone }) => zoneName(at, zone),
  zz: ({ at, zone }) => zoneName(at, zone),
  X: ({ at }) => Math.floor(at / 1_000),
  x: ({ at }) => at,
};

/** A time as text, on the clocks of the zone (UTC): `formatTime(t, 'D MMMM YYYY, HH:mm z', 'Europe/Berlin')`. */
export const formatTime = (iso: string, format: string, zone = 'UTC'): string => {
  const at = instantOf(iso, zone);
  const moment: Moment = { at, zone, wall: new Date(toWall(at, zone)) };
  return piecesOf(format)
    .map((piece) => {
      if ('literal' in piece) return piece.literal;
      if (piece.token.startsWith('S'))
        return pad(moment.wall.getUTCMilliseconds(), 3).padEnd(9, '0').slice(0, piece.token.length);
      return String(WRITERS[piece.token]?.(moment) ?? piece.token);
    })
    .join('');
};

interface Reader {
  /** What the token takes off the beginning of the text. */
  readonly takes: RegExp;
  readonly field: string;
  readonly value: (text: string) => number;
}

const number = (field: string, digits: string): Reader => ({
  takes: new RegExp(`^\\d{${digits}}`),
  field,
  value: Number,
});
const ordinalNumber = (field: string): Reader => ({
  takes: /^\d{1,2}(?:st|nd|rd|th)/i,
  field,
  value: Number.parseInt,
});
const name = (field: string, names: readonly string[]): Reader => ({
  takes: new RegExp(`^(?:${names.join('|')})`, 'i'),
  field,
  value: (text) => names.findIndex((known) => known.toLowerCase() === text.toLowerCase()),
});
const short = (names: readonly string[], length: number): string[] =>
  names.map((full) => full.slice(0, length));
const half: Reader = { takes: /^[ap]m/i, field: 'half', value: (text) => (/^a/i.test(text) ? 0 : 1) };
const zoneOffset: Reader = {
  takes: /^(?:Z|[+-]\d\d:?\d\d)/i,
  field: 'offset',
  value: (text) => offsetMinutes(text) ?? Number.NaN,
};

const READERS: Readonly<Record<string, Reader>> = {
  YYYY: number('year', '4'),
  YY: { takes: /^\d\d/, field: 'year', value: (text) => Number(text) + (Number(text) > 68 ? 1900 : 2000) },
  MMMM: name('monthIndex', MONTHS),
  MMM: name('monthIndex', short(MONTHS, 3)),
  MM: number('month', '1,2'),
  Mo: ordinalNumber('month'),
  M: number('month', '1,2'),
  DD: number('day', '1,2'),
  Do: ordinalNumber('day'),
  D: number('day', '1,2'),
  dddd: name('weekday', WEEKDAYS),
  ddd: name('weekday', short(WEEKDAYS, 3)),
  dd: name('weekday', short(WEEKDAYS, 2)),
  HH: number('hour', '1,2'),
  H: number('hour', '1,2'),
  hh: number('hour12', '1,2'),
  h: number('hour12', '1,2'),
  mm: number('minute', '1,2'),
  m: number('minute', '1,2'),
  ss: number('second', '1,2'),
  s: number('second', '1,2'),
  A: half,
  a: half,
  Z: zoneOffset,
  ZZ: zoneOffset,
  X: {
    takes: /^-?\d{1,12}(?:\.\d{1,3})?/,
    field: 'epoch',
    value: (text) => Math.round(Number(text) * 1_000),
  },
  x: { takes: /^-?\d{1,15}/, field: 'epoch', value: Number },
};
const fraction: Reader = {
  takes: /^\d{1,9}/,
  field: 'millisecond',
  value: (text) => Number(text.padEnd(3, '0').slice(0, 3)),
};

const readerOf = (token: string): Reader => {
  const reader = token.startsWith('S') ? fraction : READERS[token];
  if (reader !== undefined) return reader;
  throw new StepError(
    'invalid_format',
    `Dates cannot be read by the token "${token}", it is for writing only`,
  );
};

const readFields = (text: string, format: string): ReadonlyMap<string, number> => {
  const refusal = new StepError(
    'invalid_date',
    `"${text.slice(0, 60)}" is no time of the format "${format}"`,
  );
  const fields = new Map<string, number>();
  let rest = text.trim();
  for (const piece of piecesOf(format.trim())) {
    if ('literal' in piece) {
      if (!rest.startsWith(piece.literal)) throw refusal;
      rest = rest.slice(piece.literal.length);
      continue;
    }
    const reader = readerOf(piece.token);
    const taken = reader.takes.exec(rest)?.[0];
    if (taken === undefined) throw refusal;
    fields.set(reader.field, reader.value(taken));
    rest = rest.slice(taken.length);
  }
  if (rest !== '') throw refusal;
  return fields;
};

const hourOf = (fields: ReadonlyMap<string, number>): number => {
  const hour = fields.get('hour');
  if (hour !== undefined) return hour;
  const hour12 = fields.get('hour12') ?? 0;
  if (hour12 > 12) return Number.NaN;
  return (hour12 % 12) + (fields.get('half') ?? 0) * 12;
};

/**
 * The instant (ms since the epoch) that a text means: ISO 8601, or the format if one is given. Without an offset in
 * the text it is taken in the zone (UTC). What the format leaves out is the first: 1 January, midnight.
 */
export const parseTime = (text: string, format?: string, zone = 'UTC'): number => {
  if (format === undefined) return instantOf(text, zone);
  const fields = readFields(text, format);
  const epoch = fields.get('epoch');
  if (epoch !== undefined) return requireInstant(epoch);
  const year = fields.get('year');
  if (year === undefined) throw new StepError('invalid_format', `The date format "${format}" has no year`);
  const wall = wallMs({
    year,
    month: fields.get('month') ?? (fields.get('monthIndex') ?? 0) + 1,
    day: fields.get('day') ?? 1,
    hour: hourOf(fields),
    minute: fields.get('minute') ?? 0,
    second: fields.get('second') ?? 0,
    millisecond: fields.get('millisecond') ?? 0,
  });
  const weekday = fields.get('weekday');
  const offset = fields.get('offset');
  const isWrongDay = wall !== undefined && weekday !== undefined && new Date(wall).getUTCDay() !== weekday;
  if (wall === undefined || Number.isNaN(wall) || isWrongDay || Number.isNaN(offset)) {
    throw new StepError('invalid_date', `"${text.slice(0, 60)}" is no day or time that exists`);
  }
  return requireInstant(offset === undefined ? fromWall(wall, zone) : wall - offset * 60_000);
};
