import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { Json } from '../../src/domain/json.ts';
import { sourcePorts } from '../../src/source-ports.ts';
import { fakeLanes, laneEnv } from '../triggers/fake-lane.ts';

const KEYS = { keys: [{ kty: 'OKP', kid: 'k1' }] };

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Serves on loopback; the address of its keys. */
const serve = async (respond: RequestListener): Promise<string> => {
  const started = createServer(respond);
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  // A server that listens on a port has an address with one.
  const { port } = started.address() as AddressInfo;
  return `http://127.0.0.1:${port}/keys`;
};

const portsWith = (settings: { readonly SLUICE_ALLOW_LOOPBACK?: string }, timeoutMs?: number) =>
  sourcePorts({ ...laneEnv(fakeLanes(), { homes: 1, lanes: 1 }), ...settings }, timeoutMs);

const ports = portsWith({ SLUICE_ALLOW_LOOPBACK: 'true' });

const answering =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_, response) => {
    response.writeHead(status, headers);
    response.end(body);
  };

describe('the keys of a sender', () => {
  it('are fetched as JSON', async () => {
    const url = await serve(answering(200, JSON.stringify(KEYS)));

    expect(await ports.fetchJson(url)).toEqual(KEYS);
  });

  it.each([
    ['404', answering(404, '{}'), /answered 404/],
    [
      'a redirect, which is not followed',
      answering(302, '', { Location: 'http://127.0.0.1:1/' }),
      /answered 302/,
    ],
    ['no JSON', answering(200, '<html>'), /is no JSON/],
    ['1 MB', answering(200, `"${'x'.repeat(1_000_000)}"`), /over 262144 bytes/],
  ])('do not come from an answer of %s', async (_, respond, message) => {
    const url = await serve(respond);

    await expect(ports.fetchJson(url)).rejects.toThrow(message);
  });

  it('are not fetched from this machine or a private network, unless a laptop allows it', async () => {
    const url = await serve(answering(200, JSON.stringify(KEYS)));

    await expect(portsWith({}).fetchJson(url)).rejects.toMatchObject({ code: 'blocked_address' });
    await expect(ports.fetchJson('https://10.0.0.1/keys')).rejects.toMatchObject({ code: 'blocked_address' });
  });

  it('are not waited for past the time limit', async () => {
    const url = await serve(() => undefined);

    await expect(portsWith({ SLUICE_ALLOW_LOOPBACK: 'true' }, 50).fetchJson(url)).rejects.toMatchObject({
      code: 'timeout',
    });
  });
});

describe('an expression of a source’s settings', () => {
  const find = (expression: string, value: Json) => ports.evaluate(expression, value);

  it('finds what lies in the event', async () => {
    expect(await find('data.object.id', { data: { object: { id: 'A-17' } } })).toBe('A-17');
    expect(await find("kind & '.' & action", { kind: 'order', action: 'paid' })).toBe('order.paid');
    expect(await find('nothing.there', { kind: 'order' })).toBeUndefined();
  });

  it('finds nothing in what has no members', async () => {
    expect(await find('id', ['a'])).toBeUndefined();
    expect(await find('id', 'a')).toBeUndefined();
  });

  it('ends when its budget does', async () => {
    await expect(
      (async () => find('($f := function($n) { $f($n + 1) }; $f(0))', { id: 'a' }))(),
    ).rejects.toMatchObject({
      failed: { code: 'expression_budget' },
    });
  });
});
