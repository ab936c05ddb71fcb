/** Lists: `{ items, next }`, and the opaque cursors that lead from page to page. */
import * as z from 'zod';
import { refuse } from '../../domain/problem.ts';
import type { Refusal } from '../../domain/problem.ts';

export const PAGE = {
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('items on a page, 1 to 200'),
  cursor: z.string().max(400).optional().describe('the `next` of the page before'),
};

export const PageQuery = z.strictObject(PAGE);

export const pageOf = <T extends z.ZodType>(item: T) =>
  z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('cursor of the next page; a page may be short while it is set'),
  });

const encode = (text: string): string =>
  btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');

const decode = (text: string): string | undefined => {
  try {
    return atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return undefined;
  }
};

/** A cursor says which list it is of and where in it to go on; keys are ASCII. */
export const cursorOf = (list: string, key: string | number | null): string | null =>
  key === null ? null : encode(`${list} ${key}`);

export type Place = { readonly ok: true; readonly key: string | undefined } | Refusal;

/** Where a cursor leads; refuses one that is not of this list. */
export const readCursor = (list: string, cursor: string | undefined, key: RegExp): Place => {
  if (cursor === undefined) return { ok: true, key: undefined };
  const [of, place, ...rest] = decode(cursor)?.split(' ') ?? [];
  if (of === list && place !== undefined && rest.length === 0 && key.test(place))
    return { ok: true, key: place };
  return refuse('bad_cursor', 'Send the `next` of a page of this list, or no cursor to begin anew.');
};

/** A page out of one item more than it holds. */
export const pageFrom = <T, U>(
  rows: readonly T[],
  limit: number,
  how: { readonly list: string; readonly keyOf: (row: T) => string | number; readonly show: (row: T) => U },
): { items: U[]; next: string | null } => {
  const items = rows.slice(0, limit);
  const last = rows.length > limit ? items.at(-1) : undefined;
  return {
    items: items.map(how.show),
    next: last === undefined ? null : cursorOf(how.list, how.keyOf(last)),
  };
};
