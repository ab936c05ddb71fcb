/** The key that a secret stands for, ready to verify with. */
import { fromBase64 } from './encoded-bytes.ts';
import type { SignatureAlgorithm, SignatureProof } from './proof.ts';

const ALGORITHMS = {
  'hmac-sha256': { name: 'HMAC', hash: 'SHA-256' },
  'hmac-sha1': { name: 'HMAC', hash: 'SHA-1' },
  'hmac-sha512': { name: 'HMAC', hash: 'SHA-512' },
  ed25519: { name: 'Ed25519' },
} as const satisfies Record<SignatureAlgorithm, { name: string; hash?: string }>;

type KeyForm = Pick<SignatureProof, 'algorithm' | 'key'>;

/** Undefined when the secret cannot be such a key: no base64, another prefix, nothing at all. */
const bytesOf = (secret: string, { key }: KeyForm): Uint8Array<ArrayBuffer> | undefined => {
  // `encode` makes its own buffer, which TypeScript does not know.
  if (key === 'text') return new TextEncoder().encode(secret) as Uint8Array<ArrayBuffer>;
  if (!secret.startsWith(key.base64After)) return undefined;
  const bytes = fromBase64(secret.slice(key.base64After.length).trim());
  return bytes?.byteLength === 0 ? undefined : bytes;
};

const importKey = async (secret: string, form: KeyForm): Promise<CryptoKey | undefined> => {
  const bytes = bytesOf(secret, form);
  // A public key of another length makes importKey throw; an HMAC takes any.
  if (bytes === undefined || (form.algorithm === 'ed25519' && bytes.byteLength !== 32)) return undefined;
  return crypto.subtle.importKey('raw', bytes, ALGORITHMS[form.algorithm], false, ['verify']);
};

/** Whether a secret can be such a key: what is pasted wrongly is found when it is saved. */
export const isKey = (secret: string, form: KeyForm): boolean => bytesOf(secret, form) !== undefined;

const MOST = 200;
const keys = new Map<string, Promise<CryptoKey | undefined>>();

/** Undefined when the secret is of another form, as with two schemes of which a sender uses one. */
export const signingKey = (secret: string, form: KeyForm): Promise<CryptoKey | undefined> => {
  const place = JSON.stringify([form.algorithm, form.key, secret]);
  let key = keys.get(place);
  if (key === undefined) {
    if (keys.size >= MOST) keys.clear();
    key = importKey(secret, form);
    keys.set(place, key);
  }
  return key;
};

export const verifySignature = (
  algorithm: SignatureAlgorithm,
  key: CryptoKey,
  { signature, message }: { signature: Uint8Array<ArrayBuffer>; message: Uint8Array<ArrayBuffer> },
): Promise<boolean> => crypto.subtle.verify(ALGORITHMS[algorithm].name, key, signature, message);
