import { createHash, createHmac } from 'node:crypto';
import * as fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Json } from '../../src/domain/json.ts';
import { JwksUrl, verifyJwt, type JwtRule } from '../../src/sources/jwt.ts';
import { bindsBody, proveJwt } from '../../src/sources/jwt-proof.ts';
import type { SourcePorts } from '../../src/sources/kind.ts';
import { bytes } from './receiving.ts';
import { answering, makeKey, signed, type SigningKey } from './transmitter.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const SECONDS = NOW / 1_000;
const CLAIMS = { iss: 'https://idp.example.com', aud: 'sluice', iat: SECONDS };

let first: SigningKey;
let second: SigningKey;
beforeAll(async () => {
  [first, second] = await Promise.all([makeKey('k1'), makeKey('k2')]);
});
afterEach(() => vi.useRealTimers());

const published = (...keys: SigningKey[]): Json => ({ keys: keys.map(({ jwk }) => jwk) }) as unknown as Json;

let addresses = 0;
/** An address that no other test has asked. */
const ruleFor = (more: Partial<JwtRule> = {}): JwtRule => ({
  jwksUrl: `https://idp.example.com/keys/${(addresses += 1)}`,
  issuers: ['https://idp.example.com'],
  audiences: ['sluice'],
  ...more,
});
const verify = (token: string, rule: JwtRule, ports: SourcePorts, now = NOW) =>
  verifyJwt(token, rule, { ports, now });

const base64url = (text: string): string => Buffer.from(text).toString('base64url');
const token = (header: object, claims: object, signature = ''): string =>
  `${base64url(JSON.stringify(header))}.${base64url(JSON.stringify(claims))}.${signature}`;

describe('a token of a sender', () => {
  it('gives its claims when a published key signed it', async () => {
    const sent = await signed(CLAIMS, first);

    expect(
      await verify(
        sent,
        ruleFor(),
        answering(() => published(second, first)),
      ),
    ).toEqual({
      ok: true,
      claims: CLAIMS,
    });
  });

  it.each(['ES256', 'PS256', 'Ed25519'])('may be signed with %s', async (alg) => {
    const key = await makeKey('k3', alg);
    const sent = await signed(CLAIMS, key, { alg });

    expect(
      await verify(
        sent,
        ruleFor(),
        answering(() => published(first, key)),
      ),
    ).toMatchObject({ ok: true });
  });

  it.each([
    ['another issuer', { ...CLAIMS, iss: 'https://evil.example.com' }, 'wrong_issuer'],
    ['another audience', { ...CLAIMS, aud: ['others'] }, 'wrong_audience'],
    ['no issuer', { aud: 'sluice' }, 'malformed'],
    ['an end that has passed', { ...CLAIMS, exp: SECONDS - 61 }, 'too_old'],
    ['a beginning in the future', { ...CLAIMS, nbf: SECONDS + 61 }, 'malformed'],
  ])('is refused with %s', async (_, claims, reason) => {
    const sent = await signed(claims, first);

    expect(
      await verify(
        sent,
        ruleFor(),
        answering(() => published(first)),
      ),
    ).toMatchObject({ reason });
  });

  it('may be a minute off, as clocks are', async () => {
    const sent = await signed({ ...CLAIMS, exp: SECONDS - 59, nbf: SECONDS + 59 }, first);

    expect(
      await verify(
        sent,
        ruleFor(),
        answering(() => published(first)),
      ),
    ).toMatchObject({ ok: true });
  });

  it('is refused when one byte of its claims was changed', async () => {
    const [header, , signature] = (await signed(CLAIMS, first)).split('.');
    const changed = base64url(JSON.stringify({ ...CLAIMS, aud: 'sluicE' }));

    const verified = await verify(
      `${header}.${changed}.${signature}`,
      ruleFor(),
      answering(() => published(first)),
    );

    expect(verified).toMatchObject({ reason: 'bad_signature' });
  });

  it('is refused when another key signed it under the name of a published one', async () => {
    const sent = await signed(CLAIMS, { ...second, kid: 'k1' });

    expect(
      await verify(
        sent,
        ruleFor(),
        answering(() => published(first)),
      ),
    ).toMatchObject({
      reason: 'bad_signature',
    });
  });

  it('without a signature (alg none) is refused before any key is fetched', async () => {
    const ports = answering(() => published(first));

    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(await verify(token({ alg }, CLAIMS), ruleFor(), ports)).toMatchObject({
        reason: 'bad_signature',
      });
    }
    expect(ports.count()).toBe(0);
  });

  it('signed with the public key as a shared secret is refused', async () => {
    const unsigned = token({ alg: 'HS256', kid: 'k1' }, CLAIMS).replace(/\.$/, '');
    const mac = createHmac('sha256', JSON.stringify(first.jwk)).update(unsigned).digest('base64url');
    const oct = { kty: 'oct', kid: 'k1', k: base64url(JSON.stringify(first.jwk)) };
    const ports = answering(() => ({ keys: [oct] }));

    expect(await verify(`${unsigned}.${mac}`, ruleFor(), ports)).toMatchObject({ reason: 'bad_signature' });
  });

  it('cannot bring its own key or say where one is', async () => {
    const ports = answering(() => published(first));
    const asked: string[] = [];
    const fetchJson = (url: string): Promise<Json> => {
      asked.push(url);
      return ports.fetchJson(url);
    };
    const rule = ruleFor();
    const header = { alg: 'RS256', kid: 'mine', jwk: second.jwk, jku: 'https://evil.example.com/keys' };
    const sent = await signed(CLAIMS, second);
    const forged = `${base64url(JSON.stringify(header))}.${sent.split('.').slice(1).join('.')}`;

    expect(await verify(forged, rule, { ...ports, fetchJson })).toMatchObject({ reason: 'bad_signature' });
    expect(new Set(asked)).toEqual(new Set([rule.jwksUrl]));
  });

  it('that is no token never throws', async () => {
    const ports = answering(() => published(first));
    const rule = ruleFor();
    const header = base64url('{"alg":"RS256","kid":"k1"}');
    const odd = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }).map((claims) => `${header}.${base64url(claims)}.AAAA`),
      fc.json().map((json) => `${base64url(json)}.e30.AAAA`),
    );

    await fc.assert(fc.asyncProperty(odd, async (text) => !(await verify(text, rule, ports)).ok));
  });
});

