/** From times on the wall to instants: what `gap` and `fold` make of times that do not exist, or come twice. */
import type { ScheduleTrigger } from '../domain/schedule.ts';
import { toWall, zoneOffset } from '../domain/time-zone.ts';
import type { WallTimes } from './wall-times.ts';
import { DAY, occurrenceOf } from './zone-clock.ts';

/** `gap`: its time does not exist that day, so it is the next that does. Else which one of a time that comes twice. */
export type Mark = 'gap' | 'first' | 'second';

export interface Moment {
  readonly at: number;
  readonly mark?: Mark;
}

/** The first moment after an instant; null when there is none. */
export type Moments = (after: number) => Moment | null;

export type Clock = Pick<ScheduleTrigger, 'timezone' | 'gap' | 'fold'>;

/** The instants of one wall time. */
const momentsOf = (wall: number, { timezone, gap, fold }: Clock): readonly Moment[] => {
  const occurrence = occurrenceOf(wall, timezone);
  switch (occurrence.kind) {
    case 'once':
      return [{ at: occurrence.at }];
    case 'never':
      return gap === 'skip' ? [] : [{ at: occurrence.at, mark: 'gap' }];
    case 'twice': {
      const first: Moment = { at: occurrence.first, mark: 'first' };
      const second: Moment = { at: occurrence.second, mark: 'second' };
      return fold === 'both' ? [first, second] : [fold === 'first' ? first : second];
    }
  }
};

/** A time moved out of a gap may meet one that is due there anyway: then nothing was moved. */
const unlessDue = (moment: Moment, walls: WallTimes, zone: string): Moment => {
  if (moment.mark !== 'gap') return moment;
  const wall = toWall(moment.at, zone);
  return walls(wall - 1) === wall ? { at: moment.at } : moment;
};

const isEarlier = (moment: Moment, after: number, found: Moment | undefined): boolean =>
  moment.at > after && (found === undefined || moment.at < found.at);

export const onTheWall =
  (walls: WallTimes, clock: Clock): Moments =>
  (after) => {
    const offset = zoneOffset(after, clock.timezone);
    // Clocks that are about to be put back will show earlier times once more.
    const from = after + Math.min(offset, zoneOffset(after + DAY, clock.timezone));
    let found: Moment | undefined;
    for (let wall = walls(from); wall !== null; wall = walls(wall)) {
      if (found && wall - Math.max(offset, zoneOffset(found.at, clock.timezone)) >= found.at) break;
      for (const moment of momentsOf(wall, clock)) if (isEarlier(moment, after, found)) found = moment;
      // Only where both passes of a doubled hour count may a later wall time come earlier.
      if (found && clock.fold !== 'both') break;
    }
    return found === undefined ? null : unlessDue(found, walls, clock.timezone);
  };
