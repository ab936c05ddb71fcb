/**
 * The JSON Schema (2020-12) of flow files, for editors: made from the very schemas that read the files, plus what each
 * card takes. Editors complete and explain with it; what it cannot say (scopes, names) the check says on saving.
 */
import * as z from 'zod';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Catalogue, CardSignature } from './catalogue.ts';
import { flowSchema } from './file-flow.ts';
import { stepSchemas } from './file-steps.ts';

const TITLES: Readonly<Record<string, string>> = {
  card: 'Use a card',
  call: 'Call a helper',
  set: 'Set variables',
  if: 'Decide',
  try: 'Try, catch, finally',
  forEach: 'For each item',
  while: 'While',
  parallel: 'In parallel',
  wait: 'Wait',
  respond: 'Respond to the caller',
  yield: 'Yield: end the block',
  next: 'Next: end the item or round',
  return: 'Return: end the run well',
  stop: 'Stop: end the run well, without outputs',
  fail: 'Fail',
};

/** The steps know the blocks that they lie in: here, unlike when a flow is read, the schema is one whole. */
const writtenFlow = () => {
  const Block = z.lazy((): z.ZodType<readonly unknown[]> => z.array(Step)).meta({ id: 'Block' });
  const kinds = Object.entries(stepSchemas(Block)).map(([kind, schema]) =>
    schema.meta({ id: `${kind}Step`, title: TITLES[kind] ?? kind }),
  );
  const Step: z.ZodType = z
    .union(kinds)
    .meta({ id: 'Step', description: 'One step: exactly one of these kinds.' });
  return flowSchema(Block);
};

const EXPRESSION: JsonObject = { $ref: '#/$defs/Expression' };

/** Words that tell something and ask nothing. */
const TOLD = ['title', 'description', 'default', 'examples'];

const split = (schema: JsonObject): { readonly told: JsonObject; readonly asked: JsonObject } => {
  const members = Object.entries(schema);
  return {
    told: Object.fromEntries(members.filter(([word]) => TOLD.includes(word))),
    asked: Object.fromEntries(members.filter(([word]) => !TOLD.includes(word))),
  };
};

/** What lies inside a schema, each part as it may be written. */
const inner = (schema: JsonObject): JsonObject => {
  const parts: Record<string, Json> = { ...schema };
  if (isObject(schema.properties)) parts.properties = eachOf(schema.properties);
  for (const word of ['additionalProperties', 'items']) {
    const part = schema[word];
    if (isObject(part)) parts[word] = writable(part);
  }
  for (const word of ['anyOf', 'oneOf', 'allOf', 'prefixItems']) {
    const list = schema[word];
    if (Array.isArray(list)) parts[word] = list.map(writable);
  }
  return parts;
};

/**
 * A schema of values as a schema of what may be written for them: a text with an expression fits everywhere, a number
 * or a boolean where text is wanted, one where a list is.
 */
const writable = (schema: Json): Json => {
  if (!isObject(schema)) return schema;
  const { told, asked } = split(inner(schema));
  if (Object.keys(asked).length === 0) return told;
  const isChoice = asked.enum !== undefined || asked.const !== undefined;
  if (asked.type === 'string' && !isChoice) {
    const text = { ...asked, type: ['string', 'number', 'boolean'] };
    return Object.keys(asked).length === 1 ? { ...told, ...text } : { ...told, anyOf: [text, EXPRESSION] };
  }
  const one = asked.type === 'array' && asked.minItems === undefined ? [asked.items ?? {}] : [];
  return { ...told, anyOf: [asked, ...one, EXPRESSION] };
};

const eachOf = (properties: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, writable(schema)]));

/** The definitions of a card's own schema get the card's name, for all share one document. */
const renamed = (schema: Json, prefix: string): Json => {
  if (Array.isArray(schema)) return schema.map((part: Json) => renamed(part, prefix));
  if (!isObject(schema)) return schema;
  return Object.fromEntries(
    Object.entries(schema).map(([key, value]) =>
      key === '$ref' && typeof value === 'string'
        ? [key, value === '#' ? `#/$defs/${prefix}` : value.replace('#/$defs/', `#/$defs/${prefix}.`)]
        : [key, renamed(value, prefix)],
    ),
  );
};

const withOf = ({ id, input }: CardSignature): JsonObject => {
  const named = renamed(input, id);
  const { $schema: _, $defs: definitions, ...schema } = isObject(named) ? named : {};
  const own = isObject(definitions) ? Object.entries(definitions) : [];
  const defs = own.map(([name, part]) => [`${id}.${name}`, writable(part)] as const);
  // The object itself is written out in a flow; what is in it may be an expression.
  const properties = isObject(schema.properties) ? { properties: eachOf(schema.properties) } : {};
  return { ...Object.fromEntries(defs), [id]: { ...schema, ...properties } };
};

const cardRules = (cards: readonly CardSignature[]): readonly Json[] =>
  cards.map(({ id, input }) => ({
    if: { properties: { card: { const: id } }, required: ['card'] },
    then: {
      properties: { with: { $ref: `#/$defs/${id}` } },
      ...(Array.isArray(input.required) && input.required.length > 0 ? { required: ['with'] } : {}),
    },
  }));

const cardNames = (cards: readonly CardSignature[]): JsonObject => ({
  description: 'The card, as family.name.',
  anyOf: cards.map(({ id, title, doc }) => ({ const: id, title, description: doc })),
});

const withCards = (step: JsonObject, cards: readonly CardSignature[]): JsonObject => {
  const properties = isObject(step.properties) ? step.properties : {};
  return { ...step, properties: { ...properties, card: cardNames(cards) }, allOf: cardRules(cards) };
};

const schemas = new WeakMap<Catalogue, JsonObject>();

const build = (catalogue: Catalogue): JsonObject => {
  const cards = [...catalogue.cards.values()];
  // A JSON Schema is JSON, whatever wider type zod gives it.
  const base = z.toJSONSchema(writtenFlow(), { io: 'input', unrepresentable: 'any' }) as JsonObject;
  const definitions = isObject(base.$defs) ? base.$defs : {};
  const step = isObject(definitions.cardStep) ? definitions.cardStep : {};
  return {
    ...base,
    title: 'A flow of Sluice',
    $defs: {
      ...definitions,
      cardStep: withCards(step, cards),
      Expression: {
        type: 'string',
        pattern: '\\$\\{\\{',
        description: 'A text with ${{ expression }} in it.',
      },
      ...Object.assign({}, ...cards.map(withOf)),
    },
  };
};

/** Made once for each catalogue. */
export const flowJsonSchema = (catalogue: Catalogue): JsonObject => {
  const known = schemas.get(catalogue);
  if (known !== undefined) return known;
  const schema = build(catalogue);
  schemas.set(catalogue, schema);
  return schema;
};
