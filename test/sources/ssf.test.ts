import * as fc from 'fast-check';
import type { JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import type { Received, SourcePorts } from '../../src/sources/kind.ts';
import { receive } from '../../src/sources/receive.ts';
import { eventsOf, postOf, type Sending, sourceOf } from './receiving.ts';
import {
  answering,
  makeKey,
  ports,
  signed,
  type SigningKey,
  startTransmitter,
  type Transmitter,
} from './transmitter.ts';

const CAEP = 'https://schemas.openid.net/secevent/caep/event-type';
const SSF = 'https://schemas.openid.net/secevent/ssf/event-type';
const REVOKED = `${CAEP}/session-revoked`;
const STREAM = { format: 'opaque', id: 'stream-1' };

const CLAIMS = {
  iss: 'https://idp.acme.example',
  aud: 'https://events.acme.example/t/1',
  iat: 1_770_110_000,
  jti: 'set-synth-0001',
  txn: 'tx-77',
  sub_id: {
    format: 'complex',
    user: { format: 'iss_sub', iss: 'https://idp.acme.example', sub: 'u-42' },
    session: { format: 'opaque', id: 'sess-9' },
  },
  events: { [REVOKED]: { event_timestamp: 1_770_109_990, initiating_entity: 'admin' } },
};
const verification = (state?: string, stream: JsonObject = STREAM): JWTPayload => ({
  ...CLAIMS,
  jti: 'set-ver-1',
  sub_id: stream,
  events: { [`${SSF}/verification`]: state === undefined ? {} : { state } },
});

let key: SigningKey;
let stranger: SigningKey;
let transmitter: Transmitter;
beforeAll(async () => {
  [key, stranger] = await Promise.all([makeKey('k1'), makeKey('k2')]);
  transmitter = await startTransmitter(key);
});
afterAll(() => transmitter.close());

interface Pushed extends Sending {
  readonly settings?: JsonObject;
  readonly secrets?: readonly string[];
  readonly ports?: SourcePorts;
}
const push = (token: string, { settings = {}, secrets = [], ports: given = ports, ...more }: Pushed = {}) => {
  const expected = { issuer: CLAIMS.iss, audience: CLAIMS.aud, jwksUrl: transmitter.jwksUrl };
  const headers = { 'content-type': 'application/secevent+jwt' };
  const source = sourceOf('ssf', { ...expected, ...settings }, secrets);
  return receive(source, postOf({ headers, body: token, ...more }), given);
};

const refusal = (received: Received) => ({
  status: received.response.status,
  ...JSON.parse(received.response.body ?? '{}'),
});
const without = (name: keyof typeof CLAIMS): JWTPayload =>
  Object.fromEntries(Object.entries(CLAIMS).filter(([claim]) => claim !== name));

describe('a token that is pushed', () => {
  it('is an event, and answered with 202 and nothing', async () => {
    const token = await signed(CLAIMS, key);

    expect(await push(token)).toEqual({
      outcome: 'events',
      response: { status: 202, headers: {}, body: null },
      events: [
        {
          id: 'set-synth-0001',
          type: REVOKED,
          subject: 'u-42',
          time: 1_770_109_990_000,
          raw: token,
          data: { ...CLAIMS, event: CLAIMS.events[REVOKED], subject: CLAIMS.sub_id },
        },
      ],
    });
  });

  it('may name several audiences, ours among them', async () => {
    const token = await signed({ ...CLAIMS, aud: ['https://others.example', CLAIMS.aud] }, key);

    expect(await push(token)).toMatchObject({ outcome: 'events' });
    expect(await push(token, { settings: { audience: ['x', CLAIMS.aud] } })).toMatchObject({
      outcome: 'events',
    });
  });

  it.each([
    ['a key that is not published', async () => signed(CLAIMS, stranger), 'invalid_key'],
    [
      'another key under a published name',
      async () => signed(CLAIMS, { ...stranger, kid: 'k1' }),
      'invalid_key',
    ],
    ['another issuer', async () => signed({ ...CLAIMS, iss: 'https://evil.example' }, key), 'invalid_issuer'],
    [
      'another audience',
      async () => signed({ ...CLAIMS, aud: 'https://others.example' }, key),
      'invalid_audience',
    ],
    ['the type of an ID token', async () => signed(CLAIMS, key, { typ: 'JWT' }), 'invalid_request'],
    ['no jti', async () => signed(without('jti'), key), 'invalid_request'],
    ['no iat', async () => signed(without('iat'), key), 'invalid_request'],
    ['no events', async () => signed(without('events'), key), 'invalid_request'],
    ['an empty list of events', async () => signed({ ...CLAIMS, events: {} }, key), 'invalid_request'],
    ['a sub', async () => signed({ ...CLAIMS, sub: 'u-42' }, key), 'invalid_request'],
    ['an exp', async () => signed({ ...CLAIMS, exp: 4_000_000_000 }, key), 'invalid_request'],
    [
      'an event that is no object',
      async () => signed({ ...CLAIMS, events: { [REVOKED]: 7 } }, key),
      'invalid_request',
    ],
    ['text that is no token', () => 'lorem ipsum', 'invalid_request'],
    ['nothing', () => '', 'invalid_request'],
  ])('is refused with %s', async (_, token, err) => {
    const received = await push(await token());

    expect(received.outcome).toBe('refused');
    expect(refusal(received)).toEqual({ status: 400, err, description: expect.any(String) });
    expect(received.response.headers['Content-Type']).toBe('application/json');
  });

  it('is refused with one changed byte', async () => {
    const token = await signed(CLAIMS, key);
    const at = token.indexOf('.') + 20;
    const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);

    expect(refusal(await push(changed))).toMatchObject({ status: 400, err: 'invalid_key' });
  });

  it('is refused without a signature (alg none)', async () => {
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const token = `${encode({ alg: 'none', typ: 'secevent+jwt' })}.${encode(CLAIMS)}.`;

    expect(refusal(await push(token))).toMatchObject({ status: 400, err: 'invalid_key' });
  });

  it('is refused when its claims are nested deeper than anybody could copy', async () => {
    const deep = `{"a":`.repeat(1_000) + '1' + '}'.repeat(1_000);
    const claims = { ...CLAIMS, events: { [REVOKED]: JSON.parse(deep) as JsonObject } };

    expect(refusal(await push(await signed(claims, key)))).toMatchObject({
      status: 400,
      err: 'invalid_request',
    });
  });

  it('is refused with an algorithm that the source does not take', async () => {
    const settings = { algorithms: ['ES256'] };

    expect(refusal(await push(await signed(CLAIMS, key), { settings }))).toMatchObject({
      err: 'invalid_key',
    });
  });

  it('is refused with another content type and method', async () => {
    const token = await signed(CLAIMS, key);

    const asJson = await push(token, { headers: { 'content-type': 'application/json' } });
    expect(refusal(asJson)).toMatchObject({ status: 400, err: 'invalid_request' });
    expect(await push('', { method: 'GET' })).toMatchObject({ reason: 'method', response: { status: 405 } });
  });

  it('comes again later when the keys of its transmitter do not answer: nothing is lost by a 4xx', async () => {
    const silent = answering(() => Promise.reject(new Error('connection refused')));
    const settings = { jwksUrl: 'https://idp.acme.example/silent' };

    const received = await push(await signed(CLAIMS, key), { settings, ports: silent });

    expect(received).toMatchObject({
      outcome: 'refused',
      reason: 'keys_unavailable',
      response: { status: 503 },
    });
    expect(received.response.headers['Retry-After']).toBeDefined();
  });

  it('never makes us throw, whatever it is', async () => {
    const odd = fc.record({
      body: fc.uint8Array().map((body) => Uint8Array.from(body)),
      method: fc.string(),
    });

    await fc.assert(
      fc.asyncProperty(
        odd,
        async ({ body, method }) => (await push('', { body, method })).outcome === 'refused',
      ),
    );
  });
});

