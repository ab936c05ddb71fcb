import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/domain/flow.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { parseFlow } from '../../src/language/parse.ts';
import { openApiOf } from '../../src/triggers/api/openapi.ts';

const ORIGIN = 'https://sluice.example';

const flowOf = (name: string, text: string): Flow => {
  const parsed = parseFlow(name, text, { cards: new Map() });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  return parsed.flow;
};

const onboard = flowOf(
  'hr/onboard',
  `
title: Onboard a contractor
description: Makes the account.
trigger: { kind: api, methods: [GET, POST], queryToken: true, rateLimit: { requests: 10, per: 1s } }
inputs:
  name: { type: string, title: Full name, minLength: 1 }
  start: { type: string, format: date, optional: true }
  manager:
    type: object
    optional: true
    properties: { mail: { type: string, format: email }, phone: { type: string, optional: true } }
steps: [{ return: { login: "\${{ inputs.name }}" } }]
outputs: { login: { type: string } }
`,
);
const hello = flowOf('hello', 'trigger: { kind: api, auth: public }\nsteps: [{ return: {} }]');
const raw = flowOf(
  'raw',
  'trigger: { kind: api, reply: wait }\nsteps: [{ respond: { status: 200, body: ok } }]',
);
const accepting = flowOf('accepting', 'trigger: { kind: api, reply: accept }\nsteps: [{ return: {} }]');
const byHand = flowOf('by-hand', 'trigger: { kind: manual }\nsteps: [{ return: {} }]');

/** The member that a path of names leads to. */
const at = (document: JsonObject, ...names: string[]): unknown =>
  names.reduce<unknown>(
    (value, name) => (value instanceof Object ? Reflect.get(value, name) : undefined),
    document,
  );

const document = openApiOf([onboard, hello, raw, accepting, byHand], ORIGIN);
/** A member of the POST operation of a flow. */
const post = (flow: string, ...names: string[]) => at(document, 'paths', `/invoke/${flow}`, 'post', ...names);

describe('the OpenAPI document of endpoints', () => {
  it('is valid for a public validator', async () => {
    const result = await new Validator().validate(structuredClone(document));

    expect(result.errors).toBeUndefined();
    expect(result.valid).toBe(true);
  });

  it('is valid without any endpoint too', async () => {
    expect((await new Validator().validate(structuredClone(openApiOf([], ORIGIN)))).valid).toBe(true);
  });

  it('has the flows with an api trigger, under their addresses, and where late results are', () => {
    expect(at(document, 'servers')).toEqual([{ url: ORIGIN }]);
    expect(Object.keys(Object(at(document, 'paths')))).toEqual([
      '/invoke/hr/onboard',
      '/invoke/hello',
      '/invoke/raw',
      '/invoke/accepting',
      '/results/{link}',
    ]);
  });

  it('describes the inputs of a POST as its body, and those of a GET as its query', () => {
    const path = at(document, 'paths', '/invoke/hr/onboard');

    expect(path).toMatchObject({
      post: {
        summary: 'Onboard a contractor',
        requestBody: {
          required: true,
          content: {
            'application/json': {
              schema: {
                required: ['name'],
                properties: { manager: { required: ['mail'] }, name: { type: 'string', minLength: 1 } },
                additionalProperties: false,
              },
            },
          },
        },
      },
      get: {
        parameters: [
          { $ref: '#/components/parameters/IdempotencyKey' },
          { name: 'name', in: 'query', required: true, schema: { type: 'string' } },
          { name: 'start', in: 'query', required: false, schema: { format: 'date' } },
          { name: 'manager', in: 'query', required: false },
        ],
      },
    });
  });

  it('describes the outputs, or says that the flow responds as it likes', () => {
    expect(post('hr/onboard', 'responses', '200')).toMatchObject({
      content: { 'application/json': { schema: { properties: { login: { type: 'string' } } } } },
    });
    expect(post('raw', 'responses', '200')).toMatchObject({ content: { '*/*': {} } });
    expect(post('accepting', 'responses', '200')).toBeUndefined();
  });

  it('says which tokens are taken where, and that a public flow takes none', () => {
    expect(post('hello', 'security')).toEqual([]);
    expect(post('raw', 'security')).toEqual([{ bearer: [] }, { clientToken: [] }]);
    expect(post('hr/onboard', 'security')).toEqual([
      { bearer: [] },
      { clientToken: [] },
      { clientTokenInQuery: [] },
    ]);
  });

  it('gives operations names that programs can be generated from, each once', () => {
    const twins = openApiOf(
      [
        flowOf('a/b', 'trigger: { kind: api }\nsteps: [{ return: {} }]'),
        flowOf('a-b', 'trigger: { kind: api }\nsteps: [{ return: {} }]'),
      ],
      ORIGIN,
    );

    expect(at(twins, 'paths', '/invoke/a/b', 'post', 'operationId')).toBe('post.a.b');
    expect(at(twins, 'paths', '/invoke/a-b', 'post', 'operationId')).toBe('post.a-b');
  });
});
