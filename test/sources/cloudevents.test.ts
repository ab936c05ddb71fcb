import { CloudEvent, emitterFor, httpTransport, Mode } from 'cloudevents';
import * as fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import type { Received } from '../../src/sources/kind.ts';
import { receive } from '../../src/sources/receive.ts';
import { type Callee, startCallee } from '../connectors/callee.ts';
import { eventsOf, postOf, type Sending, sourceOf } from './receiving.ts';
import { answering, makeKey, ports, signed } from './transmitter.ts';

const EVENT = {
  specversion: '1.0',
  id: 'ce-1',
  source: 'urn:acme:hr',
  type: 'example.acme.worker.terminated',
  time: '2026-02-03T10:03:00Z',
  subject: 'worker/42',
  datacontenttype: 'application/json',
  data: { workerId: '42', lastDay: '2026-02-28' },
};
const CE_HEADERS = {
  'ce-specversion': '1.0',
  'ce-id': 'ce-1',
  'ce-source': 'urn:acme:hr',
  'ce-type': 'example.acme.worker.terminated',
};
const STRUCTURED = { 'content-type': 'application/cloudevents+json; charset=utf-8' };
const BATCH = { 'content-type': 'application/cloudevents-batch+json' };
const OPEN = { auth: { scheme: 'none' } };

interface Sent extends Sending {
  readonly settings?: JsonObject;
  readonly secrets?: readonly string[];
}
const send = ({ settings = OPEN, secrets, ...sending }: Sent): Promise<Received> =>
  receive(sourceOf('cloudevents', settings, secrets), postOf(sending), ports);
const binary = (headers: Record<string, string>, body: Sending['body'] = '{}'): Promise<Received> =>
  send({ headers: { ...CE_HEADERS, 'content-type': 'application/json', ...headers }, body });
const structured = (event: Json): Promise<Received> =>
  send({ headers: STRUCTURED, body: JSON.stringify(event) });

describe('the official SDK as a sender', () => {
  let door: Callee;
  let received: Received | undefined;
  beforeAll(async () => {
    door = await startCallee(({ method, headers, body }, response) => {
      const sent = Object.entries(headers).map(([name, value]): [string, string] => [name, String(value)]);
      void receive(
        sourceOf('cloudevents', { auth: { scheme: 'bearer' } }),
        postOf({ method, headers: sent, body }),
        ports,
      ).then((result) => {
        received = result;
        response.writeHead(result.response.status).end(result.response.body);
      });
    });
  });
  afterAll(() => door.close());
  beforeEach(() => {
    received = undefined;
  });

  const emit = async (event: CloudEvent<unknown>, mode: Mode): Promise<Received> => {
    const emitter = emitterFor(httpTransport(door.url), { mode });
    await emitter(event, { headers: { authorization: 'Bearer s3cret' } });
    if (received === undefined) throw new Error('Nothing arrived');
    return received;
  };

  it.each([Mode.BINARY, Mode.STRUCTURED])('is understood in %s mode', async (mode) => {
    const [event] = eventsOf(await emit(new CloudEvent({ ...EVENT, tenantid: 'acme' }), mode));

    expect(event).toMatchObject({
      id: 'urn:acme:hr ce-1',
      type: EVENT.type,
      subject: 'worker/42',
      time: Date.parse(EVENT.time),
      attributes: { ceid: 'ce-1', cesource: 'urn:acme:hr', tenantid: 'acme' },
    });
    expect(event?.data ?? JSON.parse(event?.raw ?? '')).toEqual(EVENT.data);
  });

  it('is understood though it does not encode what stands in headers', async () => {
    const event = new CloudEvent({ ...EVENT, subject: 'say "so" 100%' });

    expect(eventsOf(await emit(event, Mode.BINARY))).toMatchObject([{ subject: 'say "so" 100%' }]);
  });

  it('sends text and bytes', async () => {
    const text = new CloudEvent({ ...EVENT, datacontenttype: 'text/plain', data: 'Grüße' });
    const bytes = new CloudEvent({
      ...EVENT,
      datacontenttype: 'image/png',
      data: Uint8Array.from([0, 255, 1]),
    });

    expect(eventsOf(await emit(text, Mode.BINARY))).toMatchObject([{ data: 'Grüße' }]);
    expect(eventsOf(await emit(bytes, Mode.STRUCTURED))).toMatchObject([{ data: 'AP8B' }]);
  });
});

