import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ActionContext } from '../../src/domain/card.ts';
import type { ConnectionSettings } from '../../src/domain/connection.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { request } from '../../src/connectors/http.ts';
import { type Callee, sendJson, startCallee } from './callee.ts';
import { connectionFor, contextFor, failureOf, NOW } from './context.ts';

let issuer: Callee;
let api: Callee;
/** What the token endpoint answers; a token is `token-<number of requests>`. */
let grant: { status: number; body: JsonObject; headers?: Record<string, string> };
/** The tokens that the API has stopped accepting. */
let revoked: string[];

beforeEach(async () => {
  grant = { status: 200, body: { token_type: 'Bearer', expires_in: 3600 } };
  revoked = [];
  issuer = await startCallee((received, response) => {
    if (received.path === '/hangup') return void response.destroy();
    for (const [name, value] of Object.entries(grant.headers ?? {})) response.setHeader(name, value);
    const token = grant.status === 200 ? { access_token: `token-${issuer.received.length}` } : {};
    return sendJson(response, grant.status, { ...token, ...grant.body });
  });
  api = await startCallee((received, response) => {
    const token = received.headers.authorization?.replace('Bearer ', '') ?? '';
    return sendJson(response, token === '' || revoked.includes(token) ? 401 : 200, {});
  });
});
afterEach(() => Promise.all([issuer.close(), api.close()]));

type OAuth = Extract<ConnectionSettings, { auth: 'oauth2_client_credentials' }>;
let connections = 0;

/** Each has a name of its own: tokens are kept by name. */
const oauth = (settings: Partial<OAuth> = {}) =>
  connectionFor(
    {
      auth: 'oauth2_client_credentials',
      baseUrl: api.url,
      tokenUrl: `${issuer.url}/token`,
      clientId: 'sluice',
      clientSecret: 'hunter22:&',
      clientAuth: 'basic',
      ...settings,
    },
    { name: `oauth-${++connections}` },
  );

const send = (given: Partial<ActionContext>): Promise<unknown> =>
  Promise.resolve(
    request.perform(request.input.parse({ method: 'POST', url: '/users', body: {} }), contextFor(given)),
  );

const tokensSent = () => api.received.map(({ headers }) => headers.authorization);

describe('a connection with OAuth client credentials', () => {
  it('asks for a token as RFC 6749 has it', async () => {
    await send({ connection: oauth({ scope: 'users.write', audience: 'api' }) });

    const [asked] = issuer.received;
    expect(asked).toMatchObject({ method: 'POST', path: '/token' });
    expect(asked?.headers.authorization).toBe(`Basic ${btoa('sluice:hunter22%3A%26')}`);
    expect(Object.fromEntries(new URLSearchParams(asked?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'users.write',
      audience: 'api',
    });
    expect(tokensSent()).toEqual(['Bearer token-1']);
  });

  it('puts the client into the body where the server wants that', async () => {
    await send({ connection: oauth({ clientAuth: 'body' }) });

    expect(issuer.received[0]?.headers).not.toHaveProperty('authorization');
    expect(Object.fromEntries(new URLSearchParams(issuer.received[0]?.body))).toMatchObject({
      client_id: 'sluice',
      client_secret: 'hunter22:&',
    });
  });

  it('keeps a token until a minute before its end', async () => {
    const connection = oauth();

    await send({ connection });
    await send({ connection, now: NOW + 3_539_999 });
    await send({ connection, now: NOW + 3_540_000 });

    expect(tokensSent()).toEqual(['Bearer token-1', 'Bearer token-1', 'Bearer token-2']);
  });

  it('asks anew when its settings have changed', async () => {
    const connection = oauth();
    const changed = { ...oauth({ scope: 'other' }), name: connection.name };

    await send({ connection });
    await send({ connection: changed });

    expect(tokensSent()).toEqual(['Bearer token-1', 'Bearer token-2']);
  });

  it('exchanges a refused token once', async () => {
    const connection = oauth();
    await send({ connection });

    revoked = ['token-1'];
    await send({ connection });
    revoked = ['token-2', 'token-3'];
    const error = await failureOf(send({ connection }));

    expect(tokensSent()).toEqual(
      ['token-1', 'token-1', 'token-2', 'token-2', 'token-3'].map((token) => `Bearer ${token}`),
    );
    expect(error).toMatchObject({ code: 'http_status', detail: { status: 401, happened: 'no' } });
  });

  const refusals: [number, JsonObject, Record<string, string>, unknown][] = [
    [401, { error: 'invalid_client', error_description: 'No such client' }, {}, 'no'],
    [400, { error: 'invalid_scope' }, {}, 'no'],
    [503, {}, {}, 'yes'],
    [429, {}, { 'Retry-After': '9' }, { afterMs: 9_000 }],
    [302, {}, { Location: '/elsewhere' }, 'no'],
    [200, { token_type: 'mac' }, {}, 'no'],
  ];
  it.each(refusals)(
    'fails with authorization when the token endpoint answers %i %j',
    async (status, body, headers, retry) => {
      grant = { status, body, headers };
      const connection = oauth();

      const error = await failureOf(send({ connection }));

      expect(error).toMatchObject({ code: 'authorization', detail: { status, happened: 'no', retry } });
      expect(error.message).toContain(
        `Connection "${connection.name}" got no access token from ${issuer.url}/token`,
      );
      expect(error.message).toContain(typeof body['error'] === 'string' ? body['error'] : `${status}`);
      expect(error.message).not.toContain('hunter22');
      expect(api.received).toHaveLength(0);
    },
  );

  it('knows that nothing has happened when the token endpoint does not answer', async () => {
    const error = await failureOf(send({ connection: oauth({ tokenUrl: `${issuer.url}/hangup` }) }));

    expect(error).toMatchObject({ code: 'network', detail: { happened: 'no', retry: 'yes' } });
  });

  it('guards the token endpoint like any other address', async () => {
    const error = await failureOf(send({ connection: oauth({ tokenUrl: 'http://169.254.169.254/token' }) }));

    expect(error).toMatchObject({ code: 'blocked_address', detail: { happened: 'no' } });
  });

  it('asks for no token for a request that is refused anyway', async () => {
    const connection = oauth({ baseUrl: 'http://10.0.0.1' });

    expect(await failureOf(send({ connection }))).toMatchObject({ code: 'blocked_address' });
    expect(issuer.received).toHaveLength(0);
  });
});
