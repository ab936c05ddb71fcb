/** How a sender proves that it is the sender: schemes as data, each verified by one engine. */
import type { JsonObject } from '../domain/json.ts';
import type { Arrival, RefusalReason } from './kind.ts';

/** Everybody is let in: only where somebody asked for it. */
export interface NoProof {
  readonly scheme: 'none';
}

/** A secret in a header: `Authorization` may have `Bearer ` before it. */
export interface HeaderProof {
  readonly scheme: 'header';
  readonly header: string;
}

/** RFC 7617; the secret is the password. */
export interface BasicProof {
  readonly scheme: 'basic';
  readonly username: string;
}

export type SignatureAlgorithm = 'hmac-sha256' | 'hmac-sha1' | 'hmac-sha512' | 'ed25519';

/** A signature over a template. */
export interface SignatureProof {
  readonly scheme: 'signature';
  readonly algorithm: SignatureAlgorithm;
  /** how the secret becomes a key: its UTF-8 bytes, or base64 after a prefix that it must have */
  readonly key: 'text' | { readonly base64After: string };
  /** with `{body}`, `{timestamp}` and `{id}` */
  readonly signed: string;
  readonly header: string;
  /**
   * `values`: signatures with blanks between, each with the prefix; those of other versions are passed over.
   * `pairs`: `name=value` with commas between; the prefix is the name of the signature.
   */
  readonly layout: 'values' | 'pairs';
  readonly prefix: string;
  readonly encoding: 'hex' | 'base64';
  /** when it was signed: in a header, or in a pair of the signature's own */
  readonly time?: {
    readonly in: { readonly header: string } | { readonly pair: string };
    readonly unit: 's' | 'ms';
    readonly toleranceMs: number;
  };
  readonly idHeader?: string;
}

/** A JSON Web Token (RFC 7519) signed by a key of a key set that the settings name. */
export interface JwtProof {
  readonly scheme: 'jwt';
  /** where it stands; `Bearer ` may be before it */
  readonly header: string;
  readonly jwksUrl: string;
  readonly issuer?: string;
  readonly audience?: string;
  /** the claim that holds the SHA-256 of the body in hex */
  readonly bodyHashClaim?: string;
}

export type Proof = NoProof | HeaderProof | BasicProof | SignatureProof | JwtProof;

/** What a signature covers besides the body; `time` in ms since the epoch. */
export interface Signed {
  readonly id?: string;
  readonly time?: number;
}

export type Proven =
  | { readonly ok: true; readonly claims?: JsonObject; readonly signed?: Signed }
  | { readonly ok: false; readonly reason: RefusalReason; readonly message: string };

/** Looks at headers and raw bytes only. */
export type Prove<P extends Proof> = (proof: P, arrival: Arrival) => Promise<Proven>;

export const unproven = (reason: RefusalReason, message: string): Proven => ({ ok: false, reason, message });
