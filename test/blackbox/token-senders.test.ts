/** Senders that prove themselves by tokens, posting to a running Sluice: a transmitter with its keys, and the CloudEvents SDK. */
import type { ServerResponse } from 'node:http';
import { CloudEvent, emitterFor, httpTransport, Mode } from 'cloudevents';
import * as z from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCallee } from '../connectors/callee.ts';
import {
  makeKey,
  signed,
  type SigningKey,
  startTransmitter,
  type Transmitter,
} from '../sources/transmitter.ts';
import { endAll, scratch, start, until, type Installation, type Scratch } from './installation.ts';

const REVOKED = 'https://schemas.openid.net/secevent/caep/event-type/session-revoked';
const Source = z.object({ address: z.string(), secret: z.string().nullable() });
const Events = z.object({ items: z.array(z.looseObject({ id: z.string(), type: z.string() })) });

let place: Scratch;
let local: Installation;
let transmitter: Transmitter;
let key: SigningKey;
beforeAll(async () => {
  key = await makeKey('k1');
  transmitter = await startTransmitter(key);
  place = scratch();
  local = await start(place);
}, 120_000);
afterAll(async () => {
  endAll();
  place.remove();
  await transmitter.close();
});

const call = async (path: string, init: RequestInit = {}): Promise<unknown> => {
  const headers = { Authorization: `Bearer ${local.token}`, 'Content-Type': 'application/json' };
  const answer = await fetch(`${local.url}/api/v1${path}`, { ...init, headers });
  const body: unknown = await answer.json();
  if (!answer.ok) throw new Error(JSON.stringify(body));
  return body;
};
const addSource = async (name: string, kind: string, settings: object): Promise<z.output<typeof Source>> =>
  Source.parse(await call(`/sources/${name}`, { method: 'PUT', body: JSON.stringify({ kind, settings }) }));
const eventsOf = async (source: string): Promise<z.output<typeof Events>['items']> =>
  Events.parse(await call(`/events?source=${source}&limit=200`)).items;

const claims = (jti: string) => ({
  iss: 'https://idp.acme.example',
  aud: 'https://events.acme.example/t/1',
  iat: 1_770_110_000,
  jti,
  sub_id: { format: 'email', email: 'lee@acme.example' },
  events: { [REVOKED]: { initiating_entity: 'admin' } },
});

describe('a transmitter of security events', { timeout: 60_000 }, () => {
  let address: string;
  const push = (token: string, to = address): Promise<Response> =>
    fetch(to, { method: 'POST', headers: { 'Content-Type': 'application/secevent+jwt' }, body: token });

  it('pushes many tokens at once to a Sluice that has not seen its keys: each is an event, the keys are fetched once', async () => {
    const { iss: issuer, aud: audience } = claims('');
    ({ address } = await addSource('okta-signals', 'ssf', {
      issuer,
      audience,
      jwksUrl: transmitter.jwksUrl,
    }));
    const tokens = await Promise.all(Array.from({ length: 20 }, (_, at) => signed(claims(`set-${at}`), key)));

    const answers = await Promise.all(tokens.map((token) => push(token)));

    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(202));
    expect(transmitter.fetches()).toBe(1);
    const events = await until('the events', async () => {
      const found = await eventsOf('okta-signals');
      return found.length >= 20 ? found : undefined;
    });
    expect(new Set(events.map(({ type }) => type))).toEqual(new Set([REVOKED]));
  });

  it('pushes a token again: the answer is the same, and no event more', async () => {
    const answer = await push(await signed(claims('set-0'), key));

    expect(answer.status).toBe(202);
    expect(await eventsOf('okta-signals')).toHaveLength(20);
  });

  it('changes its key, and is understood at once', async () => {
    const next = await makeKey('k2');
    transmitter.keys = [key, next];

    expect((await push(await signed(claims('set-rotated'), next))).status).toBe(202);
  });

  it.each([
    ['hangs', () => undefined],
    ['is huge', (answer: ServerResponse) => void answer.end(`{"keys":["${'x'.repeat(1_000_000)}"]}`)],
  ])('is told to come again when its key set %s', async (fault, answer) => {
    const keys = await startCallee((_, response) => answer(response));
    const { iss: issuer, aud: audience } = claims('');
    const name = fault.replace(' ', '-');
    const source = await addSource(name, 'ssf', { issuer, audience, jwksUrl: keys.url });

    const told = await push(await signed(claims('set-1'), key), source.address);

    expect(told.status).toBe(503);
    expect(Number(told.headers.get('Retry-After'))).toBeGreaterThan(0);
    await keys.close();
  });

  it('learns from the answer what is wrong with a token', async () => {
    const answer = await push(await signed({ ...claims('set-wrong'), aud: 'others' }, key));

    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ err: 'invalid_audience' });
  });
});

describe('the CloudEvents SDK', { timeout: 60_000 }, () => {
  // Node writes headers as Latin-1: so the bytes on the wire are UTF-8.
  const utf8 = Buffer.from('Jörg "q" 100%').toString('latin1');

  it.each([
    [Mode.BINARY, utf8],
    [Mode.STRUCTURED, 'Jörg "q" 100%'],
  ])('emits to a source with its secret, in %s mode', async (mode, subject) => {
    const { address, secret } = await addSource(`hr-${mode}`, 'cloudevents', {});
    const emit = emitterFor(httpTransport(address), { mode });

    const event = new CloudEvent({
      source: 'urn:acme:hr',
      type: 'worker.terminated',
      subject,
      data: { id: 42 },
    });
    await emit(event, { headers: { authorization: `Bearer ${secret}` } });

    const [kept] = await until('the event', async () => {
      const found = await eventsOf(`hr-${mode}`);
      return found.length === 1 ? found : undefined;
    });
    expect(kept).toMatchObject({ type: 'worker.terminated', subject: 'Jörg "q" 100%' });
  });

  it('is let in by the handshake before', async () => {
    const answer = await fetch(`${local.url}/events/hr-${Mode.BINARY}`, {
      method: 'OPTIONS',
      headers: { 'WebHook-Request-Origin': 'eventgrid.azure.net' },
    });

    expect(answer.headers.get('WebHook-Allowed-Origin')).toBe('eventgrid.azure.net');
  });
});
