import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ActionContext } from '../../src/domain/card.ts';
import type { JsonObject } from '../../src/domain/json.ts';
import { request } from '../../src/connectors/http.ts';
import { type Callee, sendJson, startCallee } from './callee.ts';
import { contextFor, failureOf, NOW } from './context.ts';

let callee: Callee;

/** Answers what the path says: `/status/503?retry-after=7`, `/bytes/2000`, `/echo`, … */
beforeAll(async () => {
  callee = await startCallee((received, response) => {
    const url = new URL(received.path, 'http://callee');
    const [, kind, argument] = url.pathname.split('/');
    if (kind === 'echo') return sendJson(response, 200, received);
    if (kind === 'status') {
      const after = url.searchParams.get('retry-after');
      if (after !== null) response.setHeader('Retry-After', after);
      return sendJson(response, Number(argument), { said: 'no' });
    }
    if (kind === 'bytes') return void response.end('x'.repeat(Number(argument)));
    if (kind === 'empty') return void response.writeHead(200, { 'content-type': 'application/json' }).end();
    if (kind === 'latin1') {
      response.setHeader('Content-Type', 'text/plain; charset=iso-8859-1');
      return void response.end(Buffer.from('Zoë', 'latin1'));
    }
    if (kind === 'broken')
      return void response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":');
    if (kind === 'cookies') return void response.setHeader('Set-Cookie', ['a=1', 'b=2']).end();
    if (kind === 'hangup') return void response.destroy();
    if (kind === 'cut') {
      response.writeHead(Number(argument ?? 200), { 'content-length': '100' });
      return void response.write('half', () => response.destroy());
    }
    if (kind === 'stall') {
      response.writeHead(200, { 'content-length': '100' });
      return void response.write('half');
    }
    return sendJson(response, 404, {});
  });
});
afterAll(() => callee.close());

const send = (input: JsonObject & { url: string }, given: Partial<ActionContext> = {}): Promise<unknown> => {
  const at = { ...input, url: input.url.replace(/^\//, `${callee.url}/`) };
  return Promise.resolve(request.perform(request.input.parse(at), contextFor(given)));
};
const fail = (input: JsonObject & { url: string }, given: Partial<ActionContext> = {}) =>
  failureOf(send(input, given));

describe('http.request', () => {
  it('sends method, query, headers and JSON, and an idempotency key that every attempt repeats', async () => {
    const input = {
      method: 'PATCH',
      url: '/echo?a=1',
      query: { b: ['2', '3'] },
      headers: { 'X-Trace': 'T' },
      body: { c: 4 },
    };

    const first = await send(input);
    await send(input);

    expect(first).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: { method: 'PATCH', path: '/echo?a=1&b=2&b=3', body: '{"c":4}' },
      url: `${callee.url}/echo?a=1&b=2&b=3`,
    });
    const headers = callee.received.slice(-2).map((received) => received.headers);
    expect(headers[0]).toMatchObject({
      'x-trace': 'T',
      'content-type': 'application/json',
      'user-agent': 'Sluice',
    });
    expect(headers.map((sent) => sent['idempotency-key'])).toEqual(['run_1:notify', 'run_1:notify']);
  });

  it('sends no idempotency key with what only reads', async () => {
    expect(await send({ url: '/echo' })).toMatchObject({
      body: { headers: expect.not.objectContaining({ 'idempotency-key': expect.anything() }) },
    });
  });

  it.each([
    [{ url: '/empty' }, null],
    [{ url: '/empty', response: 'text' }, ''],
    [{ url: '/latin1' }, 'Zoë'],
    [{ url: '/latin1', response: 'base64' }, Buffer.from('Zoë', 'latin1').toString('base64')],
    [{ url: '/broken', response: 'text' }, '{"a":'],
  ])('reads the body of %j as %j', async (input, body) => {
    expect(await send(input)).toMatchObject({ status: 200, body });
  });

  it('joins headers of one name, and leaves out those of the connection', async () => {
    const output = request.output.parse(await send({ url: '/cookies' }));

    expect(output).toMatchObject({ headers: { 'set-cookie': 'a=1, b=2' } });
    expect(output).not.toHaveProperty('headers.connection');
  });

  it.each([
    [404, 'no', 'no'],
    [408, 'unknown', 'yes'],
    [429, 'no', 'yes'],
    [500, 'unknown', 'yes'],
    [503, 'unknown', 'yes'],
  ])('fails on status %i with outcome %s', async (status, happened, retry) => {
    const error = await fail({ method: 'POST', url: `/status/${status}` });

    expect(error.code).toBe('http_status');
    expect(error.detail).toEqual({
      status,
      happened,
      retry,
      body: { said: 'no' },
      data: { truncated: false },
    });
  });

  it('takes a status that is not accepted for done when it is a success', async () => {
    expect(await fail({ method: 'POST', url: '/status/200', accept: [201] })).toMatchObject({
      code: 'http_status',
      detail: { happened: 'yes', retry: 'no' },
    });
  });

  it.each([
    ['7', 7_000],
    [new Date(NOW + 90_000).toUTCString(), 90_000],
    [new Date(NOW - 90_000).toUTCString(), 0],
  ])('waits as long as Retry-After %s asks', async (text, afterMs) => {
    for (const status of [429, 503]) {
      const error = await fail({ url: `/status/${status}`, query: { 'retry-after': text } });
      expect(error.detail.retry).toEqual({ afterMs });
    }
  });

  it('keeps the beginning of a failure’s long body', async () => {
    const error = await fail({ url: '/bytes/20000', accept: ['4xx'] });

    expect(error.detail.data).toEqual({ truncated: true });
    expect(error.detail.body).toBe('x'.repeat(16_384));
  });

  it('refuses an answer over the cap, which has happened and is not asked for again', async () => {
    expect(await send({ method: 'POST', url: '/bytes/2000', maxBytes: 2_000 })).toMatchObject({
      body: 'x'.repeat(2_000),
    });

    expect(await fail({ method: 'POST', url: '/bytes/2001', maxBytes: 2_000 })).toMatchObject({
      code: 'too_large',
      detail: { happened: 'yes', retry: 'no' },
    });
    expect(await fail({ url: '/bytes/1048577' })).toMatchObject({ code: 'too_large' });
  });

  it('refuses JSON that is none', async () => {
    for (const input of [{ url: '/broken' }, { url: '/bytes/3', response: 'json' }]) {
      expect(await fail(input)).toMatchObject({ code: 'not_json', detail: { happened: 'yes', retry: 'no' } });
    }
  });
});

