/**
 * Sealed values: JSON under AES-GCM, as `keyId.iv.ciphertext` (base64url). The place where a value is kept is part of
 * what is authenticated, so a sealed text that is moved to another row does not open there.
 */
import { Buffer } from 'node:buffer';
import type { Json } from '../domain/json.ts';

/** `SLUICE_KEYS`: `id:base64,…`, 32 bytes each. The first one seals, all of them open. */
export type SealingKeys = string | undefined;

/** Table and name of the row. */
export interface Place {
  readonly table: string;
  readonly name: string;
}

/** The installation has no fitting key, or the value is not what was sealed: nothing that the caller did wrong. */
export class SealError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'SealError';
  }
}

const REMEDY = 'It holds id:base64,… with 32 bytes each; `openssl rand -base64 32` makes them.';
const IV_BYTES = 12;

interface Key {
  readonly id: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const parseKey = (text: string): Key => {
  const parts = /^([A-Za-z0-9_-]{1,32}):([A-Za-z0-9+/_-]{43}=?)$/.exec(text.trim());
  if (parts?.[1] === undefined || parts[2] === undefined) {
    // The text is not shown: it may be a key with a slip in it.
    throw new SealError(`SLUICE_KEYS cannot be read. ${REMEDY}`);
  }
  return { id: parts[1], bytes: new Uint8Array(Buffer.from(parts[2], 'base64')) };
};

const parseKeys = (keys: SealingKeys): readonly [Key, ...Key[]] => {
  if (keys === undefined || keys.trim() === '') {
    throw new SealError(`SLUICE_KEYS is not set, so connections and secrets cannot be kept. ${REMEDY}`);
  }
  const [first, ...others] = keys.split(',').map(parseKey);
  if (first === undefined) throw new SealError(`SLUICE_KEYS cannot be read. ${REMEDY}`);
  return [first, ...others];
};

const cipherKey = (key: Key, usage: 'encrypt' | 'decrypt'): Promise<CryptoKey> =>
  crypto.subtle.importKey('raw', key.bytes, 'AES-GCM', false, [usage]);

const parameters = (iv: Uint8Array<ArrayBuffer>, { table, name }: Place) => ({
  name: 'AES-GCM',
  iv,
  additionalData: new TextEncoder().encode(`${table}/${name}`),
});

/** Throws {@link SealError} when the installation has no key. */
export const seal = async (keys: SealingKeys, place: Place, value: unknown): Promise<string> => {
  const [key] = parseKeys(keys);
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const plain = new TextEncoder().encode(JSON.stringify(value));
  const sealed = await crypto.subtle.encrypt(parameters(iv, place), await cipherKey(key, 'encrypt'), plain);
  return [key.id, Buffer.from(iv).toString('base64url'), Buffer.from(sealed).toString('base64url')].join('.');
};

/** Throws {@link SealError} when the key is gone, or the text was changed or belongs to another place. */
export const unseal = async (keys: SealingKeys, place: Place, sealed: string): Promise<Json> => {
  const [id, iv = '', text = ''] = sealed.split('.');
  const where = `"${place.name}" of ${place.table}`;
  const key = parseKeys(keys).find((known) => known.id === id);
  if (key === undefined) {
    throw new SealError(
      `${where} was sealed with key "${id}", which SLUICE_KEYS lacks: put the key back, or the value`,
    );
  }
  const cipher = await cipherKey(key, 'decrypt');
  const how = parameters(new Uint8Array(Buffer.from(iv, 'base64url')), place);
  try {
    const plain = await crypto.subtle.decrypt(how, cipher, new Uint8Array(Buffer.from(text, 'base64url')));
    const value: Json = JSON.parse(new TextDecoder().decode(plain));
    return value;
  } catch {
    throw new SealError(
      `${where} does not open with key "${id}": the key or the value was changed; put the value anew`,
    );
  }
};
