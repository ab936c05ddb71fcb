/**
 * JSON Web Tokens (RFC 7519) of senders, verified with the keys that the source is configured with and no others:
 * nothing in a token says where its key is. Symmetric algorithms and `none` are refused, as a key set is public.
 */
import {
  decodeProtectedHeader,
  errors,
  type JWTVerifyOptions,
  jwtVerify,
  type ProtectedHeaderParameters,
} from 'jose';
import * as z from 'zod';
import type { JsonObject } from '../domain/json.ts';
import { keysAt, type KeySet, newerKeys } from './jwks.ts';
import type { RefusalReason, SourcePorts } from './kind.ts';

export const JWT_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
] as const;

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

const isKeyAddress = (text: string): boolean => {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.test(url.hostname));
};

/** Where a sender publishes its keys: https, as whoever answers there decides what is genuine. */
export const JwksUrl = z
  .string()
  .refine(isKeyAddress, 'Write the https:// address of a JSON Web Key Set, like https://idp.example.com/keys')
  .describe('Address of the keys that the sender signs with, its jwks_uri');

export const OneOrMore = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

export const listOf = (given: string | readonly string[]): readonly string[] =>
  typeof given === 'string' ? [given] : given;

/** What a token must be to count. What is left out is not checked. */
export interface JwtRule {
  readonly jwksUrl: string;
  /** one of them */
  readonly issuers?: readonly string[];
  /** at least one of them */
  readonly audiences?: readonly string[];
  readonly algorithms?: readonly string[];
  /** of the header, with or without `application/` */
  readonly typ?: string;
  readonly requiredClaims?: readonly string[];
}

type RefusedJwt = { readonly ok: false; readonly reason: RefusalReason; readonly message: string };
export type VerifiedJwt = { readonly ok: true; readonly claims: JsonObject } | RefusedJwt;

/** Clocks of senders may differ from ours by so much. */
const TOLERANCE_S = 60;

const headerOf = (token: string): ProtectedHeaderParameters | undefined => {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
};

/** Tries every key that fits where the token does not say which: throws what jose throws. */
const verifyWith = async (token: string, keys: KeySet, options: JWTVerifyOptions): Promise<JsonObject> => {
  try {
    const { payload } = await jwtVerify(token, keys.find, options);
    // jose parsed the claims from JSON text.
    return payload as JsonObject;
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    for await (const key of error) {
      try {
        return (await jwtVerify(token, key, options)).payload as JsonObject;
      } catch (inner) {
        if (!(inner instanceof errors.JWSSignatureVerificationFailed)) throw inner;
      }
    }
    throw new errors.JWKSNoMatchingKey('none of the keys that fit made the signature');
  }
};

const caught = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

/** Of a token that names no key, a wrong signature may as well mean a key that we have not seen yet. */
const isUnknownKey = (error: Error, header: ProtectedHeaderParameters | undefined): boolean =>
  error instanceof errors.JWKSNoMatchingKey ||
  (error instanceof errors.JWSSignatureVerificationFailed && header?.kid === undefined);

const reasonOf = (error: errors.JOSEError): RefusalReason => {
  if (error instanceof errors.JWTExpired) return 'too_old';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.reason === 'missing') return 'malformed';
    if (error.claim === 'iss') return 'wrong_issuer';
    return error.claim === 'aud' ? 'wrong_audience' : 'malformed';
  }
  const isUnreadable = error instanceof errors.JWSInvalid || error instanceof errors.JWTInvalid;
  return isUnreadable || error instanceof errors.JOSENotSupported ? 'malformed' : 'bad_signature';
};

const refused = (reason: RefusalReason, message: string): RefusedJwt => ({ ok: false, reason, message });

/** jose throws its own errors about tokens, and what WebCrypto throws about keys that cannot be used. */
const refusedFor = (error: Error): RefusedJwt => {
  const reason = error instanceof errors.JOSEError ? reasonOf(error) : 'bad_signature';
  return refused(reason, `The token is not accepted: ${error.message}`);
};

const optionsOf = (rule: JwtRule, now: number): JWTVerifyOptions => ({
  algorithms: [...(rule.algorithms ?? JWT_ALGORITHMS)],
  currentDate: new Date(now),
  clockTolerance: TOLERANCE_S,
  ...(rule.issuers === undefined ? {} : { issuer: [...rule.issuers] }),
  ...(rule.audiences === undefined ? {} : { audience: [...rule.audiences] }),
  ...(rule.typ === undefined ? {} : { typ: rule.typ }),
  ...(rule.requiredClaims === undefined ? {} : { requiredClaims: [...rule.requiredClaims] }),
});

/** The refusal of a token for what it says itself, before any key is looked for. */
const unreadable = (
  header: ProtectedHeaderParameters | undefined,
  algorithms: readonly string[],
): RefusedJwt | undefined => {
  if (header === undefined) return refused('malformed', 'The text is no token: its header is not readable');
  if (algorithms.includes(header.alg ?? '')) return undefined;
  return refused('bad_signature', `The token is signed with "${header.alg}", which is not accepted`);
};

/**
 * The claims of a token that the rule admits. `keys_unavailable` says nothing about the token: the sender shall come
 * again, be it that the key server is silent, be it that it was asked often enough about keys nobody knows.
 */
export const verifyJwt = async (
  token: string,
  rule: JwtRule,
  { ports, now }: { readonly ports: SourcePorts; readonly now: number },
): Promise<VerifiedJwt> => {
  const header = headerOf(token);
  const wrong = unreadable(header, rule.algorithms ?? JWT_ALGORITHMS);
  if (wrong !== undefined) return wrong;
  const unavailable = (trouble: string): RefusedJwt =>
    refused('keys_unavailable', `The keys at ${rule.jwksUrl} could not be had: ${trouble}`);

  const known = await keysAt(rule.jwksUrl, ports, now);
  if (!known.ok) return unavailable(known.trouble);
  const first = await verifyWith(token, known.keys, optionsOf(rule, now)).catch(caught);
  if (!(first instanceof Error)) return { ok: true, claims: first };
  if (!isUnknownKey(first, header)) return refusedFor(first);

  const newer = await newerKeys(rule.jwksUrl, { than: known.keys, ports, now });
  if (!newer.ok) return unavailable(newer.trouble);
  const second = await verifyWith(token, newer.keys, optionsOf(rule, now)).catch(caught);
  return second instanceof Error ? refusedFor(second) : { ok: true, claims: second };
};
