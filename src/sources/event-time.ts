/** When an event happened, in whatever way a sender writes it. */
import { instantOf } from '../domain/calendar.ts';
import type { Json } from '../domain/json.ts';

/** Larger numbers are milliseconds: as seconds they would lie after the year 5000. */
const MOST_SECONDS = 1e11;
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

const msOf = (value: Json): number => {
  if (typeof value === 'number') return Math.abs(value) < MOST_SECONDS ? value * 1_000 : value;
  if (typeof value !== 'string') return Number.NaN;
  if (/^-?\d+(\.\d+)?$/.test(value)) return msOf(Number(value));
  try {
    return instantOf(value);
  } catch {
    return Number.NaN;
  }
};

/**
 * ms since the epoch of an ISO 8601 text (UTC where it names no zone), or of a number of seconds or milliseconds; null
 * for everything else and for years before 1970 and after 9999.
 */
export const eventTime = (value: Json): number | null => {
  const ms = Math.round(msOf(value));
  return ms >= 0 && ms <= LAST ? ms : null;
};
