/** Truth values, and choices that hang on them. */
import * as z from 'zod';
import { pure } from '../domain/card.ts';
import { comparison } from './values/comparison.ts';
import { json, object, operator } from './values/fields.ts';

const output = z.strictObject({ result: z.boolean().describe('Whether it holds') });
const values = z.strictObject({ values: z.array(z.boolean()).describe('The truth values') });

const operands = {
  left: json.describe('The value to compare'),
  operator: operator.describe(
    'How to compare: in and contains look into lists, texts and the keys of objects',
  ),
  right: json.default(null).describe('The value to compare it with; not needed for empty and not-empty'),
};

export const compare = pure({
  title: 'Compare',
  doc: 'Compares two values. Nothing is converted: "5" and 5 are not equal, and asking which is greater is an error; dates compare rightly as ISO text of one zone. Null is neither smaller nor greater than anything.',
  input: z.strictObject(operands),
  output,
  examples: [
    { input: { left: 5, operator: 'ge', right: 5 }, output: { result: true } },
    { input: { left: { a: 1, b: [2] }, operator: 'eq', right: { b: [2], a: 1 } }, output: { result: true } },
    { input: { left: 'b', operator: 'in', right: ['a', 'b'] }, output: { result: true } },
    { input: { left: '2026-02-01', operator: 'lt', right: '2026-11-23' }, output: { result: true } },
    { title: '0 is a value', input: { left: 0, operator: 'empty' }, output: { result: false } },
    {
      title: 'Null has no order',
      input: { left: null, operator: 'le', right: 1 },
      output: { result: false },
    },
    { title: 'Text and number', input: { left: '10', operator: 'gt', right: 9 }, error: 'type_mismatch' },
  ],
  run: ({ left, operator: how, right }) => ({ result: comparison(how, right)(left) }),
});

export const and = pure({
  title: 'And',
  doc: 'Whether all values are true; so it is when there are none.',
  input: values,
  output,
  examples: [
    { input: { values: [true, false] }, output: { result: false } },
    { input: { values: [] }, output: { result: true } },
  ],
  run: ({ values: all }) => ({ result: all.every(Boolean) }),
});

export const or = pure({
  title: 'Or',
  doc: 'Whether at least one value is true; not so when there are none.',
  input: values,
  output,
  examples: [
    { input: { values: [true, false] }, output: { result: true } },
    { input: { values: [] }, output: { result: false } },
  ],
  run: ({ values: all }) => ({ result: all.some(Boolean) }),
});

export const xor = pure({
  title: 'Or (exclusive)',
  doc: 'Whether exactly one value is true.',
  input: values,
  output,
  examples: [
    { input: { values: [true, false] }, output: { result: true } },
    { input: { values: [true, true] }, output: { result: false } },
  ],
  run: ({ values: all }) => ({ result: all.filter(Boolean).length === 1 }),
});

export const choose = pure({
  title: 'Choose',
  doc: 'One of two values, by a comparison as in boolean.compare.',
  input: z.strictObject({
    ...operands,
    ifTrue: json.default(null).describe('The value when the comparison holds'),
    ifFalse: json.default(null).describe('The value when it does not'),
  }),
  output: z.strictObject({ value: json.describe('The chosen value') }),
  examples: [
    {
      input: { left: 'guest', operator: 'eq', right: 'guest', ifTrue: 30, ifFalse: 365 },
      output: { value: 30 },
    },
    { input: { left: [], operator: 'not-empty', ifTrue: 'some' }, output: { value: null } },
  ],
  run: ({ left, operator: how, right, ifTrue, ifFalse }) => ({
    value: comparison(how, right)(left) ? ifTrue : ifFalse,
  }),
});

export const lookup = pure({
  title: 'Look up',
  doc: 'The value of the case named like the key; a number or truth value is looked up as text. Without such a case the other value is given, null if there is none.',
  input: z.strictObject({
    key: z.union([z.string(), z.number(), z.boolean(), z.null()]).describe('The name of the wanted case'),
    cases: object.describe('A value for each name'),
    otherwise: json.default(null).describe('The value when no case has that name'),
  }),
  output: z.strictObject({ value: json.describe('The value found') }),
  examples: [
    { input: { key: 'DE', cases: { DE: 'Berlin', FR: 'Paris' } }, output: { value: 'Berlin' } },
    { input: { key: 404, cases: { '404': 'missing' } }, output: { value: 'missing' } },
    {
      title: 'No such case',
      input: { key: 'constructor', cases: {}, otherwise: '?' },
      output: { value: '?' },
    },
  ],
  run: ({ key, cases, otherwise }) => ({
    value: Object.hasOwn(cases, String(key)) ? (cases[String(key)] ?? null) : otherwise,
  }),
});
