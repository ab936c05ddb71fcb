import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../src/domain/json.ts';
import { receive } from '../../src/sources/receive.ts';
import { SOURCE_KINDS } from '../../src/sources/table.ts';
import { eventsOf, NOW, postOf, type Sending, sourceOf } from './receiving.ts';
import { answering, makeKey, signed, type SigningKey } from './transmitter.ts';

const TENANT = '9c000000-0000-4000-8000-0000000000aa';
const USER = '7d1e0000-0000-4000-8000-000000000042';
const CHANGE = {
  id: 'lsSYNTH1',
  subscriptionId: '5b1f0000-0000-4000-8000-000000000001',
  subscriptionExpirationDateTime: '2026-12-01T00:00:00Z',
  clientState: 's3cret',
  changeType: 'updated',
  resource: `Users/${USER}`,
  tenantId: TENANT,
  resourceData: { '@odata.type': '#Microsoft.Graph.User', '@odata.id': `Users/${USER}`, id: USER },
};
const LIFECYCLE = {
  subscriptionId: CHANGE.subscriptionId,
  subscriptionExpirationDateTime: '2026-12-01T00:00:00Z',
  tenantId: TENANT,
  clientState: 's3cret',
  lifecycleEvent: 'reauthorizationRequired',
};

interface Sent extends Sending {
  readonly settings?: JsonObject;
  readonly secrets?: readonly string[];
}
const silent = answering(() => Promise.reject(new Error('connection refused')));
const notify = (
  items: readonly JsonObject[],
  { settings = {}, secrets, ...more }: Sent = {},
  ports = silent,
) => {
  const body = JSON.stringify({ value: items });
  const headers = { 'content-type': 'application/json; charset=utf-8' };
  return receive(sourceOf('entra', settings, secrets), postOf({ headers, body, ...more }), ports);
};

describe('the validation of an address', () => {
  it('is answered with the token as plain text, which no browser takes for a page', async () => {
    const token = 'Validation: Testing client application <script>alert(1)</script>+é';

    const received = await notify([], {
      query: `?validationToken=${encodeURIComponent(token)}`,
      headers: { 'content-type': 'text/plain' },
      body: '',
    });

    expect(received).toMatchObject({ outcome: 'answered', response: { status: 200, body: token } });
    expect(received.response.headers).toMatchObject({
      'Content-Type': expect.stringContaining('text/plain'),
      'X-Content-Type-Options': 'nosniff',
    });
  });

  it('works before there is a secret', async () => {
    const received = await notify([], { query: '?validationToken=abc', secrets: [], body: '' });

    expect(received.outcome).toBe('answered');
  });
});

describe('a notification', () => {
  it('is an event, and answered with 202 and nothing', async () => {
    const received = await notify([CHANGE]);

    expect(received.response).toEqual({ status: 202, headers: {}, body: null });
    expect(eventsOf(received)).toMatchObject([
      { id: 'lsSYNTH1', type: 'user.updated', subject: USER, time: null },
    ]);
  });

  it('keeps its text as it was sent, but for the secret', async () => {
    const text = `{ "clientState":"s3cret",  "changeType": "deleted", "resource":"groups/7", "id": "n1", "n": 1.50 }`;

    const [event] = eventsOf(await notify([], { body: `{"value":[ ${text} ]}` }));

    expect(event?.raw).toBe(text.replace('s3cret', '******'));
    expect(event).toMatchObject({ type: 'groups.deleted', subject: 'groups/7' });
  });

  it('of a lifecycle says so in its type', async () => {
    expect(eventsOf(await notify([LIFECYCLE]))).toMatchObject([
      { type: 'lifecycle.reauthorizationRequired', subject: LIFECYCLE.subscriptionId },
    ]);
  });

  it('without an id goes by what changed and its version', async () => {
    const { id: _, ...item } = CHANGE;
    const versioned = (etag: string): JsonObject => ({
      ...item,
      resourceData: { ...item.resourceData, '@odata.etag': etag },
    });

    const [first, again, next] = eventsOf(
      await notify([versioned('W/1'), versioned('W/1'), versioned('W/2')]),
    );

    expect(first?.id).toBe(again?.id);
    expect(next?.id).not.toBe(first?.id);
  });

  it('without id and version is always a new one: a change that looks like the last must not be lost', async () => {
    const { id: _, ...item } = CHANGE;
    const missed = { ...LIFECYCLE, lifecycleEvent: 'missed' };

    const ids = eventsOf(await notify([item, item, missed, missed])).map((event) => event.id);

    expect(new Set(ids).size).toBe(4);
    expect(ids[0]).toContain(new Date(NOW).toISOString());
  });

  it.each([
    ['another clientState', [{ ...CHANGE, clientState: 'other' }]],
    ['no clientState', [{ ...CHANGE, clientState: null }]],
    ['no object', [7]],
    ['nothing in it', []],
  ])('with %s is refused, but answered with 202 as Graph wants', async (_, items) => {
    const body = JSON.stringify({ value: items });

    expect(await notify([], { body })).toMatchObject({
      outcome: 'refused',
      reason: 'bad_signature',
      response: { status: 202 },
    });
  });

  it('with another clientState is kept as invalid beside genuine ones', async () => {
    const [first, second] = eventsOf(await notify([CHANGE, { ...CHANGE, id: 'x', clientState: 'other' }]));

    expect(first?.fault).toBeUndefined();
    expect(second?.fault).toContain('clientState');
  });

  it('may have either of two secrets while one replaces the other', async () => {
    const items = [CHANGE, { ...CHANGE, id: 'x', clientState: 'new' }];

    const found = eventsOf(await notify(items, { secrets: ['new', 's3cret'] }));

    expect(found.map(({ fault }) => fault)).toEqual([undefined, undefined]);
  });

  it.each([[[]], [['']]])('comes again while the source has no secret: %j', async (secrets) => {
    const received = await notify([{ ...CHANGE, clientState: '' }], { secrets });

    expect(received).toMatchObject({ reason: 'no_secret', response: { status: 503 } });
  });

  it.each([
    ['{"value":', 'malformed'],
    ['{"value":7}', 'malformed'],
    ['[]', 'malformed'],
    ['', 'malformed'],
  ])('is refused when its body is %j', async (body, reason) => {
    expect(await notify([], { body })).toMatchObject({
      outcome: 'refused',
      reason,
      response: { status: 400 },
    });
  });

  it('never makes us throw, whatever it is', async () => {
    const items = fc.array(
      fc.oneof(
        fc.json().map((text) => JSON.parse(text) as Json),
        fc.constant(CHANGE),
      ),
    );

    await fc.assert(
      fc.asyncProperty(items, async (value) => {
        const received = await notify([], { body: JSON.stringify({ value }) });
        return received.response.status === 202;
      }),
    );
  });

  it('has a secret that Graph can carry', () => {
    const problem = (secret: string) => SOURCE_KINDS.entra?.secretProblem?.(secret, {});

    expect(problem('x'.repeat(129))).toContain('128');
    expect(problem('it+"s')).toContain('letters');
    expect(problem('x'.repeat(128))).toBeNull();
  });
});

