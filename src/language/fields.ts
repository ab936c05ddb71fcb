/**
 * Declared fields put to work: the one validator of what flows are given and give back, whichever door it comes by.
 */
import type { Field, Fields } from '../domain/flow.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { ProblemItem } from '../domain/problem.ts';
import { checkOf } from './schema-check.ts';
import type { Origin } from './schema-visit.ts';

/** Words of ours; everything else in a field is JSON Schema. */
const OWN_WORDS = new Set(['optional', 'secret', 'widget']);

export const isField = (value: Json): value is Field => isObject(value) && value.type !== undefined;

const isRequired = (field: Json): boolean =>
  !isObject(field) || (field.optional !== true && field.default === undefined);

const propertyMap = (fields: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldSchema(field)]));

const requiredNames = (fields: JsonObject): readonly string[] =>
  Object.keys(fields).filter((name) => isRequired(fields[name] ?? null));

const fieldSchema = (field: Json): Json => {
  if (!isObject(field)) return field;
  const schema: Record<string, Json> = {};
  for (const [keyword, value] of Object.entries(field)) {
    if (keyword === 'properties' && isObject(value)) {
      schema.properties = propertyMap(value);
      const required = requiredNames(value);
      if (required.length > 0) schema.required = required;
    } else if ((keyword === 'items' || keyword === 'additionalProperties') && isField(value)) {
      schema[keyword] = fieldSchema(value);
    } else if (!OWN_WORDS.has(keyword)) schema[keyword] = value;
  }
  return schema;
};

const schemas = new WeakMap<Fields, JsonObject>();

/** The fields as a JSON Schema of an object that has no others. The same object for the same fields. */
export const fieldsToJsonSchema = (fields: Fields): JsonObject => {
  const known = schemas.get(fields);
  if (known !== undefined) return known;
  const required = requiredNames(fields);
  const schema: JsonObject = {
    type: 'object',
    properties: propertyMap(fields),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
  schemas.set(fields, schema);
  return schema;
};

export type Checked =
  | { readonly ok: true; readonly value: JsonObject }
  | { readonly ok: false; readonly errors: readonly ProblemItem[] };

const named = (item: ProblemItem): ProblemItem => ({
  ...item,
  message: item.path === '' ? `It ${item.message}` : `"${item.path}" ${item.message}`,
});

/**
 * Every field's error at once, with its path (`user.mails[0]`). From `json` values are taken as they are, from `text`
 * (query, form) they are turned into the declared types, from expressions (`fit`) one becomes a list of one, nothing
 * an empty list, numbers and booleans text.
 */
export const checkFields = (
  fields: Fields,
  given: JsonObject,
  how: { readonly from: Exclude<Origin, 'literal'> },
): Checked => {
  const errors: ProblemItem[] = [];
  const value = checkOf(fieldsToJsonSchema(fields))(given, '', { origin: how.from, errors });
  // The schema's type is object, so without errors the value is one.
  return errors.length === 0
    ? { ok: true, value: value as JsonObject }
    : { ok: false, errors: errors.map(named) };
};

/**
 * What expressions gave, fitted to what a card declares: one → list of one, nothing → [], number, boolean → text.
 * What cannot be fitted stays as it is, for the card's own schema to refuse.
 */
export const fitToSchema = (value: Json, schema: JsonObject): Json =>
  checkOf(schema)(value, '', { origin: 'fit', errors: [] });
