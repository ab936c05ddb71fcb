import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SOURCE_KINDS } from '../../src/sources/table.ts';
import { eventsOf, post } from './posting.ts';
import { oktaBody, SENDERS } from './senders.ts';

const okta = (body: string | Uint8Array, contentType = 'application/json') =>
  post({
    kind: 'okta',
    headers: { Authorization: 's', 'Content-Type': contentType },
    body,
  });
const generic = (settings: object, body: string | Uint8Array, contentType = 'application/json') =>
  post({
    kind: 'generic',
    settings: { auth: { scheme: 'none' }, ...settings },
    headers: { 'Content-Type': contentType },
    body,
  });

describe('a genuine post that cannot be read', () => {
  it.each([
    ['nothing', ''],
    ['no JSON', '{"data":'],
    ['no object', '[1]'],
    ['no list of events', '{"data":{"events":{"0":{}}}}'],
    ['no UTF-8', new Uint8Array([0x7b, 0xff, 0x7d])],
    ['half a character', Buffer.from('{"data":{"events":["é"]}}').subarray(0, 20)],
  ])('is malformed when it is %s', async (_, body) => {
    expect(await okta(body)).toMatchObject({
      outcome: 'refused',
      reason: 'malformed',
      response: { status: 400 },
    });
  });

  it.each(['application/xml', 'multipart/form-data; boundary=x', 'application/octet-stream'])(
    'is of an unsupported type when it is %s',
    async (contentType) => {
      expect(await okta('<event/>', contentType)).toMatchObject({
        reason: 'unsupported',
        response: { status: 415 },
      });
    },
  );

  it('is read for what it is where its content type is wrong', async () => {
    expect(eventsOf(await okta(oktaBody({ uuid: 'u1', eventType: 'a' }), 'text/plain'))).toHaveLength(1);
    expect(await generic({ body: 'form' }, '{"a":1}')).toMatchObject({ reason: 'unsupported' });
  });

  it('may have a byte order mark', async () => {
    const [event] = eventsOf(await generic({}, '\ufeff{"a":1}'));

    expect(event?.raw).toBe('{"a":1}');
  });
});

describe('a method other than POST', () => {
  it.each(['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('%s is refused', async (method) => {
    expect(await post({ kind: 'okta', method, headers: { Authorization: 's' } })).toMatchObject({
      outcome: 'refused',
      reason: 'method',
      response: { status: 405, headers: { Allow: 'POST' } },
    });
  });
});

describe('a batch with bad events', () => {
  const good = { uuid: 'good', eventType: 'user.lifecycle.create' };
  const events = async (...bad: readonly string[]) => {
    const batch = oktaBody(good).replace(JSON.stringify(good), [JSON.stringify(good), ...bad].join(','));
    return eventsOf(await okta(batch));
  };

  it.each([
    ['is no object', '"text"'],
    ['is null', 'null'],
    ['has no type', '{"uuid":"u2"}'],
    ['has a type that is none', '{"uuid":"u2","eventType":{"a":1}}'],
    ['has a type of control characters', '{"uuid":"u2","eventType":"a\\u0000b"}'],
    ['has a type without end', JSON.stringify({ uuid: 'u2', eventType: 'x'.repeat(300) })],
    ['is nested without end', `{"uuid":"u2","eventType":"a","x":${'['.repeat(9_999)}${']'.repeat(9_999)}}`],
  ])('keeps one that %s, with its fault, beside the good one', async (_, bad) => {
    const [first, second] = await events(bad);

    expect(first).toMatchObject({ id: 'good', type: 'user.lifecycle.create' });
    expect(first?.fault).toBeUndefined();
    expect(second).toMatchObject({ raw: bad, type: 'invalid' });
    expect(second?.fault).toMatch(/\.$/);
  });

  it.each([
    ['without end', 'x'.repeat(10_000), 'x'.repeat(10_000)],
    ['that is a number', 7, '7'],
    ['that is none', { a: 1 }, null],
    ['that is empty', '', null],
    ['with a control character', 'a\u0000', null],
    ['with half a character', '\ud83e', null],
  ])('takes an id %s', async (_, uuid, id) => {
    const [, second] = await events(JSON.stringify({ uuid, eventType: 'a' }));

    expect(second).toMatchObject({ id, type: 'a' });
    expect(second?.fault).toBeUndefined();
  });

  it('keeps a line that is no JSON', async () => {
    const found = eventsOf(await generic({ body: 'ndjson' }, '{"a":1}\n{"a":\n{"a":3}'));

    expect(found.map(({ raw, fault }) => [raw, fault === undefined])).toEqual([
      ['{"a":1}', true],
      ['{"a":', false],
      ['{"a":3}', true],
    ]);
  });

  it('may be empty, and may have 10,000 events', async () => {
    const many = Array.from({ length: 10_000 }, (_, n) => ({ uuid: `u${n}`, eventType: 'a' }));

    expect(eventsOf(await okta(oktaBody()))).toEqual([]);
    expect(eventsOf(await okta(oktaBody(...many))).at(-1)).toMatchObject({ id: 'u9999' });
  });
});

describe('whatever is posted', () => {
  const kinds = Object.keys(SOURCE_KINDS);
  const proofs: Record<string, Readonly<Record<string, string>>> = {
    okta: { Authorization: 's' },
    auth0: { Authorization: 'Bearer s' },
    generic: { Authorization: 's' },
  };
  const text = fc.oneof(
    fc.json(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...SENDERS.map((s) => s.body)),
  );
  const body = fc.oneof(
    fc.uint8Array(),
    text.map((one) => Buffer.from(one)),
    fc.webFragments().map((form) => Buffer.from(form)),
  );
  const contentType = fc.constantFrom('', 'application/json', 'application/x-www-form-urlencoded', 'text/x');

  it('gets an answer, and throws nothing', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...kinds), body, contentType, async (kind, bytes, type) => {
        const headers = { ...proofs[kind], 'Content-Type': type };
        const received = await post({ kind, headers, body: bytes });

        expect([200, 202, 204, 400, 401, 405, 415, 503]).toContain(received.response.status);
      }),
    );
  });

  it('may have anything in the headers that prove it', async () => {
    const names = SENDERS.map(({ proofHeader }) => proofHeader);
    const value = fc.string({ unit: fc.constantFrom(...Array.from('v01=,t. :abcdefABCDEF0123456789+/')) });
    const header = fc.tuple(fc.constantFrom(...names), value);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...SENDERS), fc.array(header), async (sender, headers) => {
        const { kind, settings, body: sample } = sender;
        const received = await post({
          kind,
          settings,
          secrets: ['a secret nobody guesses'],
          headers: Object.fromEntries(headers),
          body: sample,
        });

        expect(received).toMatchObject({ outcome: 'refused', response: { status: 401 } });
      }),
    );
  });
});

describe('a source that is configured wrongly', () => {
  it('asks senders to come again', async () => {
    const again = { outcome: 'refused', reason: 'misconfigured', response: { status: 503 } };

    expect(await post({ kind: 'toString' })).toMatchObject(again);
    expect(await post({ kind: 'okta', settings: { headers: 'x' } })).toMatchObject(again);
  });
});
