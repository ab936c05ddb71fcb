/** The minutes of a zone, one by one, as `Intl` shows them: what the oracle of schedules looks at instead of computing. */

export const MINUTE = 60_000;
export const DAY = 86_400_000;

export interface Shown {
  readonly at: number;
  /** what the wall shows, as ms of a clock that shows UTC */
  readonly wall: number;
}

const readings = new Map<string, readonly Shown[]>();

const read = (zone: string, from: number, to: number): readonly Shown[] => {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const shown: Shown[] = [];
  for (let at = from; at <= to; at += MINUTE) {
    shown.push({ at, wall: Date.parse(`${format.format(at).replace(' ', 'T')}Z`) });
  }
  return shown;
};

/** Every minute of a span, both ends included. */
export const minutesOf = (zone: string, from: number, to: number): readonly Shown[] => {
  const key = `${zone} ${from} ${to}`;
  const known = readings.get(key) ?? read(zone, from, to);
  readings.set(key, known);
  return known;
};