describe('the keys of a sender', () => {
  it('are fetched once for many tokens, also for those that come together', async () => {
    const ports = answering(() => published(first));
    const rule = ruleFor();
    const sent = await signed(CLAIMS, first);

    await Promise.all(Array.from({ length: 20 }, () => verify(sent, rule, ports)));
    await verify(sent, rule, ports, NOW + 9 * 60_000);

    expect(ports.count()).toBe(1);
  });

  it('are fetched again when a token names one that is new', async () => {
    const ports = answering(
      () => published(first),
      () => published(first, second),
    );
    const rule = ruleFor();
    await verify(await signed(CLAIMS, first), rule, ports);

    expect(await verify(await signed(CLAIMS, second), rule, ports)).toMatchObject({ ok: true });
    expect(ports.count()).toBe(2);
  });

  it('are fetched again when a token names none and no known key fits', async () => {
    const [old, fresh] = await Promise.all([makeKey(undefined), makeKey(undefined)]);
    const ports = answering(
      () => published(old),
      () => published(fresh),
    );
    const rule = ruleFor();
    await verify(await signed(CLAIMS, old), rule, ports);

    expect(await verify(await signed(CLAIMS, fresh), rule, ports)).toMatchObject({ ok: true });
  });

  it('are all tried when a token names none', async () => {
    const keys = await Promise.all([makeKey(undefined), makeKey(undefined), makeKey(undefined)]);
    const ports = answering(() => published(...keys));
    const rule = ruleFor();

    for (const key of keys) {
      expect(await verify(await signed(CLAIMS, key), rule, ports)).toMatchObject({ ok: true });
    }
    expect(await verify(await signed(CLAIMS, { ...first, kid: undefined }), rule, ports)).toMatchObject({
      reason: 'bad_signature',
    });
  });

  it('are not fetched at the pleasure of those who post: a flood of unknown keys costs a few fetches', async () => {
    const ports = answering(() => published(first));
    const rule = ruleFor();
    const flood = await Promise.all(
      Array.from({ length: 40 }, (_, at) => signed(CLAIMS, { ...second, kid: `made-up-${at}` })),
    );

    const reasons: string[] = [];
    for (const sent of flood) {
      const verified = await verify(sent, rule, ports);
      if (!verified.ok) reasons.push(verified.reason);
    }

    expect(ports.count()).toBe(5);
    expect(reasons.slice(0, 4)).toEqual(Array(4).fill('bad_signature'));
    expect(new Set(reasons.slice(4))).toEqual(new Set(['keys_unavailable']));
    expect(await verify(await signed(CLAIMS, first), rule, ports)).toMatchObject({ ok: true });
  });

  it('that are new are found ten seconds after such a flood', async () => {
    const ports = answering(
      () => published(first),
      ...Array.from({ length: 4 }, () => () => published(first)),
      () => published(first, second),
    );
    const rule = ruleFor();
    const unknown = await signed(CLAIMS, { ...second, kid: 'made-up' });
    for (let at = 0; at < 20; at++) await verify(unknown, rule, ports);
    const genuine = await signed(CLAIMS, second);

    expect(await verify(genuine, rule, ports, NOW + 9_000)).toMatchObject({ reason: 'keys_unavailable' });
    expect(await verify(genuine, rule, ports, NOW + 10_000)).toMatchObject({ ok: true });
  });

  it('that do not come in two seconds make the sender come again', async () => {
    vi.useFakeTimers();
    const ports = answering(() => new Promise<Json>(() => undefined));
    const sent = await signed(CLAIMS, first);

    const verifying = verify(sent, ruleFor(), ports);
    await vi.advanceTimersByTimeAsync(2_000);

    expect(await verifying).toMatchObject({ reason: 'keys_unavailable' });
  });

  it('serve an hour while their server is silent, and no longer', async () => {
    const ports = answering(
      () => published(first),
      () => Promise.reject(new Error('connection refused')),
    );
    const rule = ruleFor();
    const sent = await signed(CLAIMS, first);
    await verify(sent, rule, ports);

    expect(await verify(sent, rule, ports, NOW + 59 * 60_000)).toMatchObject({ ok: true });
    expect(await verify(sent, rule, ports, NOW + 60 * 60_000)).toMatchObject({ reason: 'keys_unavailable' });
  });

  it.each([
    [
      'too many keys',
      () => ({ keys: Array.from({ length: 10_000 }, (_, at) => ({ kty: 'RSA', kid: `k${at}` })) }),
    ],
    ['no list', () => ({ keys: 'none' })],
    ['no object', () => 'not found'],
    ['null', () => null],
  ])('are not to be had from %s', async (_, answer) => {
    const sent = await signed(CLAIMS, first);

    expect(await verify(sent, ruleFor(), answering(answer))).toMatchObject({ reason: 'keys_unavailable' });
  });

  it('that cannot be used verify nothing', async () => {
    const broken = { kty: 'RSA', kid: 'k1', n: 'AAAA', e: 'AQAB' };
    const sent = await signed(CLAIMS, first);

    expect(
      await verify(
        sent,
        ruleFor(),
        answering(() => ({ keys: [broken, 7] })),
      ),
    ).toMatchObject({
      reason: 'keys_unavailable',
    });
    expect(
      await verify(
        sent,
        ruleFor(),
        answering(() => ({ keys: [broken] })),
      ),
    ).toMatchObject({
      reason: 'bad_signature',
    });
  });

  it.each([
    ['https://idp.example.com/keys', true],
    ['http://127.0.0.1:8080/keys', true],
    ['http://localhost/keys', true],
    ['http://idp.example.com/keys', false],
    ['http://localhost.example.com/keys', false],
    ['https://me:secret@idp.example.com/keys', false],
    ['file:///etc/passwd', false],
    ['keys', false],
  ])('may lie at %s: %s', (url, isTaken) => {
    expect(JwksUrl.safeParse(url).success).toBe(isTaken);
  });
});

