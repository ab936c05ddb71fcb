/** What JSONata hands out, made plain JSON: no marked lists, no functions, no objects without a prototype. */
import { StepError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { type Budget, spendItems } from './budget.ts';

/** As JSONata marks them; the second member tells them from data that has such a name. */
const isFunction = (value: object): boolean =>
  ('_jsonata_lambda' in value && 'environment' in value) ||
  ('_jsonata_function' in value && 'implementation' in value);

const refuseFunction = (): never => {
  throw new StepError('expression', 'its result is a function: call it, as in $uppercase(x)');
};

const numberOf = (value: number): number => {
  if (Number.isFinite(value)) return value;
  throw new StepError('expression', 'its result is no number: infinity, or a calculation without a result');
};

/** A list from the scope has nothing but its items; JSONata's own carry flags and a `push`. */
const isUnmarked = (list: readonly unknown[]): boolean =>
  !Object.hasOwn(list, 'sequence') && !Object.hasOwn(list, 'push') && !Object.hasOwn(list, 'cons');

const listOf = (list: readonly unknown[], budget: Budget): readonly Json[] => {
  const items: Json[] = [];
  let isUnchanged = isUnmarked(list);
  for (const item of list) {
    const plain = plainJson(item, budget);
    if (plain !== item || plain === undefined) isUnchanged = false;
    if (plain !== undefined) items.push(plain);
  }
  // Every item is JSON, and there is nothing else.
  return isUnchanged ? (list as readonly Json[]) : items;
};

const objectOf = (value: object, budget: Budget): Json => {
  const members: [string, Json][] = [];
  let isUnchanged = Object.getPrototypeOf(value) === Object.prototype;
  for (const [key, member] of Object.entries(value)) {
    const plain = plainJson(member, budget);
    if (plain !== member || plain === undefined) isUnchanged = false;
    if (plain !== undefined) members.push([key, plain]);
  }
  // Every member is JSON. `fromEntries` defines members, so a key `__proto__` stays a key.
  return isUnchanged ? (value as Json) : Object.fromEntries(members);
};

/** The same value where nothing has to change. Nothing stays undefined; undefined members and items are left out. */
export const plainJson = (value: unknown, budget: Budget): Json | undefined => {
  if (value === undefined || value === null) return value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return numberOf(value);
  if (typeof value !== 'object' || isFunction(value)) return refuseFunction();
  spendItems(budget, Array.isArray(value) ? value.length + 1 : 1);
  return Array.isArray(value) ? listOf(value, budget) : objectOf(value, budget);
};
