/** What no sender should send, over real HTTP: a clear answer to it, nothing half kept, and a server that lives on. */
import { createHmac } from 'node:crypto';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Webhook } from 'standardwebhooks';
import * as z from 'zod';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endAll, scratch, until, type Installation, type Scratch } from './installation.ts';
import { type Reach, startListening } from './reach.ts';

const SECRET = 'a-secret';
const WEBHOOK_SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const HEADERS = { 'Content-Type': 'application/json', Authorization: SECRET };

let place: Scratch;
let local: Installation;
let sluice: Reach;
beforeAll(async () => {
  place = scratch();
  ({ local, sluice } = await startListening(place, ['okta', 'github', 'webhooks', 'alive']));
  await sluice.addSource('okta', { kind: 'okta', secret: SECRET });
  await sluice.addSource('alive', { kind: 'okta', secret: SECRET });
  await sluice.addSource('github', { kind: 'github', secret: SECRET });
  await sluice.addSource('webhooks', { kind: 'standard-webhooks', secret: WEBHOOK_SECRET });
}, 120_000);
afterAll(() => {
  endAll();
  place.remove();
});

const hook = (...events: readonly object[]): string => JSON.stringify({ data: { events } });
const okta = (init: RequestInit): Promise<Response> => sluice.post('okta', { headers: HEADERS, ...init });
const Problem = z.looseObject({ status: z.number(), code: z.string() });
const codeOf = async (answer: Response): Promise<unknown> => {
  const { status, code } = Problem.parse(await answer.json());
  expect(status).toBe(answer.status);
  return [status, code];
};

const inPieces = (count: number, piece: Uint8Array): ReadableStream<Uint8Array> => {
  let left = count;
  return new ReadableStream({
    pull: (stream) => {
      left -= 1;
      if (left < 0) stream.close();
      else stream.enqueue(piece);
    },
  });
};

let posted = 0;
/** Whatever a test has posted, a genuine event comes through after it. */
afterEach(async () => {
  posted += 1;
  const body = hook({ uuid: `alive-${posted}`, eventType: 'still.alive' });
  expect((await sluice.post('alive', { headers: HEADERS, body })).status).toBe(200);
  const events = await sluice.closed('alive', posted);
  expect(events.flatMap(({ verdicts }) => verdicts.map(({ verdict }) => verdict))).not.toContain('error');
});

describe('a post that is turned away', { timeout: 60_000 }, () => {
  afterEach(async () => {
    expect(await sluice.eventsOf('okta')).toEqual([]);
    expect(await sluice.eventsOf('github')).toEqual([]);
  });

  it.each([
    ['no JSON', 'uuid=1', 400, 'malformed'],
    ['JSON that was cut off', hook({ uuid: '1' }).slice(0, -3), 400, 'malformed'],
    ['nothing', '', 400, 'malformed'],
    ['compressed', gzipSync(hook({ uuid: '1', eventType: 'a' })), 400, 'malformed'],
  ])('is %s', async (_, body, status, code) => {
    expect(await codeOf(await okta({ body }))).toEqual([status, code]);
  });

  it('is of another content type', async () => {
    const headers = { ...HEADERS, 'Content-Type': 'application/xml' };

    expect(await codeOf(await okta({ headers, body: '<event/>' }))).toEqual([415, 'unsupported_media_type']);
  });

  it.each([
    ['at once', () => Buffer.alloc(10_000_000, 'x')],
    ['in pieces, without saying how much', () => inPieces(100, Buffer.alloc(100_000, 'x'))],
  ])('is of 10 MB, %s', async (_, body) => {
    // Node wants `duplex` with a stream; the types of Workers, which know no clients, have no such member.
    const answer = await okta({ body: body(), duplex: 'half' } as RequestInit);

    expect(await codeOf(answer)).toEqual([413, 'too_large']);
  });

  it('has 10,000 events', async () => {
    const events = Array.from({ length: 10_000 }, (_, at) => ({ uuid: `e${at}`, eventType: 'a' }));

    expect(await codeOf(await okta({ body: hook(...events) }))).toEqual([413, 'too_large']);
  });

  it.each([
    ['empty', 'sha256='],
    ['too short', 'sha256=00'],
    ['too long', `sha256=${'0'.repeat(66)}`],
    ['no hex', 'sha256=zz'],
    ['of another scheme', 'sha1=00'],
    ['an equals sign', '='],
    ['a comma', ','],
    ['without end', 'x'.repeat(9_000)],
  ])('has a signature that is %s', async (_, signature) => {
    const headers = {
      'Content-Type': 'application/json',
      'X-GitHub-Event': 'ping',
      'X-GitHub-Delivery': '1',
      'X-Hub-Signature-256': signature,
    };

    const answer = await sluice.post('github', { headers, body: '{}' });

    expect(await codeOf(answer)).toEqual([401, 'unauthenticated']);
  });

  it.each(['GET', 'PUT', 'PATCH', 'DELETE'])('is a %s', async (method) => {
    const answer = await okta({
      method,
      body: method === 'GET' ? null : hook({ uuid: '1', eventType: 'a' }),
    });

    expect(answer.headers.get('Allow')).toBe('POST');
    expect(await codeOf(answer)).toEqual([405, 'method_not_allowed']);
  });

  it('is a HEAD, whose answer has no body', async () => {
    const answer = await okta({ method: 'HEAD' });

    expect([answer.status, await answer.text()]).toEqual([405, '']);
  });

  it.each([
    ['of no such name', 'nobody'],
    ['with a slash', 'okta/'],
    ['with a hidden slash', 'okta%2F..'],
    ['that climbs', '..%2fokta'],
    ['without end', 'x'.repeat(4_000)],
    ['of control characters', '%00'],
    ['that is no text', '%ff'],
  ])('is for a source %s', async (_, name) => {
    const body = hook({ uuid: '1', eventType: 'a' });

    expect(await codeOf(await sluice.post(name, { headers: HEADERS, body }))).toEqual([404, 'not_found']);
  });

  it('is cut off on its way', async () => {
    const body = hook({ uuid: 'half', eventType: 'a' });
    const { hostname, port } = new URL(local.url);
    const socket = connect(Number(port), hostname);
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    const head = Object.entries({ ...HEADERS, Host: hostname, 'Content-Length': body.length });
    const lines = ['POST /events/okta HTTP/1.1', ...head.map(([name, value]) => `${name}: ${value}`)];

    await new Promise<void>((resolve) => {
      socket.once('close', () => resolve());
      socket.write(`${lines.join('\r\n')}\r\n\r\n${body.slice(0, -1)}`, () => socket.destroy());
    });
  });
});

