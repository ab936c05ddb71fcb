/** What JSONata hands out, made plain JSON: no marked lists, no functions, no objects without a prototype. */
import { StepError } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { type Budget, spendItems } from './budget.ts';

const isFunction = (value: unknown): boolean =>
  typeof value === 'function' ||
  (typeof value === 'object' &&
    value !== null &&
    (('_jsonata_lambda' in value && value._jsonata_lambda === true && 'environment' in value) ||
      ('_jsonata_function' in value &&
        typeof (value as { implementation?: unknown }).implementation === 'function')));

const refuseFunction = (): never => {
  throw new StepError('expression', 'its result is a function: call it, as in $uppercase(x)');
};

const numberOf = (value: number): number => {
  if (Number.isFinite(value)) return value;
  throw new StepError('expression', 'its result is no number: infinity, or a calculation without a result');
};

const listOf = (value: readonly unknown[], budget: Budget): readonly Json[] => {
  const items = value.map((item) => plainJson(item, budget)).filter((item) => item !== undefined);
  // A list from the scope is handed on as it is; JSONata's own carry a `push` and flags.
  const isUnchanged =
    Object.keys(value).length === value.length &&
    items.length === value.length &&
    items.every((item, index) => item === value[index]) &&
    !Object.hasOwn(value, 'cons');
  return isUnchanged ? (value as readonly Json[]) : items;
};

const objectOf = (value: object, budget: Budget): Json => {
  const entries = Object.entries(value);
  const members: [string, Json][] = [];
  let isUnchanged = Object.getPrototypeOf(value) === Object.prototype;
  for (const [key, member] of entries) {
    const plain = plainJson(member, budget);
    if (plain !== member) isUnchanged = false;
    if (plain !== undefined) members.push([key, plain]);
  }
  // `fromEntries` defines members, so a key `__proto__` stays a key.
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
