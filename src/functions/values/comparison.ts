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

type Test = (left: Json) => boolean;

/** Looking into a list for many values: each costs one look-up, not a walk along the list. */
const memberOf = (right: Json, operator: Operator): Test => {
  if (!Array.isArray(right)) return (left) => holds(right, operator, left);
  const keys = new Set(right.map(canonical));
  return (left) => keys.has(canonical(left));
};

const TESTS: Readonly<Record<Operator, (right: Json) => Test>> = {
  eq: (right) => (left) => isEqual(left, right),
  ne: (right) => (left) => !isEqual(left, right),
  lt: (right) => (left) => (order(left, 'lt', right) ?? 0) < 0,
  le: (right) => (left) => (order(left, 'le', right) ?? 1) <= 0,
  gt: (right) => (left) => (order(left, 'gt', right) ?? 0) > 0,
  ge: (right) => (left) => (order(left, 'ge', right) ?? -1) >= 0,
  in: (right) => memberOf(right, 'in'),
  'not-in': (right) => {
    const isMember = memberOf(right, 'not-in');
    return (left) => !isMember(left);
  },
  contains: (right) => (left) => holds(left, 'contains', right),
  'starts-with': (right) => (left) => beginsOrEnds(left, 'starts-with', right),
  'ends-with': (right) => (left) => beginsOrEnds(left, 'ends-with', right),
  'multiple-of': (right) => (left) => isMultiple(left, right),
  empty: () => isEmpty,
  'not-empty': () => (left) => !isEmpty(left),
};

/**
 * Compares many values with one. The test throws `type_mismatch` where an order or a part of text is asked of other
 * kinds of values.
 */
export const comparison = (operator: Operator, right: Json): Test => TESTS[operator](right);
