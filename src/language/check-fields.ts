/** Declared fields against themselves: keywords that fit the type, defaults and choices that fit the field. */
import type { Field, Fields } from '../domain/flow.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { ProblemItem } from '../domain/problem.ts';
import { KEYWORD_TYPES } from './file-fields.ts';
import { fieldsToJsonSchema, isField } from './fields.ts';
import type { Path } from './place.ts';
import type { Report } from './report.ts';
import { checkOf } from './schema-check.ts';
import { typesOf } from './schema-type.ts';

const checkKeywords = (field: JsonObject, path: Path, report: Report): void => {
  const types = typesOf(field);
  if (types === undefined) return;
  for (const keyword of Object.keys(field)) {
    const fitting = KEYWORD_TYPES[keyword];
    if (fitting === undefined || types.some((type) => fitting.includes(type))) continue;
    const message = `"${keyword}" says nothing about the type ${types.join(', ')}: it is for ${fitting.join(', ')}`;
    report.error({ path: [...path, keyword], code: 'keyword', message, spot: 'key' });
  }
};

/** A value that the field itself would refuse can never be meant. */
const checkValue = (value: Json, field: Field, path: Path, report: Report): void => {
  const { default: _, ...plain } = field;
  const errors: ProblemItem[] = [];
  const schema = fieldsToJsonSchema({ value: { ...plain, type: field.type } });
  checkOf(schema)({ value }, '', { origin: 'json', errors });
  for (const { message } of errors) {
    const subject = String(path.findLast((member) => typeof member === 'string'));
    report.error({ path, code: 'default', message: `"${subject}" ${message}` });
  }
};

const checkValues = (field: Field, path: Path, report: Report): void => {
  if (field.default !== undefined) checkValue(field.default, field, [...path, 'default'], report);
  for (const keyword of ['enum', 'examples']) {
    const values: Json = field[keyword] ?? [];
    if (!Array.isArray(values)) continue;
    for (const [index, value] of (values as readonly Json[]).entries())
      checkValue(value, field, [...path, keyword, index], report);
  }
};

const checkField = (field: Json | undefined, path: Path, report: Report): void => {
  if (!isObject(field)) return;
  checkKeywords(field, path, report);
  if (isField(field)) checkValues(field, path, report);
  if (isObject(field.properties)) checkFieldsOf(field.properties, [...path, 'properties'], report);
  checkField(field.items, [...path, 'items'], report);
  checkField(field.additionalProperties, [...path, 'additionalProperties'], report);
};

const checkFieldsOf = (fields: JsonObject, path: Path, report: Report): void => {
  for (const [name, field] of Object.entries(fields)) checkField(field, [...path, name], report);
};

export const checkDeclared = (fields: Fields, path: Path, report: Report): void =>
  checkFieldsOf(fields, path, report);
