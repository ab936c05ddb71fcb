/** Functions on times. The clock is the step's recorded time; texts without an offset are in the flow's zone. */
import { addTime as add, instantOf, isoText, timeBetween as between } from '../domain/calendar.ts';
import { formatTime as format } from '../domain/date-format.ts';
import { StepError } from '../domain/errors.ts';
import { type Focus, stateOf } from './frame.ts';

interface Builtin {
  readonly implementation: (this: unknown, ...values: unknown[]) => unknown;
}

// JSONata's own, which nobody else can bind.
const builtin = (focus: Focus, name: string): Builtin => focus.environment.lookup(name) as Builtin;

const timezoneOf = (focus: Focus): string => stateOf(focus.environment).at.timezone;

const instantText = (focus: Focus, time: string): string => isoText(instantOf(time, timezoneOf(focus)));

export function now(this: Focus, picture?: string, offset?: string): unknown {
  const { at } = stateOf(this.environment);
  if (picture === undefined) return isoText(at.now);
  return builtin(this, 'fromMillis').implementation(at.now, picture, offset);
}

export function millis(this: Focus): number {
  return stateOf(this.environment).at.now;
}

/** Parts that follow each other without anything between them make JSONata's own reader try every split of the digits. */
const MOST_ADJACENT = 5;
const MOST_CHARACTERS = 60;

export function toMillis(this: Focus, text?: string, picture?: string): unknown {
  if (text === undefined) return undefined;
  if (picture === undefined) return instantOf(text, timezoneOf(this));
  if (picture.split('][').length - 1 > MOST_ADJACENT || text.length > MOST_CHARACTERS) {
    const remedy = 'put something between the parts of the format, or use the card date.parse';
    throw new StepError('expression', `$toMillis reads ${MOST_CHARACTERS} characters at most: ${remedy}`);
  }
  // What the format leaves out is taken from the present, which is the step's.
  const present = { environment: { timestamp: new Date(stateOf(this.environment).at.now) } };
  return builtin(this, 'toMillis').implementation.call(present, text, picture);
}

/** The zone says on whose calendar days and months are counted. */
export function addTime(
  this: Focus,
  time?: string,
  amount?: number,
  unit?: string,
  zone?: string,
): string | undefined {
  if (time === undefined || amount === undefined || unit === undefined) return undefined;
  return add(instantText(this, time), amount, unit, zone ?? timezoneOf(this));
}

export function timeBetween(this: Focus, from?: string, to?: string, unit?: string): number | undefined {
  if (from === undefined || to === undefined || unit === undefined) return undefined;
  return between(instantText(this, from), instantText(this, to), unit);
}

export function formatTime(this: Focus, time?: string, pattern?: string, zone?: string): string | undefined {
  if (time === undefined || pattern === undefined) return undefined;
  return format(instantText(this, time), pattern, zone ?? timezoneOf(this));
}
