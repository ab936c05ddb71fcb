/** Declared fields as files hold them: JSON Schema words that one table knows, plus `optional`, `secret`, `widget`. */
import * as z from 'zod';
import type { Field, Fields } from '../domain/flow.ts';
import type { JsonObject } from '../domain/json.ts';
import { FORMATS, isFormat } from './formats.ts';
import { expecting, Name, Value } from './file-values.ts';
import { compilePattern } from './schema-scalar.ts';
import { JSON_TYPES } from './schema-type.ts';

const isPattern = (text: string): boolean => !('fault' in compilePattern(text));

const count = z.number().int().min(0);
const formats = Object.keys(FORMATS).filter(isFormat);

/** What a form chooses by itself where a field says nothing. */
const WIDGETS = ['textarea', 'radio', 'select'] as const;

const TypeName = z.enum(JSON_TYPES);

/** Which types a keyword speaks about; those that are missing here fit every type. */
export const KEYWORD_TYPES: Readonly<Record<string, readonly string[]>> = {
  format: ['string'],
  pattern: ['string'],
  minLength: ['string'],
  maxLength: ['string'],
  minimum: ['number', 'integer'],
  maximum: ['number', 'integer'],
  exclusiveMinimum: ['number', 'integer'],
  exclusiveMaximum: ['number', 'integer'],
  multipleOf: ['number', 'integer'],
  items: ['array'],
  minItems: ['array'],
  maxItems: ['array'],
  uniqueItems: ['array'],
  properties: ['object'],
  additionalProperties: ['object'],
};

/** Words of JSON Schema that people will try, and what to write instead. */
export const REFUSED_KEYWORDS: Readonly<Record<string, string>> = {
  required: 'a field is required unless it has optional: true or a default',
  nullable: 'write type: [string, "null"]',
  anyOf: 'give type a list of types, or leave the alternatives to a step',
  oneOf: 'give type a list of types, or leave the alternatives to a step',
  allOf: 'write the keywords side by side',
  $ref: 'write the field out',
};

/** What lies inside a list or an object may also do without a type. As below, what is read is JSON. */
const Schema: z.ZodType<JsonObject> = z.lazy(() => ItemSchema as unknown as z.ZodType<JsonObject>);

const keywords = {
  title: z.string().exactOptional().meta({ description: 'What forms call it.' }),
  description: z.string().exactOptional(),
  enum: z.array(Value).min(1).exactOptional().meta({ description: 'The values it may have.' }),
  const: Value.exactOptional(),
  default: Value.exactOptional().meta({ description: 'What it is when it is left out; makes it optional.' }),
  examples: z.array(Value).exactOptional(),
  format: z.enum(formats).exactOptional(),
  pattern: z
    .string()
    .refine(isPattern, 'must be a regular expression of RE2: no look-around, no back-references')
    .exactOptional()
    .meta({ description: 'A regular expression, found anywhere unless it has ^ and $.' }),
  minLength: count.exactOptional(),
  maxLength: count.exactOptional(),
  minimum: z.number().exactOptional(),
  maximum: z.number().exactOptional(),
  exclusiveMinimum: z.number().exactOptional(),
  exclusiveMaximum: z.number().exactOptional(),
  multipleOf: z.number().positive().exactOptional(),
  minItems: count.exactOptional(),
  maxItems: count.exactOptional(),
  uniqueItems: z.boolean().exactOptional(),
  items: Schema.exactOptional().meta({ description: 'What each item is.' }),
  properties: z
    .record(
      Name,
      z.lazy((): z.ZodType<Field> => FieldSchema),
    )
    .exactOptional(),
  additionalProperties: z
    .union([z.boolean(), Schema], { error: 'must be true, false, or what the other members are' })
    .exactOptional(),
  optional: z
    .boolean()
    .exactOptional()
    .meta({ description: 'May be left out. Fields are required otherwise.' }),
  secret: z.boolean().exactOptional().meta({ description: 'Masked wherever it is shown.' }),
  widget: z
    .enum(WIDGETS)
    .exactOptional()
    .meta({ description: 'How a form asks for it: a long text, or choices all at once or in a list.' }),
};

const type = z
  .union([TypeName, z.array(TypeName).min(1)], {
    error: expecting(`must be one of ${JSON_TYPES.join(', ')}, or a list of them`),
  })
  .meta({ description: 'The type, or a list of them: [string, "null"].' });

const ItemSchema = z.strictObject({ type: type.exactOptional(), ...keywords });

// What is read is a part of the document, so it is JSON; keywords that are absent are not there.
export const FieldSchema = z.strictObject({ type, ...keywords }).meta({
  id: 'Field',
  description: 'A JSON Schema property, plus optional, secret and widget.',
}) as unknown as z.ZodType<Field>;

export const FieldsSchema: z.ZodType<Fields> = z
  .record(Name, FieldSchema)
  .meta({ description: 'Names of fields and what they are.' });
