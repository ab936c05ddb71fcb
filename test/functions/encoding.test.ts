import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { runCard } from './run-card.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 200 });
const encoding = fc.constantFrom('hex' as const, 'base64' as const, 'base64url' as const);
const algorithm = fc.constantFrom('SHA-1', 'SHA-256', 'SHA-384', 'SHA-512');
const openssl = (name: string): string => name.replace('-', '').toLowerCase();

describe('base64', () => {
  it('encodes as Buffer does, and decodes what it encoded', () =>
    fc.assert(
      fc.asyncProperty(text, fc.boolean(), async (given, urlSafe) => {
        const base64 = Buffer.from(given).toString(urlSafe ? 'base64url' : 'base64');

        expect(await runCard('base64.encode', { text: given, urlSafe })).toEqual({ base64 });
        expect(await runCard('base64.decode', { base64 })).toEqual({ text: given });
      }),
    ));

  it('encodes texts longer than one call takes arguments', async () => {
    const given = 'ü'.repeat(100_000);

    const base64 = Buffer.from(given).toString('base64');

    expect(await runCard('base64.encode', { text: given })).toEqual({ base64 });
  });
});

describe('crypto', () => {
  it('hashes as OpenSSL does', () =>
    fc.assert(
      fc.asyncProperty(text, algorithm, encoding, async (given, name, how) => {
        const hash = createHash(openssl(name)).update(given).digest(how);

        expect(await runCard('crypto.hash', { text: given, algorithm: name, encoding: how })).toEqual({
          hash,
        });
      }),
    ));

  it('signs as OpenSSL does, whatever the key is written in', () =>
    fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        text,
        fc.constantFrom('hex' as const, 'base64' as const),
        async (bytes, given, keyEncoding) => {
          const key = Buffer.from(bytes).toString(keyEncoding);
          const signature = createHmac('sha256', bytes).update(given).digest('hex');

          expect(await runCard('crypto.hmac', { text: given, key, keyEncoding })).toEqual({ signature });
        },
      ),
    ));
});

describe('url', () => {
  it('decodes the query that it encoded', () =>
    fc.assert(
      fc.asyncProperty(fc.dictionary(text, text), async (given) => {
        // Objects made from outside never take a prototype: that name is left out.
        const { ['__proto__']: _prototype, ...parameters } = given;
        const encoded = await runCard('url.encodeQuery', { parameters });

        expect(await runCard('url.decodeQuery', encoded)).toEqual({ parameters });
      }),
    ));
});

describe('jwt', () => {
  const Signed = z.object({ token: z.string() });
  const pem = { publicKeyEncoding: { type: 'spki', format: 'pem' } } as const;
  const privatePem = { privateKeyEncoding: { type: 'pkcs8', format: 'pem' } } as const;
  const pairs = {
    RS256: generateKeyPairSync('rsa', { modulusLength: 2048, ...pem, ...privatePem }),
    PS256: generateKeyPairSync('rsa', { modulusLength: 2048, ...pem, ...privatePem }),
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256', ...pem, ...privatePem }),
    EdDSA: generateKeyPairSync('ed25519', { ...pem, ...privatePem }),
  };

  it.each(Object.entries(pairs))(
    '%s: verifies what it signed, and nothing that was changed',
    async (name, pair) => {
      const payload = { sub: 'ana', aud: 'sluice' };
      const signed = await runCard('jwt.sign', { payload, key: pair.privateKey, algorithm: name });
      const { token } = Signed.parse(signed);
      const [header, , signature] = token.split('.');
      const forged = [header, Buffer.from('{"sub":"eve"}').toString('base64url'), signature].join('.');
      const asked = { key: pair.publicKey, algorithm: name };

      expect(await runCard('jwt.verify', { token, ...asked, audience: 'sluice' })).toMatchObject({ payload });
      await expect(runCard('jwt.verify', { token: forged, ...asked })).rejects.toHaveProperty(
        'code',
        'invalid_token',
      );
      await expect(runCard('jwt.verify', { token, ...asked, audience: 'else' })).rejects.toHaveProperty(
        'code',
        'invalid_token',
      );
    },
  );

  it('does not take a public key for the secret of an HMAC', async () => {
    const key = pairs.RS256.publicKey;
    const confused = await runCard('jwt.sign', { payload: {}, key, algorithm: 'HS256' });
    const { token } = Signed.parse(confused);

    const verified = runCard('jwt.verify', { token, key, algorithm: 'RS256' });

    await expect(verified).rejects.toHaveProperty('code', 'invalid_token');
  });
});
