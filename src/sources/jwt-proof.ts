/**
 * Tokens that vouch for a post (Keycloak's webhooks, FusionAuth, Pub/Sub, Event Grid). Only a claim with the hash of
 * the body binds a token to what came with it; without one, whoever has seen a token can post with it until it ends.
 */
import type { JsonObject } from '../domain/json.ts';
import type { Arrival } from './kind.ts';
import { verifyJwt } from './jwt.ts';
import { type JwtProof, type Prove, type Proven, unproven } from './proof.ts';

const hex = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

/** Base64 of either alphabet, without padding. */
const plainBase64 = (text: string): string =>
  text.replaceAll('-', '+').replaceAll('_', '/').replace(/=+$/, '');

/** Whether a claim is the SHA-256 of the body: in hex, as Keycloak writes it, or base64, as FusionAuth does. */
export const bindsBody = async (
  claims: JsonObject,
  claim: string,
  body: Uint8Array<ArrayBuffer>,
): Promise<boolean> => {
  const given = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  if (typeof given !== 'string') return false;
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  const base64 = plainBase64(btoa(String.fromCharCode(...hash)));
  // The hash is no secret: the token, whose signature holds, tells it to everybody.
  return given.toLowerCase() === hex(hash) || plainBase64(given) === base64;
};

const tokenOf = (proof: JwtProof, { post }: Arrival): string =>
  (post.headers.get(proof.header) ?? '').replace(/^Bearer +/i, '').trim();

export const proveJwt: Prove<JwtProof> = async (proof, arrival): Promise<Proven> => {
  const token = tokenOf(proof, arrival);
  if (token === '') return unproven('no_signature', `The header ${proof.header} has no token`);
  const rule = {
    jwksUrl: proof.jwksUrl,
    ...(proof.issuer === undefined ? {} : { issuers: [proof.issuer] }),
    ...(proof.audience === undefined ? {} : { audiences: [proof.audience] }),
  };
  const { ports, post } = arrival;
  const verified = await verifyJwt(token, rule, { ports, now: post.now });
  if (!verified.ok || proof.bodyHashClaim === undefined) return verified;
  if (await bindsBody(verified.claims, proof.bodyHashClaim, post.body)) return verified;
  return unproven(
    'bad_signature',
    `The claim ${proof.bodyHashClaim} of the token is not the hash of the body`,
  );
};