describe('a token that vouches for a post', () => {
  const body = bytes('{"id":"e1"}');
  const digest = createHash('sha256').update(body);
  const [hex, base64] = [digest.copy().digest('hex'), digest.copy().digest('base64')];
  const proof = { scheme: 'jwt', header: 'Authorization', bodyHashClaim: 'request_body_sha256' } as const;

  const prove = async (headers: Record<string, string>, sent: Uint8Array<ArrayBuffer> = body) => {
    const arrival = {
      source: { name: 'keycloak', kind: 'keycloak', settings: {}, secrets: [] },
      post: {
        method: 'POST',
        url: new URL('https://sluice.example.com'),
        headers: new Headers(headers),
        body: sent,
        now: NOW,
      },
      ports: answering(() => published(first)),
    };
    const { jwksUrl } = ruleFor();
    return proveJwt({ ...proof, jwksUrl, issuer: CLAIMS.iss, audience: CLAIMS.aud }, arrival);
  };

  it.each([
    hex,
    hex.toUpperCase(),
    base64,
    base64.replaceAll('+', '-').replaceAll('/', '_').replace('=', ''),
  ])('binds the body by its hash, %s', async (hash) => {
    expect(await bindsBody({ request_body_sha256: hash }, 'request_body_sha256', body)).toBe(true);
  });

  it.each([
    [{}],
    [{ request_body_sha256: '' }],
    [{ request_body_sha256: null }],
    [{ request_body_sha256: hex.slice(1) }],
  ])('does not bind it by %j', async (claims) => {
    expect(await bindsBody(claims, 'request_body_sha256', body)).toBe(false);
  });

  it('suffices with the word Bearer and without', async () => {
    const sent = await signed({ ...CLAIMS, request_body_sha256: hex }, first, { typ: 'JWT' });

    expect(await prove({ authorization: `Bearer ${sent}` })).toMatchObject({ ok: true });
    expect(await prove({ authorization: sent })).toMatchObject({ ok: true });
  });

  it('does not vouch for another body', async () => {
    const sent = await signed({ ...CLAIMS, request_body_sha256: hex }, first);

    const proven = await prove({ authorization: sent }, bytes('{"id":"e2"}'));

    expect(proven).toMatchObject({ ok: false, reason: 'bad_signature' });
  });

  it('is missed when it is not there', async () => {
    expect(await prove({})).toMatchObject({ reason: 'no_signature' });
  });
});
