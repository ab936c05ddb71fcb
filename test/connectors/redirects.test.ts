import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionContext } from '../../src/domain/card.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { request } from '../../src/connectors/http.ts';
import { type Callee, sendJson, startCallee } from './callee.ts';
import { connectionFor, contextFor, failureOf } from './context.ts';

let first: Callee;
let other: Callee;

beforeAll(async () => {
  other = await startCallee((received, response) => {
    if (received.path === '/hangup') return void response.destroy();
    return sendJson(response, received.path === '/missing' ? 404 : 200, received);
  });
  // `/307/<where>` redirects with that status; `/loop` to itself.
  first = await startCallee((received, response) => {
    const [, status, where] = /^\/(\d{3})\/(.+)$/.exec(received.path) ?? [];
    if (received.path === '/loop') return void response.writeHead(302, { Location: '/loop' }).end();
    if (status === undefined) return sendJson(response, 200, received);
    response.writeHead(Number(status), { Location: decodeURIComponent(where ?? '') }).end();
  });
});
afterAll(() => Promise.all([first.close(), other.close()]));

const to = (status: number, where: string): string => `${first.url}/${status}/${encodeURIComponent(where)}`;

const send = (input: JsonObject, given: Partial<ActionContext> = {}): Promise<unknown> =>
  Promise.resolve(request.perform(request.input.parse(input), contextFor(given)));

describe('redirects', () => {
  it.each([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'DELETE', 'GET'],
    [302, 'PUT', 'PUT'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ])('%i turns %s into %s', async (status, method, after) => {
    const output = await send({ method, url: to(status, '/next'), body: { a: 1 } });

    const body = after === 'GET' ? '' : '{"a":1}';
    const { headers } = first.received.at(-1) ?? {};
    expect(output).toMatchObject({ body: { method: after, path: '/next', body }, url: `${first.url}/next` });
    expect([headers?.['content-type'], headers?.['idempotency-key']]).toEqual(
      after === 'GET' ? [undefined, undefined] : ['application/json', 'run_1:notify'],
    );
  });

  it('leave credentials, cookies and the idempotency key behind when they lead to another origin', async () => {
    const headers = { Authorization: 'Bearer t', Cookie: 'a=b', 'X-Api-Key': 'k', 'X-Trace': 'T' };
    const settings = { auth: 'header', header: 'X-Signed', value: 'by-connection' } as const;
    const connection = connectionFor(settings);

    await send({ method: 'POST', url: to(307, `${other.url}/`), headers }, { connection });
    await send({ method: 'POST', url: to(307, '/same'), headers }, { connection });

    const credentials = {
      authorization: 'Bearer t',
      cookie: 'a=b',
      'x-api-key': 'k',
      'x-signed': 'by-connection',
    };
    expect(first.received.at(-1)?.headers).toMatchObject({
      ...credentials,
      'idempotency-key': 'run_1:notify',
    });
    expect(other.received.at(-1)?.headers).toMatchObject({ 'x-trace': 'T' });
    for (const name of [...Object.keys(credentials), 'idempotency-key']) {
      expect(other.received.at(-1)?.headers).not.toHaveProperty(name);
    }
  });

  it('are refused when they lead to 127.0.0.1', async () => {
    const fetch = async (): Promise<Response> => Response.redirect(`${other.url}/admin`, 302);
    const network = { allowLoopback: false, ownHosts: [] };
    const before = other.received.length;

    const error = await failureOf(
      send({ method: 'POST', url: 'https://api.example.com/' }, { fetch, network }),
    );

    expect(error).toMatchObject({ code: 'blocked_address', detail: { happened: 'yes' } });
    expect(other.received).toHaveLength(before);
  });

  it.each(['file:///etc/passwd', 'http://ana:secret@api.example.com/', 'http://['])(
    'are refused to %s',
    async (where) => {
      const error = await failureOf(send({ url: to(302, where) }));
      expect(error).toMatchObject({ code: 'invalid_url', detail: { happened: 'yes' } });
    },
  );

  it('end after five hops', async () => {
    const before = first.received.length;

    const error = await failureOf(send({ url: `${first.url}/loop` }));

    expect(error.code).toBe('too_many_redirects');
    expect(first.received.length - before).toBe(6);
  });

  it('are an answer when the step says so', async () => {
    expect(await send({ url: to(302, '/next'), redirects: 'manual' })).toMatchObject({
      status: 302,
      headers: { location: '/next' },
    });
  });

  it('mean that a POST has happened once they made a GET of it, whatever that GET is answered', async () => {
    const missing = await failureOf(send({ method: 'POST', url: to(303, `${other.url}/missing`) }));
    const broken = await failureOf(send({ method: 'POST', url: to(303, `${other.url}/hangup`) }));

    expect(missing).toMatchObject({ code: 'http_status', detail: { status: 404, happened: 'yes' } });
    expect(broken).toMatchObject({ code: 'network', detail: { happened: 'yes' } });
  });

  it('leave the outcome to the last hop while the method stays', async () => {
    const missing = await failureOf(send({ method: 'POST', url: to(307, `${other.url}/missing`) }));
    const broken = await failureOf(send({ method: 'POST', url: to(307, `${other.url}/hangup`) }));

    expect(missing.detail.happened).toBe('no');
    expect(broken.detail.happened).toBe('unknown');
  });

  it('do not take a POST away from the system that honours its idempotency key', async () => {
    const settings = { auth: 'none', baseUrl: first.url } as const;
    const connection = connectionFor(settings, { honoursIdempotencyKey: true });
    const before = other.received.length;

    const error = await failureOf(send({ method: 'POST', url: to(307, `${other.url}/`) }, { connection }));

    expect(error).toMatchObject({ code: 'http_status', detail: { status: 307, retry: 'no' } });
    expect(other.received).toHaveLength(before);
  });
});
