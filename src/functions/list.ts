/** Lists: their items, their parts, and lists made of lists. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import type { Json } from '../domain/json.ts';
import { asText } from './values/as-text.ts';
import { json, list, object, objects, path } from './values/fields.ts';
import { limited, requireRoom } from './values/limit.ts';
import { reader } from './values/path.ts';

export * from './list-search.ts';
export * from './list-order.ts';
export * from './list-sets.ts';

const output = z.strictObject({ list: list.describe('The new list') });

export const at = pure({
  title: 'Item at',
  doc: 'The item at a position, counted from 0. A position outside the list, also a negative one, gives null.',
  input: z.strictObject({ list: list.describe('The list'), index: z.int().describe('The position') }),
  output: z.strictObject({ item: json.describe('The item, or null') }),
  examples: [
    { input: { list: ['a', 'b'], index: 1 }, output: { item: 'b' } },
    { title: 'Outside', input: { list: ['a'], index: -1 }, output: { item: null } },
  ],
  run: ({ list: items, index }) => ({ item: items[index] ?? null }),
});

export const length = pure({
  title: 'List length',
  doc: 'The number of items of a list. Null items count.',
  input: z.strictObject({ list: list.describe('The list') }),
  output: z.strictObject({ length: z.int().describe('The number of items') }),
  examples: [{ input: { list: ['a', null] }, output: { length: 2 } }],
  run: ({ list: items }) => ({ length: items.length }),
});

const taken = z.strictObject({
  item: json.describe('The item, null when the list is empty'),
  rest: list.describe('The list without it'),
});

export const first = pure({
  title: 'First item',
  doc: 'The first item of a list, and the list without it. An empty list gives null and an empty list.',
  input: z.strictObject({ list: list.describe('The list') }),
  output: taken,
  examples: [
    { input: { list: [1, 2, 3] }, output: { item: 1, rest: [2, 3] } },
    { input: { list: [] }, output: { item: null, rest: [] } },
  ],
  run: ({ list: items }) => ({ item: items[0] ?? null, rest: items.slice(1) }),
});

export const last = pure({
  title: 'Last item',
  doc: 'The last item of a list, and the list without it. An empty list gives null and an empty list.',
  input: z.strictObject({ list: list.describe('The list') }),
  output: taken,
  examples: [
    { input: { list: [1, 2, 3] }, output: { item: 3, rest: [1, 2] } },
    { input: { list: [] }, output: { item: null, rest: [] } },
  ],
  run: ({ list: items }) => ({ item: items.at(-1) ?? null, rest: items.slice(0, -1) }),
});

export const pluck = pure({
  title: 'Pluck',
  doc: 'The value at a path of each item, in order; null where an item has none, so that positions stay.',
  input: z.strictObject({
    list: list.describe('The list, mostly of objects'),
    path: path.describe('Where the value lies, like profile.email'),
  }),
  output: z.strictObject({ values: list.describe('One value an item') }),
  examples: [
    { input: { list: [{ id: 1 }, { id: 2 }], path: 'id' }, output: { values: [1, 2] } },
    {
      input: { list: [{ profile: { email: 'a@example.com' } }, {}], path: 'profile.email' },
      output: { values: ['a@example.com', null] },
    },
  ],
  run: ({ list: items, path: where }) => ({ values: items.map(reader(where)) }),
});

export const push = pure({
  title: 'Add to end',
  doc: 'A list with one more item at its end. A list added this way becomes one item; to join lists use list.concat.',
  input: z.strictObject({ list: list.describe('The list'), item: json.describe('The item to add') }),
  output,
  examples: [
    { input: { list: ['a'], item: 'b' }, output: { list: ['a', 'b'] } },
    { input: { list: [], item: [1] }, output: { list: [[1]] } },
  ],
  run: ({ list: items, item }) => limited({ list: [...items, item] }),
});

export const concat = pure({
  title: 'Combine all',
  doc: 'Lists one after the other; what is in several of them comes several times.',
  input: z.strictObject({ lists: z.array(list).describe('The lists in order') }),
  output,
  examples: [
    { input: { lists: [['a'], ['b', 'a']] }, output: { list: ['a', 'b', 'a'] } },
    { input: { lists: [] }, output: { list: [] } },
  ],
  run: ({ lists }) => limited({ list: lists.flat(1) }),
});

const flattened = (items: readonly Json[], depth: number): Json[] =>
  depth === 0
    ? [...items]
    : items.flatMap((item): Json[] => (Array.isArray(item) ? flattened(item, depth - 1) : [item]));

export const flatten = pure({
  title: 'Flatten',
  doc: 'A list of lists as one list. One level is removed unless more are asked for; items that are no lists stay.',
  input: z.strictObject({
    list: list.describe('The list of lists'),
    depth: z.int().min(1).max(100).default(1).describe('How many levels to remove'),
  }),
  output,
  examples: [
    { input: { list: [[1], [2, [3]], 4] }, output: { list: [1, 2, [3], 4] } },
    { title: 'Deeper', input: { list: [1, [2, [3]]], depth: 2 }, output: { list: [1, 2, 3] } },
  ],
  run: ({ list: items, depth }) => ({ list: flattened(items, depth) }),
});

export const chunk = pure({
  title: 'Chunk',
  doc: 'Cuts a list into lists of a size; the last may be shorter.',
  input: z.strictObject({
    list: list.describe('The list'),
    size: z.int().min(1).describe('The number of items in each'),
  }),
  output: z.strictObject({ chunks: z.array(list).describe('The parts in order') }),
  examples: [
    { input: { list: [1, 2, 3], size: 2 }, output: { chunks: [[1, 2], [3]] } },
    { input: { list: [], size: 2 }, output: { chunks: [] } },
  ],
  run: ({ list: items, size }) => {
    const count = Math.ceil(items.length / size);
    return limited({
      chunks: Array.from({ length: count }, (_, at) => items.slice(at * size, (at + 1) * size)),
    });
  },
});

export const join = pure({
  title: 'List to text',
  doc: 'The items of a list as one text, with a separator between them, a comma if none is given. Null counts as empty, objects and lists are written as JSON.',
  input: z.strictObject({
    list: list.describe('The list'),
    separator: z.string().default(',').describe('What to put between two items'),
  }),
  output: z.strictObject({ text: z.string().describe('The text') }),
  examples: [
    { input: { list: ['a', 'b'], separator: ' and ' }, output: { text: 'a and b' } },
    { input: { list: [1, null, true] }, output: { text: '1,,true' } },
  ],
  run: ({ list: items, separator }) => {
    requireRoom(separator.length * (items.length - 1));
    return limited({ text: items.map(asText).join(separator) });
  },
});

export const merge = pure({
  title: 'Merge lists',
  doc: 'Merges the objects that stand at the same position of several lists, later lists win. Where a list is shorter, the others are taken as they are.',
  input: z.strictObject({ lists: z.array(objects).describe('Lists of objects') }),
  output: z.strictObject({ list: objects.describe('One object for each position') }),
  examples: [
    {
      input: { lists: [[{ id: 1 }, { id: 2 }], [{ name: 'Ana' }]] },
      output: { list: [{ id: 1, name: 'Ana' }, { id: 2 }] },
    },
    { input: { lists: [[{ a: 1 }], [{ a: 2 }]] }, output: { list: [{ a: 2 }] } },
  ],
  run: ({ lists }) => {
    const count = lists.reduce((longest, items) => Math.max(longest, items.length), 0);
    const members = (place: number) => lists.flatMap((items) => Object.entries(items[place] ?? {}));
    return limited({ list: Array.from({ length: count }, (_, place) => Object.fromEntries(members(place))) });
  },
});

export const collapse = pure({
  title: 'Collapse',
  doc: 'Merges the objects of a list into one; of equal keys the last wins.',
  input: z.strictObject({ list: objects.describe('The objects in order') }),
  output: z.strictObject({ object: object.describe('All their members') }),
  examples: [
    { input: { list: [{ a: 1 }, { b: 2 }, { a: 3 }] }, output: { object: { a: 3, b: 2 } } },
    { input: { list: [] }, output: { object: {} } },
  ],
  run: ({ list: items }) => ({ object: Object.fromEntries(items.flatMap((item) => Object.entries(item))) }),
});
