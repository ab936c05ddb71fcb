/** Functions on times. The clock is the step's recorded time; texts without an offset are in the flow's zone. */
import { addTime as add, instantOf, isoText, timeBetween as between } from '../domain/calendar.ts';
import { formatTime as format } from '../domain/date-format.ts';
import { StepError } from '../domain/errors.ts';
import { callBuiltin, type Focus, stateOf } from './frame.ts';

const timezoneOf = (focus: Focus): string => stateOf(focus.environment).at.timezone;

const instantText = (focus: Focus, time: string): string => isoText(instantOf(time, timezoneOf(focus)));

export const millis = ({ environment }: Focus): number => stateOf(environment).at.now;

export const now = (focus: Focus, [picture, offset]: [string?, string?]): unknown =>
  picture === undefined
    ? isoText(millis(focus))
    : callBuiltin(focus, 'fromMillis', [millis(focus), picture, offset]);

/** Parts that follow each other without anything between them make JSONata's own reader try every split of the digits. */
const MOST_ADJACENT = 5;
const MOST_CHARACTERS = 60;

export const toMillis = (focus: Focus, [text, picture]: [string?, string?]): unknown => {
  if (text === undefined) return undefined;
  if (picture === undefined) return instantOf(text, timezoneOf(focus));
  if (picture.split('][').length - 1 > MOST_ADJACENT || text.length > MOST_CHARACTERS) {
    const remedy = 'put something between the parts of the format, or use the card date.parse';
    throw new StepError('expression', `$toMillis cannot read so much at once: ${remedy}`);
  }
  const { environment } = focus;
  // What the format leaves out is taken from the present: JSONata's would be the clock, ours is the step's.
  const frame = { base: environment.base, lookup: environment.lookup, timestamp: new Date(millis(focus)) };
  return callBuiltin({ ...focus, environment: frame }, 'toMillis', [text, picture]);
};

/** The zone says on whose calendar days and months are counted. */
export const addTime = (
  focus: Focus,
  [time, amount, unit, zone]: [string?, number?, string?, string?],
): string | undefined => {
  if (time === undefined || amount === undefined || unit === undefined) return undefined;
  return add(instantText(focus, time), amount, unit, zone ?? timezoneOf(focus));
};

export const timeBetween = (
  focus: Focus,
  [from, to, unit]: [string?, string?, string?],
): number | undefined => {
  if (from === undefined || to === undefined || unit === undefined) return undefined;
  return between(instantText(focus, from), instantText(focus, to), unit);
};

export const formatTime = (
  focus: Focus,
  [time, pattern, zone]: [string?, string?, string?],
): string | undefined => {
  if (time === undefined || pattern === undefined) return undefined;
  return format(instantText(focus, time), pattern, zone ?? timezoneOf(focus));
};