describe('a post that is odd, and genuine', { timeout: 60_000 }, () => {
  const started = ['started'];
  const verdictsOf = async (source: string, count: number) =>
    (await sluice.closed(source, count)).map(({ verdicts }) => verdicts.map(({ verdict }) => verdict));

  it('has ids of 10 kB, which stay apart and are known again', async () => {
    const long = 'x'.repeat(10_000);
    const body = hook({ uuid: `${long}1`, eventType: 'a' }, { uuid: `${long}2`, eventType: 'a' });

    expect((await okta({ body })).status).toBe(200);
    expect((await okta({ body })).status).toBe(200);

    expect(await verdictsOf('okta', 2)).toEqual([started, started]);
    const ids = (await sluice.eventsOf('okta')).map(({ sourceId }) => sourceId);
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) expect(id).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('has an id of 10 kB in its header, signed', async () => {
    const id = 'm'.repeat(10_000);
    const now = new Date();
    const body = '{"type":"user.created"}';
    const headers = {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
      'webhook-signature': new Webhook(WEBHOOK_SECRET).sign(id, now, body),
    };

    expect((await sluice.post('webhooks', { headers, body })).status).toBe(204);
    expect((await sluice.post('webhooks', { headers, body })).status).toBe(204);

    expect(await verdictsOf('webhooks', 1)).toEqual([started]);
  });

  it.each(['0000-01-01T00:00:00Z', '+275760-09-13T00:00:00Z', '-000001-01-01T00:00:00Z', 'yesterday', -1])(
    'happened at %s, which counts as the time when it came',
    async (published) => {
      const uuid = `at ${published}`;

      expect((await okta({ body: hook({ uuid, eventType: 'a', published }) })).status).toBe(200);

      const run = await until('its run', async () => {
        const events = await sluice.eventsOf('okta');
        return events.find(({ sourceId }) => sourceId === uuid)?.verdicts[0]?.run ?? undefined;
      });
      const { outputs } = await sluice.ended(run);
      const time = Date.parse(String(outputs?.event['time']));
      expect(Math.abs(time - Date.now())).toBeLessThan(60_000);
    },
  );

  it('has an event that nobody can read among good ones', async () => {
    const before = (await sluice.eventsOf('okta')).length;
    const body =
      '{"data":{"events":[{"uuid":"g1","eventType":"a"},17,{"uuid":"typeless"},{"uuid":"g2","eventType":"a"}]}}';

    expect((await okta({ body })).status).toBe(200);

    const verdicts = (await verdictsOf('okta', before + 4)).flat();
    expect(verdicts.filter((verdict) => verdict === 'invalid')).toHaveLength(2);
    expect(verdicts.filter((verdict) => verdict === 'started')).toHaveLength(before + 2);
  });

  it('comes with headers that no file should keep', async () => {
    const body = '{"zen":"Keep it logically awesome."}';
    const signature = createHmac('sha256', SECRET).update(body).digest('hex');
    const headers = {
      'Content-Type': 'application/json',
      'X-GitHub-Event': 'ping',
      'X-GitHub-Delivery': 'd1',
      'X-Hub-Signature-256': `sha256=${signature}`,
      Cookie: 'session=1',
      'X-Copy': `it is ${SECRET}`,
      'User-Agent': 'GitHub-Hookshot/1',
    };

    expect((await sluice.post('github', { headers, body })).status).toBe(202);

    const [event] = await sluice.closed('github', 1);
    const kept = await sluice.event(event?.id ?? '');
    expect(kept.headers).toMatchObject({ 'user-agent': 'GitHub-Hookshot/1', 'x-github-event': 'ping' });
    expect(JSON.stringify(kept)).not.toMatch(new RegExp(`${SECRET}|${signature}|session=1`));
  });
});

describe('after all of that', () => {
  it('nothing has broken: what does is logged with the id of its request', () => {
    expect(local.output()).not.toMatch(/req_[0-9a-z]{26}/);
  });
});
