/** The order of lists: sorted, and by chance. Family `list`. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import type { Json } from '../domain/json.ts';
import { list, path } from './values/fields.ts';
import { reader } from './values/path.ts';

/** Numbers, then texts, then truth values, then lists and objects; what has no value comes last. */
const rank = (value: Json): number => {
  if (value === null) return 4;
  const place = ['number', 'string', 'boolean'].indexOf(typeof value);
  return place === -1 ? 3 : place;
};

const order = (left: Json, right: Json): number => {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return left < right ? -1 : Number(left > right);
  if (typeof left === 'boolean' && typeof right === 'boolean') return Number(left) - Number(right);
  return rank(left) - rank(right);
};

export const sortBy = pure({
  title: 'Sort',
  doc: 'A list sorted by the value at a path; equal ones keep their order. Numbers come before texts, capitals before small letters, and missing values last in either direction.',
  input: z.strictObject({
    list: list.describe('The list'),
    path: path.default('').describe('The value to sort by, like profile.lastName; empty: the item itself'),
    direction: z
      .enum(['ascending', 'descending'])
      .default('ascending')
      .describe('Smallest or greatest first'),
  }),
  output: z.strictObject({ list: list.describe('The sorted list') }),
  examples: [
    { input: { list: [10, 9, 'b', null, 'B'] }, output: { list: [9, 10, 'B', 'b', null] } },
    {
      input: { list: [{ n: 1 }, {}, { n: 3 }], path: 'n', direction: 'descending' },
      output: { list: [{ n: 3 }, { n: 1 }, {}] },
    },
  ],
  run: ({ list: items, path: where, direction }) => {
    const read = reader(where);
    const sign = direction === 'ascending' ? 1 : -1;
    const keyed = items.map((item) => ({ item, key: read(item) }));
    keyed.sort((left, right) =>
      left.key === null || right.key === null
        ? rank(left.key) - rank(right.key)
        : sign * order(left.key, right.key),
    );
    return { list: keyed.map(({ item }) => item) };
  },
});

export const sample = pure({
  title: 'Sample',
  doc: 'Random items of a list in random order, none of them twice. Asking for more than there are gives all.',
  input: z.strictObject({
    list: list.describe('The list'),
    amount: z.int().min(0).default(1).describe('How many items to draw'),
  }),
  output: z.strictObject({ samples: list.describe('The drawn items') }),
  examples: [
    { input: { list: ['a', 'b', 'c'] }, output: { samples: ['b'] } },
    { input: { list: ['a', 'b', 'c'], amount: 5 }, output: { samples: ['b', 'c', 'a'] } },
    { input: { list: [], amount: 1 }, output: { samples: [] } },
  ],
  run: ({ list: items, amount }, { random }) => {
    const count = Math.min(amount, items.length);
    const places = items.map((_, place) => place);
    // Fisher and Yates, stopped after the places that are asked for.
    const drawn = Array.from({ length: count }, (_, at) => {
      const other = at + Math.floor(random() * (items.length - at));
      const place = places[other] ?? at;
      places[other] = places[at] ?? at;
      return items[place] ?? null;
    });
    return { samples: drawn };
  },
});
