/** Functions on lists and on any value that replace JSONata's: linear where it is quadratic, and null counts as nothing. */
import { canonical, type Json } from '../domain/json.ts';
import { spendItems, spendValue } from './budget.ts';
import { type Focus, stateOf } from './frame.ts';

/** Null does not exist either: it is what APIs send for nothing. */
export const exists = (_focus: Focus, [value]: [unknown?]): boolean => value !== undefined && value !== null;

/** Nothing, null, "", [] and {}. */
export const empty = (_focus: Focus, [value]: [unknown?]): boolean => {
  if (value === undefined || value === null || value === '') return true;
  return typeof value === 'object' && Object.keys(value).length === 0;
};

const copied = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copied);
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, member] of Object.entries(value)) copy[key] = copied(member);
  return copy;
};

export const clone = ({ environment }: Focus, [value]: [unknown?]): unknown => {
  spendValue(stateOf(environment).budget, value);
  return copied(value);
};

const isMarked = (list: readonly unknown[]): boolean => 'sequence' in list && list.sequence === true;

/** Equal means what `=` means: objects with their members in any order. */
export const distinct = (focus: Focus, [list]: [unknown?]): unknown => {
  if (!Array.isArray(list) || list.length <= 1) return list;
  spendValue(stateOf(focus.environment).budget, list);
  const seen = new Set<string>();
  const result = isMarked(list) ? focus.createSequence() : [];
  for (const item of list) {
    // Values in an expression are JSON, functions apart, which have no text.
    const key = canonical(item as Json);
    if (!seen.has(key)) result.push(item);
    seen.add(key);
  }
  return result;
};

/** Whether the first belongs after the second. */
type IsAfter = (left: unknown, right: unknown) => unknown;

const merged = async (
  left: readonly unknown[],
  right: readonly unknown[],
  isAfter: IsAfter,
): Promise<unknown[]> => {
  const result: unknown[] = [];
  let [fromLeft, fromRight] = [0, 0];
  while (fromLeft < left.length && fromRight < right.length) {
    const takesRight = Boolean(await isAfter(left[fromLeft], right[fromRight]));
    result.push(takesRight ? right[fromRight++] : left[fromLeft++]);
  }
  return [...result, ...left.slice(fromLeft), ...right.slice(fromRight)];
};

/** Stable, and each comparison may take its time. */
const mergeSorted = async (list: readonly unknown[], isAfter: IsAfter): Promise<readonly unknown[]> => {
  if (list.length <= 1) return list;
  const middle = Math.floor(list.length / 2);
  const left = await mergeSorted(list.slice(0, middle), isAfter);
  return merged(left, await mergeSorted(list.slice(middle), isAfter), isAfter);
};

const isAscending = (left: number | string, right: number | string): number =>
  left > right ? 1 : left < right ? -1 : 0;

const sameKind = (list: readonly unknown[]): readonly (number | string)[] | undefined => {
  const isNumbers = list.every((item): item is number => typeof item === 'number');
  const isTexts = list.every((item): item is string => typeof item === 'string');
  return isNumbers || isTexts ? list : undefined;
};

export const sort = async (
  { environment }: Focus,
  [list, isAfter]: [(readonly unknown[])?, IsAfter?],
): Promise<unknown> => {
  if (list === undefined || list.length <= 1) return list;
  spendItems(stateOf(environment).budget, list.length * Math.ceil(Math.log2(list.length)));
  if (isAfter !== undefined) return mergeSorted(list, isAfter);
  const sortable = sameKind(list);
  // JSONata's own error, for which it has the words.
  if (sortable === undefined) throw Object.assign(new Error(), { code: 'D3070' });
  return sortable.toSorted(isAscending);
};
