/** Wall clocks of IANA time zones. A wall time is the ms that a clock on the wall would show if it showed UTC. */
import { StepError } from './errors.ts';

const clocks = new Map<string, Intl.DateTimeFormat>();

/** Making one costs far more than using one. The bound matters only to texts that nobody uses as a zone on purpose. */
const clockOf = (zone: string): Intl.DateTimeFormat => {
  const known = clocks.get(zone);
  if (known !== undefined) return known;
  if (clocks.size >= 500) clocks.clear();
  const clock = newClock(zone);
  clocks.set(zone, clock);
  return clock;
};

const newClock = (zone: string): Intl.DateTimeFormat => {
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    const remedy = 'write an IANA name like "Europe/Berlin", or "UTC"';
    throw new StepError('unknown_zone', `There is no time zone "${zone}": ${remedy}`);
  }
};

/** How far the clocks of a zone are ahead of UTC at an instant, in ms. */
export const zoneOffset = (at: number, zone: string): number => {
  if (zone === 'UTC') return 0;
  const shown = new Map<string, number>();
  for (const { type, value } of clockOf(zone).formatToParts(at)) shown.set(type, Number(value));
  const part = (name: string): number => shown.get(name) ?? 0;
  const wall = new Date(0);
  // `Date.UTC` would take the year 50 for 1950.
  wall.setUTCFullYear(part('year'), part('month') - 1, part('day'));
  wall.setUTCHours(part('hour'), part('minute'), part('second'));
  return wall.getTime() - Math.floor(at / 1_000) * 1_000;
};

const DAY_MS = 86_400_000;

/** What the wall shows at an instant. */
export const toWall = (at: number, zone: string): number => at + zoneOffset(at, zone);

/**
 * The instant at which the wall shows this. Of an hour that comes twice the first is taken; a time that the clocks
 * leap over is moved on by the length of the leap (as RFC 5545, section 3.3.5, has it).
 */
export const fromWall = (wall: number, zone: string): number => {
  const before = zoneOffset(wall - DAY_MS, zone);
  const after = zoneOffset(wall + DAY_MS, zone);
  const early = wall - before;
  if (before === after || zoneOffset(early, zone) === before) return early;
  const late = wall - after;
  return zoneOffset(late, zone) === after ? late : early;
};

const zoneNames = new Map<string, readonly Intl.DateTimeFormat[]>();

/** A zone's short name at an instant (`CET`, `PDT`), or its offset (`GMT+5:30`) where English has no such name. */
export const zoneName = (at: number, zone: string): string => {
  // American English knows the American names only, British English the European ones.
  const languages = ['en-US', 'en-GB'];
  clockOf(zone);
  const formats =
    zoneNames.get(zone) ??
    languages.map((tag) => new Intl.DateTimeFormat(tag, { timeZone: zone, timeZoneName: 'short' }));
  if (zoneNames.size >= 500) zoneNames.clear();
  zoneNames.set(zone, formats);
  const names = formats.map((format) =>
    format.formatToParts(at).find((part) => part.type === 'timeZoneName'),
  );
  const name = names.find((part) => part !== undefined && !part.value.startsWith('GMT')) ?? names[0];
  return name?.value ?? zone;
};
