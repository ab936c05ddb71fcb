/** Finding items in lists by a comparison. Family `list`. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import type { Json } from '../domain/json.ts';
import { comparison, isEqual, type Operator } from './values/comparison.ts';
import { json, list, operator, path } from './values/fields.ts';
import { type Path, reader } from './values/path.ts';

const input = z.strictObject({
  list: list.describe('The list'),
  path: path
    .default('')
    .describe('Which value of an item is compared, like profile.status; empty: the item itself'),
  operator: operator.describe('How it is compared'),
  value: json.default(null).describe('What it is compared with; not needed for empty and not-empty'),
});

interface Search {
  readonly path: Path;
  readonly operator: Operator;
  readonly value: Json;
}

const matcher = ({ path: where, operator: how, value }: Search): ((item: Json) => boolean) => {
  const read = reader(where);
  const test = comparison(how, value);
  return (item) => test(read(item));
};

export const filterBy = pure({
  title: 'Filter',
  doc: 'The items whose value at a path meets a comparison. A missing value counts as null, which is neither smaller nor greater than anything; text and number are not converted.',
  input,
  output: z.strictObject({ list: list.describe('The items that meet it, in order') }),
  examples: [
    {
      input: {
        list: [{ status: 'ACTIVE' }, { status: 'STALE' }, {}],
        path: 'status',
        operator: 'eq',
        value: 'ACTIVE',
      },
      output: { list: [{ status: 'ACTIVE' }] },
    },
    {
      input: { list: ['ab', 'bc', 'abc'], operator: 'starts-with', value: 'ab' },
      output: { list: ['ab', 'abc'] },
    },
    { input: { list: ['a', 'b'], operator: 'in', value: ['b', 'c'] }, output: { list: ['b'] } },
    {
      title: 'Text and number',
      input: { list: [{ days: '9' }], path: 'days', operator: 'gt', value: 10 },
      error: 'type_mismatch',
    },
  ],
  run: (search) => ({ list: search.list.filter(matcher(search)) }),
});

export const findBy = pure({
  title: 'Find',
  doc: 'The first item whose value at a path meets a comparison, and its position; null and -1 when there is none.',
  input,
  output: z.strictObject({
    item: json.describe('The item, or null'),
    index: z.int().describe('Its position from 0, or -1'),
  }),
  examples: [
    {
      input: { list: [{ id: 1 }, { id: 2 }], path: 'id', operator: 'ge', value: 2 },
      output: { item: { id: 2 }, index: 1 },
    },
    { title: 'None', input: { list: [], operator: 'eq', value: 1 }, output: { item: null, index: -1 } },
  ],
  run: (search) => {
    const index = search.list.findIndex(matcher(search));
    return { item: search.list[index] ?? null, index };
  },
});

export const includes = pure({
  title: 'Includes',
  doc: 'Whether a list has a value. Objects and lists are equal when their members are; the text "1" is not the number 1.',
  input: z.strictObject({ list: list.describe('The list'), value: json.describe('The value to look for') }),
  output: z.strictObject({ result: z.boolean().describe('Whether the list has it') }),
  examples: [
    { input: { list: ['a', 'b'], value: 'b' }, output: { result: true } },
    { input: { list: [{ a: 1, b: 2 }], value: { b: 2, a: 1 } }, output: { result: true } },
    { input: { list: [1], value: '1' }, output: { result: false } },
  ],
  run: ({ list: items, value }) => ({ result: items.some((item) => isEqual(item, value)) }),
});
