/** Objects: read and changed by paths, merged, cleaned. An object given in is never changed, a copy comes out. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { isEmpty } from './values/comparison.ts';
import { json, object, path } from './values/fields.ts';
import { limited } from './values/limit.ts';
import { valueAt, withoutValue, withValue } from './values/path.ts';

const input = object.describe('The object');
const output = z.strictObject({ object: object.describe('The new object') });

export const construct = pure({
  title: 'Construct object',
  doc: 'An object whose members are given by paths: a.b puts b inside an object a, a.0 makes a list. Later members go into what earlier ones made.',
  input: z.strictObject({
    members: object
      .refine((members) => Object.keys(members).length <= 1_000, 'at most 1,000 members')
      .describe('The value of each path'),
  }),
  output,
  examples: [
    {
      input: { members: { login: 'ana', 'profile.name': 'Ana', 'roles.0.id': 7 } },
      output: { object: { login: 'ana', profile: { name: 'Ana' }, roles: [{ id: 7 }] } },
    },
    { title: 'Inside a text', input: { members: { a: 'text', 'a.b': 1 } }, error: 'invalid_path' },
  ],
  run: ({ members }) => {
    const made = Object.entries(members).reduce<JsonObject>(
      (all, [key, value]) => withValue(all, key, value),
      {},
    );
    return limited({ object: made });
  },
});

export const get = pure({
  title: 'Get',
  doc: 'The value at a path, or the other value (null) when there is none. Names do not reach through lists: a.0.b takes the first item, list.pluck takes all.',
  input: z.strictObject({
    object: json.describe('The object or list'),
    path: path.describe('Like profile.emails.0; a list of keys where a key holds a dot'),
    otherwise: json.default(null).describe('What to give when there is no such value'),
  }),
  output: z.strictObject({ value: json.describe('The value found') }),
  examples: [
    { input: { object: { a: { b: [{ c: 1 }] } }, path: 'a.b.0.c' }, output: { value: 1 } },
    { input: { object: { 'a.b': 1 }, path: ['a.b'] }, output: { value: 1 } },
    { title: 'Missing', input: { object: {}, path: 'a.b', otherwise: 'none' }, output: { value: 'none' } },
  ],
  run: ({ object: from, path: where, otherwise }) => ({ value: valueAt(from, where) ?? otherwise }),
});

export const pick = pure({
  title: 'Get multiple',
  doc: 'Several values of an object at once, each under a name of your own; null where there is none.',
  input: z.strictObject({
    object: json.describe('The object or list'),
    paths: z.record(z.string(), path).describe('The path of each name'),
  }),
  output: z.strictObject({ values: object.describe('The value of each name') }),
  examples: [
    {
      input: {
        object: { id: 7, profile: { email: 'ana@example.com' } },
        paths: { id: 'id', email: 'profile.email', phone: 'profile.phone' },
      },
      output: { values: { id: 7, email: 'ana@example.com', phone: null } },
    },
  ],
  run: ({ object: from, paths }) => {
    const found = Object.entries(paths).map(([name, where]) => [name, valueAt(from, where) ?? null] as const);
    return limited({ values: Object.fromEntries(found) });
  },
});

export const set = pure({
  title: 'Set',
  doc: 'A copy of an object with a value put at a path. Missing objects are made on the way, and lists where a key is a number; gaps in lists become null.',
  input: z.strictObject({
    object: input,
    path: path.describe('Where to put it, like profile.emails.0'),
    value: json.describe('The value to put there'),
  }),
  output,
  examples: [
    { input: { object: { a: 1 }, path: 'b.c', value: 2 }, output: { object: { a: 1, b: { c: 2 } } } },
    { input: { object: { a: [1] }, path: 'a.2', value: 3 }, output: { object: { a: [1, null, 3] } } },
    { title: 'Inside a text', input: { object: { a: 'x' }, path: 'a.b', value: 1 }, error: 'invalid_path' },
  ],
  run: ({ object: from, path: where, value }) => limited({ object: withValue(from, where, value) }),
});

export const remove = pure({
  title: 'Remove',
  doc: 'A copy of an object without the values at some paths; paths that lead nowhere are passed over.',
  input: z.strictObject({ object: input, paths: z.array(path).describe('The paths to take out') }),
  output,
  examples: [
    {
      input: { object: { a: 1, b: { c: 2, d: 3 } }, paths: ['a', 'b.c', 'x.y'] },
      output: { object: { b: { d: 3 } } },
    },
  ],
  run: ({ object: from, paths }) => ({ object: paths.reduce<JsonObject>(withoutValue, from) }),
});

export const move = pure({
  title: 'Move',
  doc: 'A copy of an object with a value moved to another path, which renames a key. When there is nothing to move, nothing changes; what was at the target is replaced.',
  input: z.strictObject({
    object: input,
    from: path.describe('Where the value is'),
    to: path.describe('Where it goes'),
  }),
  output,
  examples: [
    {
      input: { object: { mail: 'a', id: 1 }, from: 'mail', to: 'email' },
      output: { object: { id: 1, email: 'a' } },
    },
    {
      title: 'Nothing there',
      input: { object: { id: 1 }, from: 'mail', to: 'email' },
      output: { object: { id: 1 } },
    },
  ],
  run: ({ object: source, from, to }) => {
    const value = valueAt(source, from);
    return { object: value === undefined ? source : withValue(withoutValue(source, from), to, value) };
  },
});

export const merge = pure({
  title: 'Merge',
  doc: 'One object with the members of several; of equal keys the last wins. Inner objects are replaced, not merged.',
  input: z.strictObject({ objects: z.array(object).describe('The objects in order') }),
  output,
  examples: [
    {
      input: { objects: [{ a: 1, b: { c: 1 } }, { b: { d: 2 } }] },
      output: { object: { a: 1, b: { d: 2 } } },
    },
    { input: { objects: [] }, output: { object: {} } },
  ],
  run: ({ objects }) =>
    limited({ object: Object.fromEntries(objects.flatMap((one) => Object.entries(one))) }),
});

export const keys = pure({
  title: 'Keys',
  doc: 'The keys of an object. Whole numbers come first in order, then the others as they were written.',
  input: z.strictObject({ object: input }),
  output: z.strictObject({ keys: z.array(z.string()).describe('The keys') }),
  examples: [{ input: { object: { b: 1, a: 2 } }, output: { keys: ['b', 'a'] } }],
  run: ({ object: from }) => ({ keys: Object.keys(from) }),
});

export const values = pure({
  title: 'Values',
  doc: 'The values of an object, in the order of object.keys.',
  input: z.strictObject({ object: input }),
  output: z.strictObject({ values: z.array(json).describe('The values') }),
  examples: [{ input: { object: { b: 1, a: null } }, output: { values: [1, null] } }],
  run: ({ object: from }) => ({ values: Object.values(from) }),
});

const cleared = (value: Json, recursive: boolean): Json => {
  if (recursive && Array.isArray(value)) return value.map((item: Json) => cleared(item, recursive));
  return isObject(value) ? withoutEmpty(value, recursive) : value;
};

const withoutEmpty = (from: JsonObject, recursive: boolean): JsonObject =>
  Object.fromEntries(
    Object.entries(from)
      .map(([key, value]) => [key, recursive ? cleared(value, recursive) : value] as const)
      .filter(([, value]) => !isEmpty(value)),
  );

export const clearEmpty = pure({
  title: 'Clear empty',
  doc: 'A copy of an object without the keys whose value is null, empty text, an empty list or an empty object; 0 and false stay. Going inside, objects that become empty go too, items of lists stay.',
  input: z.strictObject({
    object: input,
    recursive: z.boolean().default(false).describe('Whether to go inside objects and lists'),
  }),
  output,
  examples: [
    {
      input: { object: { a: '', b: null, c: [], d: {}, e: 0, f: false, g: { h: '' } } },
      output: { object: { e: 0, f: false, g: { h: '' } } },
    },
    {
      title: 'Inside too',
      input: { object: { a: { b: '' }, c: [{ d: '' }, 'x'] }, recursive: true },
      output: { object: { c: [{}, 'x'] } },
    },
  ],
  run: ({ object: from, recursive }) => ({ object: withoutEmpty(from, recursive) }),
});
