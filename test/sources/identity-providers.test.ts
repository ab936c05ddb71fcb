import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/domain/json.ts';
import { receive } from '../../src/sources/receive.ts';
import { eventsOf, NOW, post } from './posting.ts';
import { oktaBody, senderOf } from './senders.ts';
import { answering, makeKey, signed } from './transmitter.ts';

describe('Okta', () => {
  const challenge = { 'X-Okta-Verification-Challenge': 'synthetic <b>challenge</b>' };

  it('is told its challenge, without a secret and in nothing that a browser shows', async () => {
    expect(await post({ kind: 'okta', method: 'GET', headers: challenge })).toEqual({
      outcome: 'answered',
      response: {
        status: 200,
        headers: { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' },
        body: '{"verification":"synthetic <b>challenge</b>"}',
      },
    });
  });

  it('is told no challenge of unreasonable length, nor after a post', async () => {
    const long = { 'X-Okta-Verification-Challenge': 'x'.repeat(3_000) };

    expect(await post({ kind: 'okta', method: 'GET', headers: long })).toMatchObject({ reason: 'method' });
    expect(await post({ kind: 'okta', headers: challenge })).toMatchObject({ reason: 'no_signature' });
  });

  it('may send its secret in a header of any name, or as a bearer token', async () => {
    const sent = { kind: 'okta', body: oktaBody() };

    expect(
      await post({ ...sent, settings: { header: 'X-Api-Key' }, headers: { 'x-api-key': 's' } }),
    ).toMatchObject({ outcome: 'events' });
    expect(await post({ ...sent, headers: { Authorization: 'bearer s' } })).toMatchObject({
      outcome: 'events',
    });
    expect(await post({ ...sent, headers: { Authorization: 'Basic s' } })).toMatchObject({
      outcome: 'refused',
    });
  });

  it.each([
    [
      'the user',
      [
        { type: 'UserGroup', id: 'g1', alternateId: 'unknown' },
        { type: 'User', id: 'u1', alternateId: 'lee@x' },
      ],
      'lee@x',
    ],
    ['the user’s id', [{ type: 'User', id: 'u1', alternateId: null }], 'u1'],
    [
      'the first thing where there is no user',
      [{ type: 'UserGroup', id: 'g1', alternateId: 'unknown' }],
      'g1',
    ],
    ['the actor where nothing was done to anything', null, 'ada@x'],
  ])('tells of %s', async (_, target, subject) => {
    const event = {
      uuid: 'u',
      eventType: 'a',
      target,
      actor: { type: 'User', id: 'a1', alternateId: 'ada@x' },
    };
    const [found] = eventsOf(
      await post({ kind: 'okta', headers: { Authorization: 's' }, body: oktaBody(event) }),
    );

    expect(found?.subject).toBe(subject);
  });
});

describe('Auth0', () => {
  const log = (id: string): JsonObject => ({ log_id: id, data: { type: 's', user_id: 'auth0|1' } });
  const [a, b] = [JSON.stringify(log('1')), JSON.stringify(log('2'))];

  it.each([
    ['an array', `[${a}, ${b}]`],
    ['lines', `${a}\n${b}\n`],
  ])('may send its logs as %s', async (_, body) => {
    const found = eventsOf(await post({ kind: 'auth0', headers: { Authorization: 's' }, body }));

    expect(found.map(({ id, type, raw }) => [id, type, raw])).toEqual([
      ['1', 'log.s', a],
      ['2', 'log.s', b],
    ]);
  });

  it('may send one, over several lines', async () => {
    const body = JSON.stringify(log('1'), null, 2);
    const [found] = eventsOf(await post({ kind: 'auth0', headers: { Authorization: 's' }, body }));

    expect(found).toMatchObject({ id: '1', raw: body });
  });
});

describe('Keycloak with a token of the realm', () => {
  const realm = 'https://keycloak.example.com/realms/acme';
  const { body } = senderOf('keycloak');
  const sendWith = async (claims: object, sent = body) => {
    const key = await makeKey('realm');
    const ports = answering(() => JSON.parse(JSON.stringify({ keys: [key.jwk] })));
    const hash = createHash('sha256').update(body).digest('hex');
    const usual = { iss: realm, aud: 'sluice', jti: '1', exp: NOW / 1_000 + 300, request_body_sha256: hash };
    const token = await signed({ ...usual, ...claims }, key, { typ: 'JWT' });
    const settings = { auth: 'bearer', realm, audience: 'sluice', jwksUrl: `${realm}/keys/${Math.random()}` };
    return receive(
      { name: 'source', kind: 'keycloak', settings, secrets: [] },
      {
        method: 'POST',
        url: new URL('https://sluice.example.com/events/source'),
        headers: new Headers({ Authorization: `Bearer ${token}` }),
        body: new Uint8Array(Buffer.from(sent)),
        now: NOW,
      },
      ports,
    );
  };

  it('is accepted', async () => {
    expect(eventsOf(await sendWith({}))).toMatchObject([{ type: 'admin.USER-UPDATE' }]);
  });

  it.each([
    ['another body', {}, body.replace('false', 'true')],
    ['another audience', { aud: 'others' }, body],
    ['another realm', { iss: `${realm}2` }, body],
    ['an end that is over', { exp: NOW / 1_000 - 3_600 }, body],
    ['no hash', { request_body_sha256: undefined }, body],
  ])('is refused with %s', async (_, claims, sent) => {
    expect(await sendWith(claims, sent)).toMatchObject({ outcome: 'refused', response: { status: 401 } });
  });
});
