/** How two values are compared. Nothing is converted: a text never equals a number. */
import { StepError } from '../../domain/errors.ts';
import { canonical, isObject, type Json } from '../../domain/json.ts';

export const OPERATORS = [
  'eq',
  'ne',
  'lt',
  'le',
  'gt',
  'ge',
  'in',
  'not-in',
  'contains',
  'starts-with',
  'ends-with',
  'multiple-of',
  'empty',
  'not-empty',
] as const;
export type Operator = (typeof OPERATORS)[number];

/** null, "", [] and {} are empty; 0 and false are values. */
export const isEmpty = (value: Json): boolean => {
  if (value === null || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return isObject(value) && Object.keys(value).length === 0;
};

export const isEqual = (left: Json, right: Json): boolean =>
  left === right ||
  (typeof left === 'object' && typeof right === 'object' && canonical(left) === canonical(right));

const kindOf = (value: Json): string => (Array.isArray(value) ? 'list' : typeof value);

const refuse = (left: Json, operator: Operator, right: Json): never => {
  throw new StepError(
    'type_mismatch',
    `"${operator}" cannot compare ${kindOf(left)} with ${kindOf(right)}: convert one of them first`,
  );
};

/** Below, equal or above 0; undefined when one side is null, which has no order. */
const order = (left: Json, operator: Operator, right: Json): number | undefined => {
  if (left === null || right === null) return undefined;
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right);
  return refuse(left, operator, right);
};

/** Whether a list has an item, a text a part, or an object a key. */
const holds = (container: Json, operator: Operator, item: Json): boolean => {
  if (container === null) return false;
  if (Array.isArray(container)) return container.some((member: Json) => isEqual(member, item));
  if (typeof item === 'string' && typeof container === 'string') return container.includes(item);
  if (typeof item === 'string' && isObject(container)) return Object.hasOwn(container, item);
  return item === null ? false : refuse(item, operator, container);
};

const beginsOrEnds = (left: Json, operator: 'starts-with' | 'ends-with', right: Json): boolean => {
  if (left === null || right === null) return false;
  if (typeof left !== 'string' || typeof right !== 'string') return refuse(left, operator, right);
  return operator === 'starts-with' ? left.startsWith(right) : left.endsWith(right);
};

const isMultiple = (left: Json, right: Json): boolean => {
  if (left === null || right === null) return false;
  if (typeof left !== 'number' || typeof right !== 'number') return refuse(left, 'multiple-of', right);
  return right !== 0 && left % right === 0;
};

const COMPARISONS: Readonly<Record<Operator, (left: Json, right: Json) => boolean>> = {
  eq: isEqual,
  ne: (left, right) => !isEqual(left, right),
  lt: (left, right) => (order(left, 'lt', right) ?? 0) < 0,
  le: (left, right) => (order(left, 'le', right) ?? 1) <= 0,
  gt: (left, right) => (order(left, 'gt', right) ?? 0) > 0,
  ge: (left, right) => (order(left, 'ge', right) ?? -1) >= 0,
  in: (left, right) => holds(right, 'in', left),
  'not-in': (left, right) => !holds(right, 'not-in', left),
  contains: (left, right) => holds(left, 'contains', right),
  'starts-with': (left, right) => beginsOrEnds(left, 'starts-with', right),
  'ends-with': (left, right) => beginsOrEnds(left, 'ends-with', right),
  'multiple-of': isMultiple,
  empty: isEmpty,
  'not-empty': (left) => !isEmpty(left),
};

/** Compares by an operator. Throws `type_mismatch` where an order or a part of text is asked of other kinds. */
export const compare = (left: Json, operator: Operator, right: Json): boolean =>
  COMPARISONS[operator](left, right);
