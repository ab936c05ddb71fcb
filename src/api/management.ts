/** The management API, /api/v1: the table of its endpoints, mounted and described. */
import { Hono } from 'hono';
import type { HttpContext } from '../access/context.ts';
import type { JsonObject } from '../domain/json.ts';
import { problemResponse, refuse } from '../domain/problem.ts';
import { auditEndpoints } from './audit.ts';
import { cardEndpoints } from './cards.ts';
import { connectionEndpoints } from './connections.ts';
import type { Endpoint } from './endpoint.ts';
import { eventReplayEndpoints } from './event-replay.ts';
import { eventTestEndpoints } from './event-test.ts';
import { eventEndpoints } from './events.ts';
import { pushEndpoints } from './flow-push.ts';
import { versionEndpoints } from './flow-versions.ts';
import { flowEndpoints } from './flows.ts';
import { grantEndpoints } from './grants.ts';
import { openApiOf } from './openapi.ts';
import { controlEndpoints } from './run-control.ts';
import { entryEndpoints } from './run-entries.ts';
import { familyEndpoints } from './run-family.ts';
import { runEndpoints } from './runs.ts';
import { backfillEndpoints } from './schedule-backfill.ts';
import { scheduleControlEndpoints } from './schedule-control.ts';
import { previewEndpoints } from './schedule-preview.ts';
import { scheduleEndpoints } from './schedules.ts';
import { secretEndpoints } from './secrets.ts';
import { sourceControlEndpoints } from './source-control.ts';
import { sourceKindEndpoints } from './source-kinds.ts';
import { sourceEndpoints } from './sources.ts';
import { startedByHand } from './started-by-hand.ts';
import { tokenEndpoints } from './tokens.ts';

export const BASE = '/api/v1';

/** Fixed paths stand before those with a name in the same place. */
export const endpoints: readonly Endpoint[] = [
  ...pushEndpoints,
  ...flowEndpoints,
  ...versionEndpoints,
  ...runEndpoints,
  ...familyEndpoints,
  ...entryEndpoints,
  ...controlEndpoints,
  ...previewEndpoints,
  ...scheduleEndpoints,
  ...scheduleControlEndpoints,
  ...backfillEndpoints,
  ...eventTestEndpoints,
  ...eventReplayEndpoints,
  ...eventEndpoints,
  ...sourceKindEndpoints,
  ...sourceEndpoints,
  ...sourceControlEndpoints,
  ...tokenEndpoints,
  ...grantEndpoints,
  ...connectionEndpoints,
  ...secretEndpoints,
  ...auditEndpoints,
  ...cardEndpoints,
];

let document: JsonObject | undefined;

/** Made when somebody first asks: a Worker that starts should not pay for it. */
const managementDocument = (version: string): JsonObject =>
  (document ??= openApiOf([...endpoints, ...startedByHand], version));

const noToken = refuse('unauthenticated', 'Any token of this installation opens this document.');

const routeOf = (path: string): string => BASE + path.replaceAll(/\{(\w+)\}/g, ':$1');

/** GET answers HEAD too. */
const methodsOf = (path: string): string => {
  const methods = [...endpoints, ...startedByHand]
    .filter((one) => one.path === path)
    .map(({ method }) => method);
  return [...methods, ...(methods.includes('get') ? ['head'] : [])]
    .map((method) => method.toUpperCase())
    .join(', ');
};

/** @param version of Sluice, as the document says it */
export const managementApi = (version: string): Hono<HttpContext> => {
  const api = new Hono<HttpContext>();
  api.get(`${BASE}/openapi.json`, (c) =>
    c.get('identity') ? c.json(managementDocument(version)) : problemResponse(noToken, c.get('requestId')),
  );
  for (const { method, path, respond } of endpoints) api.on(method.toUpperCase(), routeOf(path), respond);
  for (const path of new Set(endpoints.map((one) => one.path))) {
    api.all(routeOf(path), (c) => {
      const allowed = methodsOf(path);
      const refusal = refuse('method_not_allowed', `This address takes ${allowed}, not ${c.req.raw.method}.`);
      const response = problemResponse(refusal, c.get('requestId'));
      response.headers.set('Allow', allowed);
      return response;
    });
  }
  return api;
};