describe('a request that is broken off', () => {
  it('has an unknown outcome when there was no answer', async () => {
    expect(await fail({ method: 'POST', url: '/hangup' })).toMatchObject({
      code: 'network',
      detail: { happened: 'unknown', retry: 'yes' },
    });
  });

  it('has happened when the answer had begun, though what only reads may be repeated', async () => {
    expect(await fail({ method: 'POST', url: '/cut' })).toMatchObject({
      code: 'network',
      detail: { happened: 'yes' },
    });
    expect(await fail({ url: '/cut' })).toMatchObject({
      code: 'network',
      detail: { happened: 'unknown', retry: 'yes' },
    });
  });

  it('has failed with its status when that had come', async () => {
    expect(await fail({ method: 'POST', url: '/cut/429' })).toMatchObject({
      code: 'http_status',
      detail: { status: 429, happened: 'no', body: null, data: { truncated: true } },
    });
  });

  it('is over when the time limit passes while the body dawdles', async () => {
    const limit = new AbortController();
    const fetchThenAbort = async (sent: Request): Promise<Response> => {
      const response = await fetch(sent);
      setTimeout(() => limit.abort());
      return response;
    };

    const error = await fail(
      { method: 'POST', url: '/stall' },
      { signal: limit.signal, fetch: fetchThenAbort },
    );

    expect(error).toMatchObject({ code: 'timeout', detail: { happened: 'yes', retry: 'yes' } });
  });

  it('is not even begun when the time is over before', async () => {
    const before = callee.received.length;

    const error = await fail({ method: 'POST', url: '/echo' }, { signal: AbortSignal.abort() });

    expect(error).toMatchObject({ code: 'timeout', detail: { happened: 'no' } });
    expect(callee.received).toHaveLength(before);
  });
});

describe('a request that must not be sent', () => {
  it.each([
    ['invalid_url', { url: 'users' }],
    ['invalid_url', { url: 'file:///etc/passwd' }],
    ['invalid_url', { url: 'http://ana:secret@api.example.com/' }],
    ['invalid_url', { url: 'http://api.example.com/\r\nX: y' }],
    ['invalid_url', { url: 'http://api.example.com/users/../admin' }],
    ['invalid_url', { url: 'http://api.example.com/users/%2E%2e/admin' }],
    ['blocked_address', { url: 'http://10.0.0.1/' }],
    ['invalid_header', { url: '/echo', headers: { 'X-Name': 'a\r\nX-Admin: yes' } }],
    ['invalid_header', { url: '/echo', headers: { 'X-Name\r\nX-Admin': 'yes' } }],
    ['invalid_header', { url: '/echo', headers: { 'X-Name': 'Zoë' } }],
    ['invalid_header', { url: '/echo', headers: { Host: 'admin.example.com' } }],
    ['invalid_header', { url: '/echo', headers: { 'Transfer-Encoding': 'chunked' } }],
    [
      'invalid_header',
      { url: '/echo', method: 'POST', rawBody: 'x', contentType: 'text/plain\nX-Admin: yes' },
    ],
  ])('is refused with %s: %j', async (code, input) => {
    const before = callee.received.length;

    const error = await fail(input, { fetch: () => Promise.reject(new Error('it was sent')) });

    expect(error.code).toBe(code);
    expect(error.detail.happened ?? 'no').toBe('no');
    expect(callee.received).toHaveLength(before);
  });

  it.each([
    { url: 'https://a.example.com', body: {}, method: 'GET' },
    { url: 'https://a.example.com', method: 'POST', body: {}, rawBody: 'x' },
    { url: 'https://a.example.com', method: 'POST', repeat: 'safe', probe: { url: '/x' } },
    { url: 'https://a.example.com', accept: ['6xx'] },
    { url: 'https://a.example.com', maxBytes: 2_000_000 },
    { url: 'https://a.example.com', verb: 'GET' },
  ])('does not fit the card: %j', (input) => {
    expect(request.input.safeParse(input).success).toBe(false);
  });
});