describe('an attribute in a header', () => {
  it.each([
    ['Euro%20%E2%82%AC%20%F0%9F%98%80', 'Euro € 😀'],
    ['"quoted \\"text\\""', 'quoted "text"'],
    ['"100%25"', '100%'],
    ['%2525', '%25'],
    ['100%', '100%'],
    ['50%zz', '50%zz'],
    ['say "so"', 'say "so"'],
  ])('%s is read as %s', async (header, subject) => {
    expect(eventsOf(await binary({ 'ce-subject': header }))).toMatchObject([{ subject }]);
  });

  it.each(['%C0%A0', '%FF', 'a%E2%82'])('that encodes no UTF-8 is refused: %s', async (header) => {
    expect(await binary({ 'ce-subject': header })).toMatchObject({
      reason: 'malformed',
      response: { status: 400 },
    });
  });

  it('cannot take the place of what is ours, and the content type is that of the post', async () => {
    const [event] = eventsOf(
      await binary({ 'ce-data': 'x', 'ce-raw': 'x', 'ce-datacontenttype': 'text/x', 'ce-a_b': 'x' }),
    );

    expect(event?.attributes).toEqual({
      ceid: 'ce-1',
      cesource: 'urn:acme:hr',
      datacontenttype: 'application/json',
    });
  });

  it.each(['ce-id', 'ce-source', 'ce-type', 'ce-specversion'])('must be there: %s', async (name) => {
    const headers = { ...CE_HEADERS, 'content-type': 'application/json' };
    const without = Object.fromEntries(Object.entries(headers).filter(([header]) => header !== name));

    const received = await send({ headers: without, body: '{}' });

    expect(received.outcome).toBe('refused');
    expect([400, 415]).toContain(received.response.status);
  });
});

