/** The OpenAPI 3.1 document of the management API, made of its endpoints: JSON Schema 2020-12 is its schema language. */
import * as z from 'zod';
import { isObject } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import { PROBLEMS } from '../domain/problem.ts';
import type { ProblemCode } from '../domain/problem.ts';
import type { Described } from './endpoint.ts';

type Mutable = Record<string, Json>;

const SHARED: readonly ProblemCode[] = ['unauthenticated', 'forbidden', 'invalid_input', 'unavailable'];
const WITH_BODY: readonly ProblemCode[] = ['malformed', 'too_large', 'unsupported_media_type'];

/** Named shapes go to `components`, and every reference with them. */
const schemaOf = (schema: z.ZodType, io: 'input' | 'output', components: Mutable): JsonObject => {
  const json = z.toJSONSchema(schema, { io, unrepresentable: 'any', reused: 'inline' });
  // A JSON Schema is JSON: the way through text drops what zod adds for itself, and moves the references.
  const moved: JsonObject = JSON.parse(
    JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/'),
  );
  const { $defs, $schema: _dialect, ...rest } = moved;
  if (isObject($defs)) Object.assign(components, $defs);
  const { id } = schema.meta() ?? {};
  if (id === undefined) return rest;
  components[id] = rest;
  return { $ref: `#/components/schemas/${id}` };
};

const parametersOf = ({ path, query }: Described, components: Mutable): JsonObject[] => {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
    ...(path.startsWith('/flows/') && name === 'name'
      ? { description: 'slashes encoded: hr%2Fonboard' }
      : {}),
  }));
  const schema = query ? schemaOf(query, 'input', components) : {};
  const properties = isObject(schema.properties) ? schema.properties : {};
  const inQuery = Object.entries(properties).map(([name, property]) => ({
    name,
    in: 'query',
    schema: property,
  }));
  return [...inPath, ...inQuery];
};

const bodyOf = ({ body }: Described, components: Mutable): JsonObject => {
  if (!body) return {};
  if (body instanceof z.ZodType) {
    const content = { 'application/json': { schema: schemaOf(body, 'input', components) } };
    return { requestBody: { content } };
  }
  const types = body.types.map((type) => [type, { schema: { type: 'string' } }]);
  return {
    requestBody: { required: true, description: body.description, content: Object.fromEntries(types) },
  };
};

/** Every code that an endpoint may refuse with. */
export const refusalCodes = ({ refuses = [], body }: Described): ReadonlySet<ProblemCode> =>
  new Set([...SHARED, ...(body ? WITH_BODY : []), ...refuses]);

const refusalsOf = (described: Described): JsonObject => {
  const byStatus = Map.groupBy(refusalCodes(described), (code) => PROBLEMS[code][0]);
  return Object.fromEntries(
    [...byStatus].map(([status, same]) => [
      String(status),
      {
        description: same.map((code) => `\`${code}\`: ${PROBLEMS[code][1]}`).join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
};

const answersOf = (described: Described, components: Mutable): JsonObject => {
  const { gives, alsoGives = [], statuses = [200] } = described;
  const json = gives ? [['application/json', { schema: schemaOf(gives, 'output', components) }]] : [];
  const content = Object.fromEntries([
    ...json,
    ...alsoGives.map((type) => [type, { schema: { type: 'string' } }]),
  ]);
  const good = statuses.map((status) => [
    String(status),
    status === 204
      ? { description: 'Done' }
      : { description: status === 201 ? 'Created' : status === 202 ? 'Accepted' : 'OK', content },
  ]);
  return { ...Object.fromEntries(good), ...refusalsOf(described) };
};

const Problem = z.looseObject({
  type: z.string().describe('/problems/<code> explains it'),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.enum(Object.keys(PROBLEMS)),
  requestId: z.string(),
  errors: z
    .array(
      z.looseObject({
        path: z.string(),
        code: z.string(),
        message: z.string(),
        line: z.int().optional(),
        column: z.int().optional(),
      }),
    )
    .optional(),
});

/** An operation's id: `get /runs/{id}/steps` is `getRunsIdSteps`. */
const operationIdOf = ({ method, path }: Described): string =>
  method + path.replace(/[^A-Za-z]+(\w?)/g, (_, letter: string) => letter.toUpperCase());

/** @param version of Sluice */
export const openApiOf = (endpoints: readonly Described[], version: string): JsonObject => {
  const components: Mutable = { Problem: schemaOf(Problem, 'output', {}) };
  const paths: Record<string, Mutable> = {};
  for (const described of endpoints) {
    const operation: JsonObject = {
      operationId: operationIdOf(described),
      summary: described.summary,
      ...(described.description === undefined ? {} : { description: described.description }),
      tags: [described.path.split('/')[1] ?? ''],
      security: [{ token: [described.scope] }],
      parameters: parametersOf(described, components),
      ...bodyOf(described, components),
      responses: answersOf(described, components),
    };
    (paths[described.path] ??= {})[described.method] = operation;
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Sluice management API',
      version,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    paths,
    components: {
      schemas: components,
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer', description: 'slu_…, with the scope named' },
      },
    },
  };
};
