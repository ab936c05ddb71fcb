/** `/openapi.json`: the published endpoints as OpenAPI 3.1, public ones and those that the sent token may call. */
import type { Context } from 'hono';
import type { HttpContext } from '../../access/context.ts';
import { identify, presentedToken } from '../../access/identify.ts';
import type { ApiTrigger, Flow } from '../../domain/flow.ts';
import type { JsonObject } from '../../domain/json.ts';
import { problemResponse, refuse } from '../../domain/problem.ts';
import { listEndpoints } from '../../storage/endpoints.ts';
import { originOf } from '../run-url.ts';
import { mayInvoke } from './endpoint.ts';
import { operationOf } from './openapi-operation.ts';
import { COMPONENTS, RESULTS_PATH } from './openapi-parts.ts';

const MOST_ENDPOINTS = 1_000;

const pathItem = (flow: Flow, trigger: ApiTrigger): JsonObject =>
  Object.fromEntries(
    trigger.methods.map((method) => [method.toLowerCase(), operationOf(flow, trigger, method)]),
  );

/** The document of these flows; those without an `api` trigger have no place in it. */
export const openApiOf = (flows: readonly Flow[], origin: string): JsonObject => ({
  openapi: '3.1.1',
  info: {
    title: 'Flows of this installation',
    version: '1',
    description: 'Every published flow is an endpoint: its inputs go in, its outputs come out.',
  },
  servers: [{ url: origin }],
  paths: {
    ...Object.fromEntries(
      flows.flatMap((flow) =>
        flow.trigger.kind === 'api' ? [[`/invoke/${flow.name}`, pathItem(flow, flow.trigger)]] : [],
      ),
    ),
    ...RESULTS_PATH,
  },
  components: COMPONENTS,
});

export const openApi = async (c: Context<HttpContext>): Promise<Response> => {
  const identity = await identify(c.req.raw, c.env, Date.now());
  if (identity === undefined && presentedToken(c.req.raw) !== undefined) {
    const refusal = refuse('unauthenticated', 'This token is not known here, or it was revoked.');
    return problemResponse(refusal, c.get('requestId'));
  }
  const flows = await listEndpoints(c.env.DB, MOST_ENDPOINTS);
  const seen = flows.filter(({ name, trigger }) => {
    const isPublic = trigger.kind === 'api' && trigger.auth === 'public';
    return isPublic || (identity !== undefined && mayInvoke(identity, name));
  });
  return c.json(openApiOf(seen, originOf(c.env, c.req.url)), 200, { 'Cache-Control': 'private, no-cache' });
};
