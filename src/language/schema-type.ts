/** The `type` of a JSON Schema: what a value is, and what it can be turned into. */
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { report, type Check, type Origin } from './schema-visit.ts';
import { didYouMean } from '../domain/near-match.ts';

export const JSON_TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'] as const;
export type JsonType = (typeof JSON_TYPES)[number];

const isType = (name: string): name is JsonType => Object.hasOwn(TITLES, name);

const TITLES: Readonly<Record<JsonType, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'a list',
  null: 'null',
};

export const titleOf = (value: Json): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isObject(value)) return 'an object';
  if (typeof value === 'boolean') return String(value);
  return typeof value === 'number' ? `the number ${value}` : 'text';
};

export const hasType = (value: Json, type: string): boolean => {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
};

export const typesOf = (schema: JsonObject): readonly string[] | undefined => {
  const { type } = schema;
  if (typeof type === 'string') return [type];
  return Array.isArray(type) ? type.filter((one) => typeof one === 'string') : undefined;
};

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const BOOLEANS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['on', true],
  ['1', true],
  ['false', false],
  ['off', false],
  ['0', false],
]);

const parseObject = (text: string): Json | undefined => {
  try {
    // What JSON.parse gives is JSON.
    const value: Json = JSON.parse(text);
    return isObject(value) || Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/** A text from a query or a form as the type that was declared; undefined when it is none. */
const fromText = (text: string, type: string): Json | undefined => {
  switch (type) {
    case 'integer':
    case 'number': {
      const number = NUMBER.test(text.trim()) ? Number(text) : Number.NaN;
      return Number.isFinite(number) ? number : undefined;
    }
    case 'boolean':
      return BOOLEANS.get(text.trim().toLowerCase());
    case 'object':
      return parseObject(text);
    case 'array':
      return /^\s*\[/.test(text) ? (parseObject(text) ?? [text]) : [text];
    default:
      return undefined;
  }
};

/** The fitting rules of the language: one → list of one, nothing → [], number and boolean → text. */
const fromExpression = (value: Json, type: string): Json | undefined => {
  if (type === 'array') return value === null ? [] : [value];
  if (type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) return String(value);
  return undefined;
};

/** The value itself when it has the type, what it can be turned into, or undefined. */
export const turnInto = (value: Json, type: string, origin: Origin): Json | undefined => {
  if (hasType(value, type)) return value;
  if (origin === 'json') return undefined;
  if (origin === 'text') {
    const turned = typeof value === 'string' ? fromText(value, type) : undefined;
    return turned !== undefined && hasType(turned, type) ? turned : undefined;
  }
  if (origin === 'literal' && value === null) return undefined;
  return fromExpression(value, type);
};

/** Text last: a query's `5` for "number or text" is a number. */
const textLast = (types: readonly string[]): readonly string[] =>
  types.toSorted((left, right) => Number(left === 'string') - Number(right === 'string'));

const turnIntoAny = (value: Json, types: readonly string[], origin: Origin): Json | undefined => {
  if (origin !== 'text' && types.some((type) => hasType(value, type))) return value;
  for (const type of textLast(types)) {
    const turned = turnInto(value, type, origin);
    if (turned !== undefined) return turned;
  }
  return undefined;
};

const expectation = (types: readonly string[]): string =>
  types.map((type) => (isType(type) ? TITLES[type] : type)).join(' or ');

export const typeCheck = (schema: JsonObject): Check | undefined => {
  const types = typesOf(schema);
  if (types === undefined) return undefined;
  return (value, path, visit) => {
    const turned = turnIntoAny(value, types, visit.origin);
    if (turned !== undefined) return turned;
    report(visit, path, 'type', `must be ${expectation(types)}, but is ${shown(value)}`);
    return value;
  };
};

/** Short texts are shown, for they tell most about what went wrong. */
const shown = (value: Json): string =>
  typeof value === 'string' && value.length <= 40 ? `the text ${JSON.stringify(value)}` : titleOf(value);

const asText = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** `enum` and `const`, with a near match. */
export const oneOfCheck = (allowed: readonly Json[]): Check => {
  const known = new Set(allowed.map((value) => JSON.stringify(value)));
  const names = allowed.filter((value) => typeof value === 'string');
  return (value, path, visit) => {
    if (known.has(JSON.stringify(value))) return value;
    const meant = typeof value === 'string' ? didYouMean(value, names) : '';
    const list = allowed.slice(0, 12).map(asText).join(', ');
    report(visit, path, 'not_allowed', `must be ${allowed.length === 1 ? '' : 'one of '}${list}${meant}`);
    return value;
  };
};