describe('a notification with resource data', () => {
  const RICH = { ...CHANGE, encryptedContent: { data: 'AAAA', dataKey: 'BBBB', dataSignature: 'CCCC' } };
  const settings = { appId: 'app-1' };
  const CLAIMS = {
    aud: 'app-1',
    iss: `https://sts.windows.net/${TENANT}/`,
    tid: TENANT,
    appid: '0bf30f3b-4a52-48df-9a82-234910c4a086',
    exp: NOW / 1_000 + 3_600,
  };
  let key: SigningKey;
  beforeAll(async () => {
    key = await makeKey('entra');
  });
  // All of them ask the one address of Microsoft, so all see the same keys.
  const published = () => answering(() => ({ keys: [key.jwk] }) as unknown as Json);
  const send = async (claims: JsonObject, items: readonly JsonObject[] = [RICH]) => {
    const token = await signed(claims, key, { typ: 'JWT' });
    const body = JSON.stringify({ value: items, validationTokens: [token] });
    return notify([], { settings, body }, published());
  };

  it('comes again while the keys of Microsoft do not answer', async () => {
    const body = JSON.stringify({ value: [RICH], validationTokens: [await signed(CLAIMS, key)] });

    expect(await notify([], { settings, body })).toMatchObject({
      reason: 'keys_unavailable',
      response: { status: 503 },
    });
  });

  it('is an event when its token speaks for its tenant, encrypted as it came', async () => {
    const [event] = eventsOf(await send(CLAIMS));

    expect(event?.fault).toBeUndefined();
    expect(JSON.parse(event?.raw ?? '')).toMatchObject({ encryptedContent: RICH.encryptedContent });
  });

  it('takes tokens of version 2 too', async () => {
    const { appid, ...claims } = CLAIMS;
    const iss = `https://login.microsoftonline.com/${TENANT}/v2.0`;

    expect(await send({ ...claims, iss, azp: appid })).toMatchObject({ outcome: 'events' });
  });

  it.each([
    ['another app', { aud: 'app-2' }, 'wrong_audience'],
    ['another publisher', { appid: 'somebody' }, 'wrong_issuer'],
    ['an issuer that is not its tenant', { iss: 'https://sts.windows.net/other/' }, 'wrong_issuer'],
    ['an end that has passed', { exp: NOW / 1_000 - 3_600 }, 'too_old'],
  ])('is refused with a token of %s', async (_, more, reason) => {
    expect(await send({ ...CLAIMS, ...more })).toMatchObject({ reason, response: { status: 202 } });
  });

  it('is refused without a token, and with one that somebody else signed', async () => {
    const bare = JSON.stringify({ value: [RICH] });
    const forged = await signed(CLAIMS, { ...(await makeKey('entra')), kid: 'entra' });
    const body = JSON.stringify({ value: [RICH], validationTokens: [forged] });

    expect(await notify([], { settings, body: bare }, published())).toMatchObject({ reason: 'no_signature' });
    expect(await notify([], { settings, body }, published())).toMatchObject({ reason: 'bad_signature' });
  });

  it('is invalid when no token speaks for its tenant, or nobody said which app it is for', async () => {
    const [other] = eventsOf(await send(CLAIMS, [{ ...RICH, tenantId: 'other' }]));
    const [unset] = eventsOf(await notify([RICH]));

    expect(other?.fault).toContain('tenant');
    expect(unset?.fault).toContain('appId');
  });
});
