/**
 * Lists as sets. Items are equal when their canonical JSON is, so each operation reads every item once. The order of
 * the first list is kept. Family `list`.
 */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { canonical, type Json } from '../domain/json.ts';
import { asText } from './values/as-text.ts';
import { list, object, path } from './values/fields.ts';
import { limited } from './values/limit.ts';
import { reader } from './values/path.ts';

const output = z.strictObject({ list: list.describe('The items, in the order they first came') });

const distinct = (items: readonly Json[], keyOf: (item: Json) => string): Json[] => {
  const seen = new Set<string>();
  return items.filter((item) => {
    const key = keyOf(item);
    const isNew = !seen.has(key);
    seen.add(key);
    return isNew;
  });
};

export const difference = pure({
  title: 'Difference',
  doc: 'The items of a list that another list does not have. Items that come twice in the first list still do.',
  input: z.strictObject({
    list: list.describe('The list to take items from'),
    without: list.describe('The items to leave out'),
  }),
  output,
  examples: [
    { input: { list: ['a', 'b', 'c', 'b'], without: ['c'] }, output: { list: ['a', 'b', 'b'] } },
    { input: { list: [{ id: 1 }, { id: 2 }], without: [{ id: 2 }] }, output: { list: [{ id: 1 }] } },
  ],
  run: ({ list: items, without }) => {
    const left = new Set(without.map(canonical));
    return { list: items.filter((item) => !left.has(canonical(item))) };
  },
});

export const intersection = pure({
  title: 'Intersection',
  doc: 'The items that all lists have, each once. No list at all gives an empty one.',
  input: z.strictObject({ lists: z.array(list).describe('The lists') }),
  output,
  examples: [
    {
      input: {
        lists: [
          ['a', 'b', 'b'],
          ['b', 'c'],
        ],
      },
      output: { list: ['b'] },
    },
    { input: { lists: [[1], []] }, output: { list: [] } },
  ],
  run: ({ lists: [items = [], ...others] }) => {
    const keys = others.map((other) => new Set(other.map(canonical)));
    return {
      list: distinct(items, canonical).filter((item) => keys.every((set) => set.has(canonical(item)))),
    };
  },
});

export const union = pure({
  title: 'Union',
  doc: 'All items of all lists, each once.',
  input: z.strictObject({ lists: z.array(list).describe('The lists') }),
  output,
  examples: [
    {
      input: {
        lists: [
          ['a', 'b'],
          ['b', 'c', 'c'],
        ],
      },
      output: { list: ['a', 'b', 'c'] },
    },
    { input: { lists: [[{ a: 1, b: 2 }], [{ b: 2, a: 1 }]] }, output: { list: [{ a: 1, b: 2 }] } },
  ],
  run: ({ lists }) => limited({ list: distinct(lists.flat(1), canonical) }),
});

export const uniqueBy = pure({
  title: 'Remove duplicates',
  doc: 'A list with one item for each value at a path; the first stays. Items without a value there count as equal to each other.',
  input: z.strictObject({
    list: list.describe('The list'),
    path: path.default('').describe('What makes items equal, like profile.email; empty: the whole item'),
  }),
  output,
  examples: [
    {
      input: { list: [{ id: 1, n: 'a' }, { id: 1, n: 'b' }, { id: 2 }], path: 'id' },
      output: { list: [{ id: 1, n: 'a' }, { id: 2 }] },
    },
    { input: { list: ['a', 'b', 'a'] }, output: { list: ['a', 'b'] } },
  ],
  run: ({ list: items, path: where }) => {
    const read = reader(where);
    return { list: distinct(items, (item) => canonical(read(item))) };
  },
});

export const groupBy = pure({
  title: 'Group by',
  doc: 'An object with one list for each value at a path. The value as text is the key; items without one are under the empty key.',
  input: z.strictObject({
    list: list.describe('The list'),
    path: path.default('').describe('The value to group by, like department; empty: the whole item'),
  }),
  output: z.strictObject({ groups: object.describe('The lists by key') }),
  examples: [
    {
      input: {
        list: [
          { team: 'a', id: 1 },
          { team: 'b', id: 2 },
          { team: 'a', id: 3 },
        ],
        path: 'team',
      },
      output: {
        groups: {
          a: [
            { team: 'a', id: 1 },
            { team: 'a', id: 3 },
          ],
          b: [{ team: 'b', id: 2 }],
        },
      },
    },
    { title: 'Without a value', input: { list: [{}], path: 'team' }, output: { groups: { '': [{}] } } },
  ],
  run: ({ list: items, path: where }) => {
    const read = reader(where);
    // Through a Map: no key of the data can meet a member that every object has.
    return limited({ groups: Object.fromEntries(Map.groupBy(items, (item) => asText(read(item)))) });
  },
});
