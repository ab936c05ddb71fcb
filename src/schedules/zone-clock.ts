/** What the clocks of a zone do with a time of day: they show it once, leap over it, or show it twice. */
import { zoneOffset } from '../domain/time-zone.ts';

export const MINUTE = 60_000;
export const DAY = 86_400_000;

/** `at` of a time that does not exist is the instant of the leap: the first one after it. */
export type Occurrence =
  | { readonly kind: 'once'; readonly at: number }
  | { readonly kind: 'never'; readonly at: number }
  | { readonly kind: 'twice'; readonly first: number; readonly second: number };

/** The instant between two, of different offsets, from which on the later offset holds. */
const changeBetween = (low: number, high: number, zone: string): number => {
  const offset = zoneOffset(low, zone);
  let [before, from] = [low, high];
  while (from - before > 1_000) {
    const middle = before + Math.floor((from - before) / 2_000) * 1_000;
    if (zoneOffset(middle, zone) === offset) before = middle;
    else from = middle;
  }
  return from;
};

/** @param wall the time on the wall, as the ms of a clock that shows UTC */
export const occurrenceOf = (wall: number, zone: string): Occurrence => {
  const [before, after] = [zoneOffset(wall - DAY, zone), zoneOffset(wall + DAY, zone)];
  if (before === after) return { kind: 'once', at: wall - before };
  const [early, late] = [wall - before, wall - after];
  const isEarly = zoneOffset(early, zone) === before;
  const isLate = zoneOffset(late, zone) === after;
  if (isEarly && isLate) return { kind: 'twice', first: early, second: late };
  if (isEarly || isLate) return { kind: 'once', at: isEarly ? early : late };
  return { kind: 'never', at: changeBetween(late, early, zone) };
};

/** The first instant at which the wall shows this time or a later one. */
export const firstShowing = (wall: number, zone: string): number => {
  const occurrence = occurrenceOf(wall, zone);
  return occurrence.kind === 'twice' ? occurrence.first : occurrence.at;
};

export interface ClockChange {
  readonly at: number;
  /** ms ahead of UTC, before and from `at` on */
  readonly before: number;
  readonly after: number;
}

/** No zone changes its clocks twice within a week. */
const STEP = 7 * DAY;

/** Every change of a zone's clocks from one instant to another. */
export const clockChanges = (zone: string, from: number, to: number): readonly ClockChange[] => {
  const found: ClockChange[] = [];
  let before = zoneOffset(from, zone);
  for (let at = from; at < to; at += STEP) {
    const until = Math.min(at + STEP, to);
    const after = zoneOffset(until, zone);
    if (before !== after) found.push({ at: changeBetween(at, until, zone), before, after });
    before = after;
  }
  return found;
};

const pad = (number: number): string => String(number).padStart(2, '0');

/** `2026-03-29T03:00:00+02:00[Europe/Berlin]` (RFC 9557) */
export const localText = (at: number, zone: string): string => {
  const offset = zoneOffset(at, zone);
  const minutes = Math.abs(Math.round(offset / MINUTE));
  const sign = offset < 0 ? '-' : '+';
  const wall = new Date(at + offset).toISOString().slice(0, 19);
  return `${wall}${sign}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}[${zone}]`;
};
