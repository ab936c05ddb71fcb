/**
 * People behind Cloudflare Access, which signs them in before we are asked and says so in a header. It is believed when
 * its signature, issuer, audience and times hold; whatever else is the case, nobody is signed in.
 */
import type { Context } from 'hono';
import * as z from 'zod';
import type { Bindings } from '../storage/bindings.ts';
import { sha256 } from '../storage/digest.ts';
import { personOf } from './claims.ts';
import type { HttpContext } from './context.ts';
import type { SignedIn } from './person-of.ts';
import { verifiedClaims } from './token-keys.ts';

const HEADER = 'Cf-Access-Jwt-Assertion';

/** Either setting alone is enough to shut out everybody else: half a configuration lets nobody in. */
export const isBehindAccess = (env: Bindings): boolean =>
  (env.SLUICE_ACCESS_TEAM ?? '') !== '' || (env.SLUICE_ACCESS_AUDIENCE ?? '') !== '';

/** `acme`, `acme.cloudflareaccess.com` and its address are the same team. */
const issuerOf = (team: string): string => {
  const host = team.replace(/^https:\/\//, '').replace(/\/+$/, '');
  return `https://${host.includes('.') ? host : `${host}.cloudflareaccess.com`}`;
};

/** Groups come with the claims of the identity provider that Access is told to pass on. */
const Custom = z.looseObject({ custom: z.record(z.string(), z.unknown()).default({}) });
const Nonce = z.looseObject({ identity_nonce: z.string().default('') });

export const findByAccess = async (c: Context<HttpContext>, now: number): Promise<SignedIn | undefined> => {
  const { SLUICE_ACCESS_TEAM: team = '', SLUICE_ACCESS_AUDIENCE: audience = '' } = c.env;
  const token = c.req.header(HEADER);
  if (team === '' || audience === '' || token === undefined) return undefined;
  const issuer = issuerOf(team);
  const rule = { keysUrl: `${issuer}/cdn-cgi/access/certs`, issuer, audience, now };
  try {
    const outside = { env: c.env, reach: c.get('reach') };
    const required = { ...rule, requiredClaims: ['sub', 'email', 'exp'] };
    const claims = await verifiedClaims(token, required, outside);
    const groupsClaim = c.env.SLUICE_OIDC_GROUPS_CLAIM ?? 'groups';
    // Access has sent its own mail to the address, or had it from the organisation's provider.
    const person = personOf(
      { ...Custom.parse(claims).custom, ...claims },
      { issuer, via: 'access', groupsClaim, trustEmail: true },
    );
    const session = await sha256(`${person.subject} ${Nonce.parse(claims).identity_nonce}`);
    return { person, session };
  } catch (error) {
    // The message alone: the error holds the claims.
    console.warn(c.get('requestId'), `${HEADER} is not accepted: ${String(error)}`);
    return undefined;
  }
};
