/** What the value of a step looks like, as JSON Schema: what can be read below `steps.<id>`. */
import type { Block, Flow, Step } from '../domain/flow.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import type { Catalogue } from './catalogue.ts';
import { fieldsToJsonSchema } from './fields.ts';
import { calledName } from './used.ts';

const ANYTHING: JsonObject = {};
const NOTHING: JsonObject = { type: 'null' };
const COUNTS: JsonObject = {
  type: 'object',
  properties: { ok: { type: 'integer' }, failed: { type: 'integer' } },
  additionalProperties: false,
};

const closed = (properties: JsonObject): JsonObject => ({
  type: 'object',
  properties,
  additionalProperties: false,
});

const LOOP = closed({
  results: { type: 'array' },
  failures: { type: 'array', items: closed({ index: {}, item: {}, error: {} }) },
  counts: COUNTS,
});

const parallelValue = (branches: Readonly<Record<string, Block>>): JsonObject =>
  closed({
    results: closed(Object.fromEntries(Object.keys(branches).map((name) => [name, {}]))),
    failures: { type: 'array', items: closed({ key: {}, error: {} }) },
    counts: COUNTS,
  });

/** What a helper declares to give; without a declaration it may give anything. */
const outputsOf = (flow: Flow | 'unread' | undefined): JsonObject =>
  flow === undefined || flow === 'unread' || flow.outputs === undefined
    ? ANYTHING
    : fieldsToJsonSchema(flow.outputs);

export const valueOf = (step: Step, catalogue: Catalogue): JsonObject => {
  switch (step.kind) {
    case 'card':
      return catalogue.cards.get(step.card)?.output ?? ANYTHING;
    case 'call':
      return step.async
        ? closed({ run: { type: 'string' } })
        : outputsOf(catalogue.flows?.get(calledName(step)));
    case 'if':
    case 'try':
      return ANYTHING;
    case 'forEach':
      return LOOP;
    case 'while':
      return closed({ results: { type: 'array' }, rounds: { type: 'integer' } });
    case 'parallel':
      return parallelValue(step.branches);
    default:
      return NOTHING;
  }
};

export interface Missing {
  /** how many members of the path exist */
  readonly depth: number;
  /** what could have been written there; none when there is no value at all */
  readonly known: readonly string[];
}

const pointTo = (root: JsonObject, reference: string): Json | undefined =>
  reference
    .split('/')
    .slice(1)
    .reduce<Json | undefined>((found, part) => (isObject(found) ? found[part] : undefined), root);

const deeper = (missing: Missing | undefined): Missing | undefined =>
  missing === undefined ? undefined : { ...missing, depth: missing.depth + 1 };

interface Below {
  readonly root: JsonObject;
  readonly path: readonly string[];
}

const below = (schema: Json | undefined, { root, path }: Below): Missing | undefined => {
  const [member, ...rest] = path;
  if (member === undefined || !isObject(schema)) return undefined;
  if (typeof schema.$ref === 'string') return below(pointTo(root, schema.$ref), { root, path });
  const choice = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choice)) return inAny(choice, { root, path });
  if (schema.type === 'null') return { depth: 0, known: [] };
  // A member of a list is that member of each of its items.
  if (schema.type === 'array') return below(schema.items, { root, path });
  const properties = isObject(schema.properties) ? schema.properties : {};
  if (Object.hasOwn(properties, member)) return deeper(below(properties[member], { root, path: rest }));
  if (schema.type !== 'object' || schema.additionalProperties !== false) return undefined;
  return { depth: 0, known: Object.keys(properties) };
};

/** Missing in a union only what is missing in all its parts; the part that goes farthest says it best. */
const inAny = (choice: readonly Json[], at: Below): Missing | undefined => {
  const results = choice.map((schema) => below(schema, at));
  if (results.some((missing) => missing === undefined)) return undefined;
  return results
    .filter((missing) => missing !== undefined)
    .toSorted((left, right) => right.depth - left.depth || right.known.length - left.known.length)[0];
};

/** The first member of a path that a value of this schema cannot have. */
export const missingIn = (schema: JsonObject, path: readonly string[]): Missing | undefined =>
  below(schema, { root: schema, path });
