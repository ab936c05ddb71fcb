/** The bound on what a card may give back. Cards whose output can outgrow their input pass it through here. */
import { StepError } from '../../domain/errors.ts';
import { type Json, utf8Length } from '../../domain/json.ts';

export const MAX_OUTPUT_BYTES = 1_048_576;

const refuse = (): never => {
  throw new StepError('too_large', 'The result is larger than 1 MB: work on a part of the data at a time');
};

/** Refuses a text before it is built; `length` is its number of characters, so at most its number of bytes. */
export const requireRoom = (length: number): void => {
  if (length > MAX_OUTPUT_BYTES) refuse();
};

/** Deeper values would overflow the stack of whoever walks them next. */
const MAX_DEPTH = 500;

/** Bytes of a value as JSON, but for escaped characters; stops counting once the bound is passed. */
const measure = (value: Json, before: number, depth: number): number => {
  if (before > MAX_OUTPUT_BYTES) return before;
  if (typeof value === 'string') return before + utf8Length(value) + 2;
  if (typeof value !== 'object' || value === null) return before + String(value).length;
  if (depth > MAX_DEPTH) {
    throw new StepError('too_deep', `The result has lists or objects more than ${MAX_DEPTH} deep`);
  }
  if (Array.isArray(value)) {
    return value.reduce<number>((bytes, item: Json) => measure(item, bytes + 1, depth + 1), before + 2);
  }
  return Object.entries(value).reduce(
    (bytes, [key, member]) => measure(member, bytes + utf8Length(key) + 4, depth + 1),
    before + 2,
  );
};

/** The value itself, unless it is larger or deeper than a step's output may be. */
export const limited = <T extends Json>(value: T): T => {
  requireRoom(measure(value, 0, 0));
  return value;
};