describe('the Authorization of a stream', () => {
  const settings = { authorization: true };

  it('must be the secret of the source', async () => {
    const token = await signed(CLAIMS, key);
    const sent = async (authorization: string, secrets = ['s3cret']): Promise<Received> => {
      const headers = { 'content-type': 'application/secevent+jwt', authorization };
      return push(token, { settings, secrets, headers });
    };

    expect(await sent('Bearer s3cret')).toMatchObject({ outcome: 'events' });
    expect(await sent('s3cret')).toMatchObject({ outcome: 'events' });
    expect(await sent('old', ['s3cret', 'old'])).toMatchObject({ outcome: 'events' });
    expect(refusal(await sent('Bearer other'))).toMatchObject({ status: 400, err: 'authentication_failed' });
    expect(refusal(await push(token, { settings, secrets: ['s3cret'] }))).toMatchObject({
      err: 'authentication_failed',
    });
  });

  it.each([[[]], [['']], [[' ']]])('never is an empty secret: %j', async (secrets) => {
    const headers = { 'content-type': 'application/secevent+jwt', authorization: 'Bearer ' };

    const received = await push(await signed(CLAIMS, key), { settings, secrets, headers });

    expect(received).toMatchObject({ reason: 'no_secret', response: { status: 503 } });
  });
});

