/**
 * Paths into values: `profile.emails.0`, or a list of keys (`['profile', 'a.b', 0]`) where a key holds a dot. Numbers
 * count the places of lists from 0. An empty path is the value itself.
 */
import { StepError } from '../../domain/errors.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';

export type Path = string | readonly (string | number)[];

/** No list is filled up to a place beyond this by writing to it. */
const MAX_PLACE = 10_000;
/** Writing goes no deeper. */
const MAX_KEYS = 50;

type Keys = readonly [string, ...string[]];
const isKeys = (keys: readonly string[]): keys is Keys => keys.length > 0;

const keysOf = (path: Path): readonly string[] => {
  if (typeof path !== 'string') return path.map(String);
  return path === '' ? [] : path.split('.');
};

const placeOf = (key: string): number | undefined => (/^\d{1,9}$/.test(key) ? Number(key) : undefined);

const step = (value: Json | undefined, key: string): Json | undefined => {
  if (Array.isArray(value)) {
    const place = placeOf(key);
    return place === undefined ? undefined : value[place];
  }
  // Only what the data holds: `constructor` is a member of every object.
  return isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
};

/** The value at a path, or undefined when there is none. Names do not reach through lists: a place must be given. */
export const valueAt = (value: Json, path: Path): Json | undefined =>
  keysOf(path).reduce<Json | undefined>(step, value);

/** Reads the same path many times. */
export const reader = (path: Path): ((value: Json) => Json) => {
  const keys = keysOf(path);
  return (value) => keys.reduce<Json | undefined>(step, value) ?? null;
};

/** A copy with one member set; a computed key of a literal is always an own member, even `__proto__`. */
const withMember = (object: JsonObject, key: string, value: Json): JsonObject => ({
  ...object,
  [key]: value,
});

const setItem = (items: readonly Json[], [key, ...rest]: Keys, value: Json): Json => {
  const place = placeOf(key);
  if (place === undefined || place > MAX_PLACE) {
    throw new StepError('invalid_path', `"${key}" is no place in a list: give a number up to ${MAX_PLACE}`);
  }
  const filled = Array.from(
    { length: Math.max(items.length, place + 1) },
    (_, index) => items[index] ?? null,
  );
  return filled.with(place, setIn(items[place], rest, value));
};

const setMember = (object: JsonObject, [key, ...rest]: Keys, value: Json): JsonObject =>
  withMember(object, key, setIn(step(object, key), rest, value));

const setIn = (container: Json | undefined, keys: readonly string[], value: Json): Json => {
  if (!isKeys(keys)) return value;
  const isMissing = container === undefined || container === null;
  if (Array.isArray(container) || (isMissing && placeOf(keys[0]) !== undefined)) {
    return setItem(container ?? [], keys, value);
  }
  if (isMissing || isObject(container)) return setMember(container ?? {}, keys, value);
  throw new StepError(
    'invalid_path',
    `"${keys[0]}" cannot be set inside the ${typeof container} that is there`,
  );
};

/** A copy with the value put at the path. Missing objects are made on the way, and lists where the key is a number. */
export const withValue = (object: JsonObject, path: Path, value: Json): JsonObject => {
  const keys = keysOf(path);
  if (isKeys(keys) && keys.length <= MAX_KEYS) return setMember(object, keys, value);
  throw new StepError('invalid_path', `A path to set has 1 to ${MAX_KEYS} keys, like "profile.name"`);
};

const removeIn = (container: Json, keys: readonly string[]): Json => {
  if (!isKeys(keys)) return container;
  if (isObject(container)) return removeMember(container, keys);
  return Array.isArray(container) ? removeItem(container, keys) : container;
};

const removeItem = (items: readonly Json[], [key, ...rest]: Keys): Json => {
  const place = placeOf(key);
  const inner = step(items, key);
  if (place === undefined || inner === undefined) return items;
  return rest.length === 0 ? items.toSpliced(place, 1) : items.with(place, removeIn(inner, rest));
};

const removeMember = (object: JsonObject, [key, ...rest]: Keys): JsonObject => {
  const inner = step(object, key);
  if (inner === undefined) return object;
  if (rest.length > 0) return withMember(object, key, removeIn(inner, rest));
  return Object.fromEntries(Object.entries(object).filter(([name]) => name !== key));
};

/** A copy without the value at the path; the same value when there is none. */
export const withoutValue = (object: JsonObject, path: Path): JsonObject => {
  const keys = keysOf(path);
  return isKeys(keys) ? removeMember(object, keys) : object;
};
