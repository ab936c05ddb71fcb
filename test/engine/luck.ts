/** What random runs meet with outside, and how their ends are compared. */
import type { Json } from '../../src/domain/json.ts';
import { isObject } from '../../src/domain/json.ts';
import { answered, failing } from './world.ts';
import type { Call, Fate } from './world.ts';

/** Which effects fail is drawn from the path alone, so that it is the same whenever and however often they are called. */
export const drawnFrom = (seed: number) => (path: string) => {
  let hash = seed;
  for (const character of path) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619) >>> 0;
  return (hash >>> 8) % 8;
};

/** Effects of luck 0 fail for good, those of luck 1 once. */
export const fateOf = (luck: number, { name, number }: Call): Fate => {
  if (luck === 0) return failing('bad', { status: 400 });
  if (luck === 1 && number === 1) return failing('busy', { status: 429 });
  return answered({ name }, (luck % 4) * 100);
};

/** The engine's word for what the interpreter says: of failures in a value only how many and which. */
export const plain = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(plain);
  if (!isObject(value)) return value;
  const { failures, ...rest } = value;
  const members = Object.entries(rest).map(([key, member]) => [key, plain(member)] as const);
  const indexes = Array.isArray(failures) && isObject(rest.counts) && Array.isArray(rest.results);
  const failed = indexes
    ? { failed: (failures as readonly { index: number }[]).map(({ index }) => index) }
    : {};
  return { ...Object.fromEntries(members), ...failed };
};
