/** One endpoint as an OpenAPI operation. */
import type { ApiTrigger, Fields, Flow } from '../../domain/flow.ts';
import { isObject, type Json, type JsonObject } from '../../domain/json.ts';
import { fieldsToJsonSchema } from '../../language/fields.ts';
import type { ProblemResponseName } from './openapi-parts.ts';

type Method = ApiTrigger['methods'][number];

const json = (schema: Json): JsonObject => ({ 'application/json': { schema } });

/** The members of an object schema as parameters of the query. */
const queryParameters = (inputs: Fields): readonly JsonObject[] => {
  const { properties, required } = fieldsToJsonSchema(inputs);
  if (!isObject(properties)) return [];
  const names = Array.isArray(required) ? required : [];
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    in: 'query',
    required: names.includes(name),
    schema: schema ?? {},
  }));
};

const requestBody = (inputs: Fields): JsonObject => {
  const schema = fieldsToJsonSchema(inputs);
  return {
    required: Array.isArray(schema['required']),
    content: {
      ...json(schema),
      'application/x-www-form-urlencoded': { schema },
      'multipart/form-data': { schema },
    },
  };
};

const securityOf = ({ auth, tokenInQuery }: ApiTrigger): readonly JsonObject[] => {
  if (auth === 'public') return [];
  return [{ bearer: [] }, { clientToken: [] }, ...(tokenInQuery ? [{ clientTokenInQuery: [] }] : [])];
};

/** What the flow answers with when all goes well: declared outputs, or whatever its steps respond. */
const answerOf = (flow: Flow): JsonObject => {
  const description = 'The outputs of the flow.';
  const headers = { 'Sluice-Run': { $ref: '#/components/headers/SluiceRun' } };
  if (JSON.stringify(flow.steps).includes('"kind":"respond"')) {
    return { description: 'What the flow responds.', headers, content: { '*/*': {} } };
  }
  return {
    description,
    headers,
    content: json(flow.outputs === undefined ? {} : fieldsToJsonSchema(flow.outputs)),
  };
};

const REFUSED = { $ref: '#/components/responses/Problem' } as const;

const refusalsOf = (trigger: ApiTrigger, method: Method): readonly ProblemResponseName[] => [
  '400',
  ...(trigger.auth === 'public' ? [] : (['401', '403'] as const)),
  '404',
  '409',
  ...(method === 'POST' ? (['413', '415'] as const) : []),
  '422',
  ...(trigger.rateLimit === undefined ? [] : (['429'] as const)),
  '500',
  '503',
];

const responsesOf = (flow: Flow, trigger: ApiTrigger, method: Method): JsonObject => ({
  ...(trigger.reply === 'wait' ? { '200': answerOf(flow) } : {}),
  '202': { $ref: '#/components/responses/Accepted' },
  ...Object.fromEntries(refusalsOf(trigger, method).map((status) => [status, REFUSED])),
  // A flow that fails on purpose chooses the status.
  default: REFUSED,
});

export const operationOf = (flow: Flow, trigger: ApiTrigger, method: Method): JsonObject => ({
  operationId: `${method.toLowerCase()}.${flow.name.replaceAll('/', '.')}`,
  summary: flow.title ?? flow.name,
  ...(flow.description === undefined ? {} : { description: flow.description }),
  security: securityOf(trigger),
  parameters: [
    { $ref: '#/components/parameters/IdempotencyKey' },
    ...(method === 'GET' ? queryParameters(flow.inputs) : []),
  ],
  ...(method === 'POST' ? { requestBody: requestBody(flow.inputs) } : {}),
  responses: responsesOf(flow, trigger, method),
});
