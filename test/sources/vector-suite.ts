/** The published signatures, checked in Node and in workerd alike: their WebCrypto is not the same. */
import { describe, expect, it } from 'vitest';
import { post } from './posting.ts';
import { VECTORS } from './vectors.ts';

/** What a signature may be instead, and what is wrong with it. */
const spoiled = (signature: string): readonly (readonly [string, string])[] => [
  ['a byte too short', signature.replace(/..(=*)$/, '$1')],
  ['a byte too long', `${signature}00`],
  ['nothing', ''],
  ['a version without a signature', 'v1,'],
  ['a name without a value', 'sha256='],
  ['a time alone', 't=1767607200'],
  ['far too long', 'a'.repeat(5_000)],
];

export const vectorSuite = (): void => {
  describe.each(VECTORS.map((vector) => [vector.title, vector] as const))('the vector of %s', (_, vector) => {
    const named = Object.entries(vector.headers ?? {}).find(([name]) => /signature/i.test(name));
    const [name, signature] = named ?? ['', ''];

    it('is genuine', async () => {
      const received = await post(vector);

      expect(received).toMatchObject(
        vector.readable ? { outcome: 'events' } : { outcome: 'refused', reason: 'malformed' },
      );
    });

    it('is not with another secret', async () => {
      const secrets = ['whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX', 'x'];

      expect(await post({ ...vector, secrets })).toMatchObject({ reason: 'bad_signature' });
    });

    it('is not with a blank behind the body', async () => {
      expect(await post({ ...vector, body: `${String(vector.body)} ` })).toMatchObject({
        reason: 'bad_signature',
      });
    });

    it.each(spoiled(signature))('is not with a signature that is %s', async (_what, other) => {
      const received = await post({ ...vector, headers: { ...vector.headers, [name]: other } });

      expect(received).toMatchObject({ outcome: 'refused', response: { status: 401 } });
    });
  });
};