describe('data', () => {
  it('in JSON are kept once, as they were sent', async () => {
    const [event] = eventsOf(await binary({}, '{ "n" : 1.50 }'));

    expect(event?.raw).toBe('{ "n" : 1.50 }');
    expect(event?.data).toBeUndefined();
  });

  it.each([
    ['application/vnd.acme+json', '[1]', undefined],
    ['text/xml', '<a/>', '<a/>'],
    ['application/octet-stream', 'abc', 'abc'],
    ['application/json', '', null],
  ])('of the type %s are taken: %j', async (type, body, data) => {
    expect(eventsOf(await binary({ 'content-type': type }, body))[0]?.data).toEqual(data);
  });

  it('that are no text become base64', async () => {
    const found = eventsOf(await binary({ 'content-type': 'image/png' }, Uint8Array.from([255, 0])));

    expect(found).toMatchObject([{ raw: '/wA=', data: '/wA=' }]);
  });

  it.each([
    ['no JSON', '{'],
    ['no UTF-8', Uint8Array.from([0x22, 0xff, 0x22])],
    ['nested too deep', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
  ])('that are %s are refused where JSON is announced', async (_, body) => {
    expect(await binary({}, body)).toMatchObject({ reason: 'malformed', response: { status: 400 } });
  });

  it.each([
    [{ data_base64: 'eyJhIjoxfQ==' }, { a: 1 }],
    [{ data_base64: 'AP8B', datacontenttype: 'image/png' }, 'AP8B'],
    [{ data_base64: 'R3LDvMOfZQ==', datacontenttype: 'text/plain' }, 'Grüße'],
    [{}, null],
    [{ data: 'text', datacontenttype: 'text/plain' }, 'text'],
    [{ data: [1] }, [1]],
  ])('in an event of %j are %j', async (more, expected) => {
    const { data: _data, datacontenttype: _type, ...bare } = EVENT;

    expect(eventsOf(await structured({ ...bare, ...more }))[0]?.data).toEqual(expected);
  });
});

describe('an event in one JSON text', () => {
  it.each([
    ['no specversion', { specversion: null }],
    ['a version of the past', { specversion: '0.3' }],
    ['no id', { id: '' }],
    ['an id that is a number', { id: 7 }],
    ['no source', { source: null }],
    ['no type', { type: null }],
    ['bytes that are no base64', { data_base64: '%%%' }],
  ])('is refused with %s', async (_, wrong) => {
    expect(await structured({ ...EVENT, ...wrong })).toMatchObject({
      reason: 'malformed',
      response: { status: 400 },
    });
  });

  it.each(['[]', '7', '{', ''])('is refused when the body is %j', async (body) => {
    expect(await send({ headers: STRUCTURED, body })).toMatchObject({ response: { status: 400 } });
  });

  it.each(['application/cloudevents+xml', 'application/cloudevents-batch+avro', 'text/html'])(
    'is refused with 415 as %s',
    async (type) => {
      const headers = { 'content-type': type };

      expect(await send({ headers, body: JSON.stringify(EVENT) })).toMatchObject({
        response: { status: 415 },
      });
    },
  );

  it.each(['0000-01-01T00:00:00Z', '1969-12-31T23:59:59Z', 'yesterday', '2026-02-30T00:00:00Z'])(
    'has no time when it is said to be %s',
    async (time) => {
      expect(eventsOf(await structured({ ...EVENT, time }))).toMatchObject([{ time: null }]);
    },
  );

  it('keeps ids of different senders apart', async () => {
    const [one] = eventsOf(await structured(EVENT));
    const [other] = eventsOf(await structured({ ...EVENT, source: 'urn:acme:it' }));

    expect(one?.id).not.toBe(other?.id);
  });
});

describe('a batch', () => {
  it('is taken event by event, each with its own text, the bad ones with their fault', async () => {
    const texts = [
      JSON.stringify(EVENT),
      '{ "specversion" : "1.0" }',
      JSON.stringify({ ...EVENT, id: 'ce-2' }, null, 2),
    ];

    const received = await send({ headers: BATCH, body: `[${texts.join(' , ')}]` });

    expect(received.response.status).toBe(202);
    const found = eventsOf(received);
    expect(found.map(({ raw }) => raw)).toEqual(texts);
    expect(found.map(({ fault }) => fault)).toEqual([undefined, 'It has no id.', undefined]);
    expect(found[2]).toMatchObject({ id: 'urn:acme:hr ce-2', data: EVENT.data });
  });

  it('may be empty', async () => {
    expect(eventsOf(await send({ headers: BATCH, body: '[]' }))).toEqual([]);
  });
});

describe('who may post', () => {
  const sent = { headers: STRUCTURED, body: JSON.stringify(EVENT) };
  const bearer = (authorization: string, secrets?: readonly string[]): Promise<Received> =>
    send({ ...sent, settings: {}, secrets, headers: { ...STRUCTURED, authorization } } as Sent);
  const token = (query: string, secrets: readonly string[] = ['s3cret+é/']): Promise<Received> =>
    send({ ...sent, settings: { auth: { scheme: 'access_token' } }, secrets, query });

  it('has the secret as a bearer token, unless the source says otherwise', async () => {
    expect(await bearer('Bearer s3cret', ['s3cret'])).toMatchObject({ outcome: 'events' });
    expect(await bearer('Bearer other', ['s3cret'])).toMatchObject({ reason: 'bad_signature' });
    expect(await send({ ...sent, settings: {} })).toMatchObject({ reason: 'no_signature' });
    expect(await bearer('Bearer ', [''])).toMatchObject({ reason: 'no_secret', response: { status: 503 } });
  });

  it('has the secret in the address where that is asked for', async () => {
    const query = `?access_token=${encodeURIComponent('s3cret+é/')}`;

    expect(await token(query)).toMatchObject({ outcome: 'events' });
    expect(await token('?access_token=s3cret')).toMatchObject({ reason: 'bad_signature' });
    expect(await token('')).toMatchObject({ reason: 'no_signature' });
    expect(await token('?access_token=', [''])).toMatchObject({ reason: 'no_secret' });
  });

  it('has a token of the issuer, such as Microsoft Entra', async () => {
    const key = await makeKey('k1');
    const jwksUrl = 'https://login.example.com/keys';
    const auth = { scheme: 'jwt', jwksUrl, issuer: 'https://login.example.com', audience: 'sluice' };
    const jwt = await signed({ iss: auth.issuer, aud: 'sluice' }, key, { typ: 'JWT' });
    const known = answering(() => ({ keys: [key.jwk] }) as unknown as Json);
    const headers = { ...STRUCTURED, authorization: `Bearer ${jwt}` };

    const source = sourceOf('cloudevents', { auth }, []);
    expect(await receive(source, postOf({ ...sent, headers }), known)).toMatchObject({ outcome: 'events' });
    expect(await receive(source, postOf(sent), known)).toMatchObject({ reason: 'no_signature' });
  });
});

describe('the handshake', () => {
  const ask = (settings: JsonObject, headers: Record<string, string>): Promise<Received> =>
    send({ method: 'OPTIONS', settings, headers });

  it('lets in whoever asks, at any rate', async () => {
    const headers = { 'WebHook-Request-Origin': 'eventgrid.azure.net', 'WebHook-Request-Rate': '120' };

    expect(await ask({}, headers)).toMatchObject({
      outcome: 'answered',
      response: {
        status: 200,
        headers: {
          'WebHook-Allowed-Origin': 'eventgrid.azure.net',
          'WebHook-Allowed-Rate': '*',
          Allow: 'OPTIONS, POST',
        },
      },
    });
  });

  it('lets in only whom the source names, at the rate that it allows', async () => {
    const settings = { allowedOrigins: ['a.example'], allowedRate: 60 };

    const granted = await ask(settings, { 'WebHook-Request-Origin': 'a.example' });
    const denied = await ask(settings, { 'WebHook-Request-Origin': 'b.example' });

    expect(granted.response.headers).toMatchObject({ 'WebHook-Allowed-Rate': '60' });
    expect(denied.response.headers).not.toHaveProperty('WebHook-Allowed-Origin');
  });

  it('tells others what may be done here', async () => {
    expect(await ask({}, {})).toMatchObject({
      response: { status: 200, headers: { Allow: 'OPTIONS, POST' } },
    });
    expect(await send({ method: 'GET' })).toMatchObject({ reason: 'method', response: { status: 405 } });
  });
});

describe('anything else', () => {
  it('never makes us throw, whatever it is', async () => {
    const header = fc.string({
      unit: fc.integer({ min: 0x20, max: 0x7e }).map((unit) => String.fromCharCode(unit)),
    });
    const headers = fc.record({
      'content-type': fc.oneof(fc.constantFrom(...Object.values({ ...STRUCTURED, ...BATCH })), header),
      'ce-specversion': fc.constantFrom('1.0', '2'),
      'ce-id': header,
      'ce-source': header,
      'ce-type': header,
      'ce-subject': header,
    });
    const body = fc.oneof(
      fc.uint8Array().map((bytes) => Uint8Array.from(bytes)),
      fc.json(),
      fc.json().map((json) => `[${JSON.stringify(EVENT)},${json}]`),
    );

    await fc.assert(
      fc.asyncProperty(headers, body, async (sentHeaders, sentBody) => {
        const received = await send({ headers: sentHeaders, body: sentBody });
        return received.outcome === 'events' || received.response.status < 500;
      }),
    );
  });
});
