/** What `SLUICE_LINK_KEY` vouches for: links that are their own login, and ids of runs with an object of their own. */
import type { Bindings } from './bindings.ts';

/** Keeps a signature made for one thing from passing for another. */
export type Purpose = 'results' | 'own-lane' | 'csrf' | 'sign-in';

const keys = new Map<string, Promise<CryptoKey>>();

const keyOf = (secret: string): Promise<CryptoKey> => {
  let key = keys.get(secret);
  if (key === undefined) {
    key = crypto.subtle.importKey(
      'raw',
      new TextEncoder().encode(secret),
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign'],
    );
    keys.set(secret, key);
  }
  return key;
};

/** Whether this installation can sign at all: an empty secret is none. */
export const canSign = (env: Bindings): boolean => (env.SLUICE_LINK_KEY ?? '') !== '';

/** HMAC-SHA-256 of a text for a purpose. Throws when the installation has no key: ask `canSign` first. */
export const sign = async (env: Bindings, purpose: Purpose, text: string): Promise<Uint8Array> => {
  if (env.SLUICE_LINK_KEY === undefined || env.SLUICE_LINK_KEY === '') {
    throw new Error(
      'SLUICE_LINK_KEY is not set: `npm start` makes one, or `wrangler secret put SLUICE_LINK_KEY`.',
    );
  }
  const message = new TextEncoder().encode(`${purpose}:${text}`);
  return new Uint8Array(await crypto.subtle.sign('HMAC', await keyOf(env.SLUICE_LINK_KEY), message));
};

/** Compares in constant time; texts of other lengths are unequal. */
export const sameText = (given: string, expected: string): boolean => {
  const left = new TextEncoder().encode(given);
  const right = new TextEncoder().encode(expected);
  if (left.byteLength !== right.byteLength) return false;
  let difference = 0;
  for (let at = 0; at < left.byteLength; at++) difference |= (left[at] ?? 0) ^ (right[at] ?? 0);
  return difference === 0;
};