describe('a verification event', () => {
  it('may come unasked, without a state', async () => {
    const [event] = eventsOf(
      await push(await signed(verification(), key), { settings: { verificationState: 's1' } }),
    );

    expect(event).toMatchObject({ type: `${SSF}/verification`, subject: 'stream-1' });
  });

  it('is taken with the state that it was asked for with, and with any where none is configured', async () => {
    const token = await signed(verification('s1'), key);

    expect(await push(token, { settings: { verificationState: 's1' } })).toMatchObject({ outcome: 'events' });
    expect(await push(token)).toMatchObject({ outcome: 'events' });
  });

  it('is refused with another state', async () => {
    const token = await signed(verification('s2'), key);

    const received = await push(token, { settings: { verificationState: 's1' } });

    expect(refusal(received)).toMatchObject({ status: 400, err: 'invalid_state' });
  });

  it('is refused when it is about another stream', async () => {
    const token = await signed(verification('s1', { format: 'opaque', id: 'stream-2' }), key);

    const received = await push(token, { settings: { streamId: 'stream-1' } });

    expect(refusal(received)).toMatchObject({ status: 400, err: 'invalid_request' });
  });

  it('is one like others while other events are on their way, and so is a change of the stream', async () => {
    const updated = {
      ...CLAIMS,
      sub_id: STREAM,
      events: { [`${SSF}/stream-updated`]: { status: 'paused' } },
    };

    expect(await push(await signed(CLAIMS, key))).toMatchObject({ outcome: 'events' });
    expect(await push(await signed(verification(), key))).toMatchObject({ outcome: 'events' });
    expect(eventsOf(await push(await signed(updated, key)))).toMatchObject([
      { type: `${SSF}/stream-updated`, data: { event: { status: 'paused' } } },
    ]);
  });
});

describe('a token that is pushed again', () => {
  it('is answered as if it were new, and has the same id (RFC 8935, section 2)', async () => {
    const token = await signed(CLAIMS, key);

    const [first, second] = [await push(token), await push(token)];

    expect(second).toEqual(first);
    expect(second.response.status).toBe(202);
  });
});

describe('several events in one token', () => {
  const PATCHED = 'urn:ietf:params:scim:event:prov:patch:full';
  const NOTICED = 'urn:ietf:params:SCIM:event:prov:put:notice';
  const scim = {
    ...CLAIMS,
    jti: 'set-scim-1',
    sub_id: { format: 'scim', uri: '/Users/2b2f', externalId: 'nia' },
    events: { [PATCHED]: { version: 'W/"7"', data: {} }, [NOTICED]: { attributes: ['active'] } },
  };
  const two = { ...CLAIMS, events: { ...CLAIMS.events, [`${CAEP}/risk-level-change`]: {} } };

  it('are taken one by one when they are of SCIM', async () => {
    const found = eventsOf(await push(await signed(scim, key)));

    expect(found.map(({ id, type, subject }) => [id, type, subject])).toEqual([
      [`set-scim-1#${PATCHED}`, PATCHED, '/Users/2b2f'],
      [`set-scim-1#${NOTICED}`, NOTICED, '/Users/2b2f'],
    ]);
    expect(found[1]?.data).toMatchObject({ event: { attributes: ['active'] }, events: { [NOTICED]: {} } });
  });

  it('are refused of others, unless the source says otherwise', async () => {
    const token = await signed(two, key);

    expect(refusal(await push(token))).toMatchObject({ status: 400, err: 'invalid_request' });
    expect(eventsOf(await push(token, { settings: { severalEvents: true } }))).toHaveLength(2);
  });
});

