/**
 * A token's text: `slu_<handle>_<secret>`, eight characters to find it by and 43 of chance. The store keeps its SHA-256;
 * the text is shown once.
 */
import { mintId } from '../domain/ids.ts';
import type { RandomBytes } from '../domain/ids.ts';
import { sha256 } from '../storage/digest.ts';

const HANDLE_LENGTH = 8;
const TOKEN = /^slu_([0-9a-z]{8})_[A-Za-z0-9_-]{43}$/;

export interface Minted {
  readonly id: string;
  readonly text: string;
  readonly hash: string;
}

const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

/** The handle is the end of the id, so that either leads to the token's row. */
export const handleOfId = (id: string): string => id.slice(-HANDLE_LENGTH);

/** Undefined when the text is no token of ours. */
export const handleOf = (text: string): string | undefined => TOKEN.exec(text)?.[1];

export const mintToken = async (now: number, randomBytes: RandomBytes): Promise<Minted> => {
  const id = mintId('tok', now, randomBytes);
  const text = `slu_${handleOfId(id)}_${base64url(randomBytes(32))}`;
  return { id, text, hash: await sha256(text) };
};

/** Compares two hashes; the time it takes does not depend on where they differ. */
export const sameHash = (left: string, right: string): boolean => {
  let difference = left.length ^ right.length;
  for (let at = 0; at < left.length; at++) {
    difference |= left.charCodeAt(at) ^ right.charCodeAt(at % Math.max(1, right.length));
  }
  return difference === 0;
};
