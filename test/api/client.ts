/**
 * Calls the Worker as its clients do. What the API answers is compared with what its document promises: each good answer
 * with its schema and status, each refusal with the codes that are listed for it.
 */
import { applyD1Migrations } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { expect } from 'vitest';
import * as z from 'zod';
import { BASE, endpoints } from '../../src/api/management.ts';
import type { Endpoint } from '../../src/api/endpoint.ts';
import { refusalCodes } from '../../src/api/openapi.ts';
import { PROBLEMS } from '../../src/domain/problem.ts';

export const ADMIN = 'slu_testtest_0123456789012345678901234567890123456789012';

export const migrate = (): Promise<void> => applyD1Migrations(env.DB, env.MIGRATIONS);

export interface Sent {
  /** the first administrator's unless another or null is given */
  readonly token?: string | null;
  /** sent as JSON */
  readonly body?: unknown;
  /** sent as it is, with `type` */
  readonly text?: BodyInit;
  readonly type?: string;
  readonly headers?: Record<string, string>;
}

const endpointOf = (method: string, path: string): Endpoint | undefined => {
  const [pathname = ''] = path.split('?');
  return endpoints.find((one) => {
    const pattern = new RegExp(`^${BASE}${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
    return one.method.toUpperCase() === method && pattern.test(pathname);
  });
};

const keepsPromise = async (endpoint: Endpoint, response: Response): Promise<void> => {
  const { statuses = [200], gives } = endpoint;
  if (!response.ok) {
    const { code } = Refused.parse(await response.clone().json());
    expect([...refusalCodes(endpoint)], `${endpoint.path} documents ${code}`).toContain(code);
    return;
  }
  expect(statuses, `${endpoint.path} documents ${response.status}`).toContain(response.status);
  const isJson = response.headers.get('Content-Type')?.includes('application/json') ?? false;
  if (isJson) (gives ?? z.never()).parse(await response.clone().json());
};

export const call = async (method: string, path: string, sent: Sent = {}): Promise<Response> => {
  const { token = ADMIN, body, type = 'application/json' } = sent;
  const headers = new Headers(sent.headers);
  if (token !== null) headers.set('Authorization', `Bearer ${token}`);
  const payload = sent.text ?? (body === undefined ? undefined : JSON.stringify(body));
  if (payload !== undefined) headers.set('Content-Type', type);
  const init = { method, headers, ...(payload === undefined ? {} : { body: payload }) };
  const response = await exports.default.fetch(new Request(`https://sluice.test${path}`, init));
  const endpoint = endpointOf(method, path);
  if (endpoint) await keepsPromise(endpoint, response);
  return response;
};

export const get = (path: string, sent: Sent = {}): Promise<Response> => call('GET', path, sent);

const Refused = z.strictObject({
  type: z.string(),
  title: z.string(),
  status: z.number(),
  detail: z.string(),
  code: z.enum(Object.keys(PROBLEMS)),
  requestId: z.string(),
  errors: z.array(z.record(z.string(), z.unknown())).optional(),
});

/** What a refusal says; fails when the answer is none, or its parts contradict each other. */
export const refusal = async (response: Response): Promise<z.output<typeof Refused>> => {
  expect(response.headers.get('Content-Type')).toBe('application/problem+json');
  const problem = Refused.parse(await response.json());
  expect(problem.status).toBe(response.status);
  expect(problem.type).toBe(`/problems/${problem.code}`);
  expect(problem.requestId).toBe(response.headers.get('X-Request-Id'));
  return problem;
};

export const HELLO = `title: Hello
trigger: { kind: api, auth: public }
inputs:
  name: { type: string, default: world }
steps:
  - id: shout
    card: text.upperCase
    with: { text: "\${{ inputs.name }}" }
  - return: { greeting: "\${{ steps.shout.text }}" }
`;

/** HELLO with another title: other content. */
export const titled = (title: string): string => HELLO.replace('title: Hello', `title: ${title}`);

export const flowUrl = (name: string, rest = ''): string =>
  `/api/v1/flows/${encodeURIComponent(name)}${rest}`;

export const putFlow = (
  name: string,
  text = HELLO,
  more: { readonly query?: string; readonly headers?: Record<string, string> } = {},
): Promise<Response> =>
  call('PUT', flowUrl(name, more.query), {
    text,
    type: 'application/yaml',
    ...(more.headers && { headers: more.headers }),
  });

/** Reads an answer's JSON with the members that a test speaks of. */
export const read = async <T extends z.ZodType>(response: Response, shape: T): Promise<z.output<T>> => {
  expect(response.ok, `${response.status} ${await response.clone().text()}`).toBe(true);
  return shape.parse(await response.json());
};
