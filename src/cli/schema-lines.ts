/** A JSON Schema of an object for people: a line for each member. */
import * as z from 'zod';
import { pretty } from './table.ts';

const Variants = z.array(z.looseObject({ type: z.unknown().optional() }));

const Property = z.looseObject({
  type: z.unknown().optional(),
  description: z.string().optional(),
  enum: z.array(z.json()).optional(),
  const: z.json().optional(),
  default: z.json().optional(),
  oneOf: Variants.optional(),
  anyOf: Variants.optional(),
});
type Property = z.output<typeof Property>;

const ObjectSchema = z.looseObject({
  properties: z.record(z.string(), Property).default({}),
  required: z.array(z.string()).default([]),
  oneOf: Variants.default([]),
  anyOf: Variants.default([]),
});

export const typeOf = (type: unknown): string => {
  if (Array.isArray(type)) return type.join(' or ');
  return typeof type === 'string' ? type : 'any';
};

/** Words that are possible say more than their type. */
const valueOf = (property: Property): string => {
  if (property.const !== undefined) return pretty(property.const);
  const variants = [...(property.oneOf ?? []), ...(property.anyOf ?? [])];
  if (variants.length > 0) return [...new Set(variants.map(({ type }) => typeOf(type)))].join(' or ');
  return property.enum === undefined ? typeOf(property.type) : property.enum.map(pretty).join(' or ');
};

/** Of several shapes each, one below the other; what lies in a member is indented below it. */
export const fieldLines = (schema: unknown): string[] => {
  const { properties, required, oneOf, anyOf } = ObjectSchema.parse(schema);
  const own = Object.entries(properties).map(([name, property]) => {
    const isSet = required.includes(name) || property.default !== undefined;
    const optional = isSet ? '' : ', optional';
    const usual = property.default === undefined ? '' : ` (${pretty(property.default)})`;
    const about = property.description === undefined ? '' : `  ${property.description}`;
    const line = `  ${name}: ${valueOf(property)}${optional}${usual}${about}`;
    return [line, ...fieldLines(property).map((inner) => `  ${inner}`)];
  });
  const variants = [...oneOf, ...anyOf].map(fieldLines).filter((lines) => lines.length > 0);
  return [...own.flat(), ...variants.flatMap((lines, at) => (at === 0 ? lines : ['  or', ...lines]))];
};
