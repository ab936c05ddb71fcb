/** What all endpoints of the OpenAPI document share. */
import type { JsonObject } from '../../domain/json.ts';

export type ProblemResponseName =
  '400' | '401' | '403' | '404' | '409' | '413' | '415' | '422' | '429' | '500' | '503';

const text = { type: 'string' } as const;

/** RFC 9457, and what we add to it. */
const Problem: JsonObject = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  properties: {
    type: { ...text, description: 'Address of an explanation.' },
    title: text,
    status: { type: 'integer' },
    detail: { ...text, description: 'What happened, and what to do.' },
    code: { ...text, description: 'For programs: does not change when texts do.' },
    requestId: text,
    run: { ...text, description: 'Id of the run, when there is one.' },
    error: {
      type: 'object',
      description: 'What the flow itself said when it failed on purpose.',
      properties: { code: text, message: text },
    },
    errors: {
      type: 'array',
      description: 'Every input that does not fit.',
      items: {
        type: 'object',
        required: ['path', 'code', 'message'],
        properties: { path: text, code: text, message: text },
      },
    },
  },
};

const Accepted: JsonObject = {
  type: 'object',
  required: ['id', 'status'],
  properties: { id: { ...text, description: 'Id of the run.' }, status: text },
};

const LATER: JsonObject = {
  description: 'The run goes on; its answer will be at the address in `Location` for 24 hours.',
  headers: {
    Location: { required: true, schema: text },
    'Retry-After': { description: 'Seconds until it is worth asking.', schema: { type: 'integer' } },
    'Sluice-Run': { $ref: '#/components/headers/SluiceRun' },
  },
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Accepted' } } },
};

const REFUSAL: JsonObject = {
  description: 'Refused, or the run failed: `code` says which.',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

export const COMPONENTS: JsonObject = {
  schemas: { Problem, Accepted },
  headers: { SluiceRun: { description: 'Id of the run.', schema: text } },
  parameters: {
    IdempotencyKey: {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description: 'The same key and the same inputs start one run and get its one answer, for 24 hours.',
      schema: { type: 'string', minLength: 1, maxLength: 255 },
    },
  },
  responses: { Accepted: LATER, Problem: REFUSAL },
  securitySchemes: {
    bearer: { type: 'http', scheme: 'bearer' },
    clientToken: { type: 'apiKey', in: 'header', name: 'x-api-client-token' },
    clientTokenInQuery: { type: 'apiKey', in: 'query', name: 'clientToken' },
  },
};

export const RESULTS_PATH: JsonObject = {
  '/results/{link}': {
    get: {
      operationId: 'results',
      summary: 'The answer of a run whose caller was sent away with 202',
      security: [],
      parameters: [{ name: 'link', in: 'path', required: true, schema: text }],
      responses: {
        '200': { description: 'What the endpoint would have answered.', content: { '*/*': {} } },
        '202': { $ref: '#/components/responses/Accepted' },
        '404': { $ref: '#/components/responses/Problem' },
        '410': { $ref: '#/components/responses/Problem' },
        '500': { $ref: '#/components/responses/Problem' },
        '503': { $ref: '#/components/responses/Problem' },
      },
    },
  },
};