describe('dialects', () => {
  it("reads Okta's: the subject in the event, the time in milliseconds", async () => {
    const subject = { format: 'iss_sub', iss: 'https://acme-test.okta.example', sub: '00uUSER0042' };
    const { sub_id: _, ...claims } = CLAIMS;
    const events = { [`${CAEP}/credential-change`]: { subject, event_timestamp: 1_770_110_399_123 } };

    const [event] = eventsOf(await push(await signed({ ...claims, events }, key)));

    expect(event).toMatchObject({ subject: '00uUSER0042', time: 1_770_110_399_123, data: { subject } });
  });

  it.each([
    ['no time but that of the token', {}, {}, CLAIMS.iat * 1_000],
    ['toe', { toe: 1_770_000_000 }, {}, 1_770_000_000_000],
    ['a time in the year 0', {}, { event_timestamp: -62_167_219_200 }, CLAIMS.iat * 1_000],
    ['a time after the year 9999', {}, { event_timestamp: 1e18 }, CLAIMS.iat * 1_000],
    ['a time that is no number', {}, { event_timestamp: {} }, CLAIMS.iat * 1_000],
  ])('reads %s', async (_, claims, payload, time) => {
    const token = await signed({ ...CLAIMS, ...claims, events: { [REVOKED]: payload } }, key);

    expect(eventsOf(await push(token))).toMatchObject([{ time }]);
  });

  it.each([
    [{ format: 'email', email: 'lee@acme.example' }, 'lee@acme.example'],
    [{ format: 'account', uri: 'acct:lee@acme.example' }, 'acct:lee@acme.example'],
    [{ format: 'phone_number', phone_number: '+12065550100' }, '+12065550100'],
    [{ format: 'did', url: 'did:example:42' }, 'did:example:42'],
    [{ format: 'uri', uri: 'https://acme.example/u/42' }, 'https://acme.example/u/42'],
    [{ format: 'aliases', identifiers: [{ format: 'x' }, { format: 'opaque', id: 'a1' }] }, 'a1'],
    [{ format: 'jwt_id', iss: 'https://idp.example', jti: 'B70B' }, 'B70B'],
    [{ format: 'saml_assertion_id', issuer: 'i', assertion_id: '_8e8d' }, '_8e8d'],
    [{ format: 'ip-addresses', 'ip-addresses': ['10.29.37.75', '::1'] }, '10.29.37.75, ::1'],
    [{ format: 'complex', device: { format: 'opaque', id: 'd1' } }, 'd1'],
    [{ user: { format: 'email', email: 'lee@acme.example' }, device: {} }, 'lee@acme.example'],
    [
      { subject_type: 'iss-sub', iss: 'https://accounts.google.com/', sub: '7375626A656374' },
      '7375626A656374',
    ],
    [{ format: 'of-the-future', id: 'f1' }, 'f1'],
    [{ format: 'email' }, null],
    [{ format: 'opaque', id: 'x'.repeat(1_001) }, null],
  ])('calls the subject %j %j', async (sub_id, subject) => {
    expect(eventsOf(await push(await signed({ ...CLAIMS, sub_id }, key)))).toMatchObject([{ subject }]);
  });

  it('keeps an event as invalid when its subject has a critical member that nobody knows', async () => {
    const sub_id = {
      format: 'complex',
      user: { format: 'opaque', id: 'u' },
      robot: { format: 'opaque', id: 'r' },
    };
    const settings = { criticalMembers: ['user', 'robot'] };

    const [event] = eventsOf(await push(await signed({ ...CLAIMS, sub_id }, key), { settings }));

    expect(event?.fault).toContain('robot');
  });
});

describe('the keys of a transmitter', () => {
  it('are fetched over HTTP, once for all that was pushed here', () => {
    // The tokens of unknown keys above had one more look each.
    expect(transmitter.fetches()).toBeLessThanOrEqual(3);
  });
});
