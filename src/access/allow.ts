/** Hono middleware: finds out who calls, and refuses who may not. */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { problemResponse, refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import type { HttpContext, Identity } from './context.ts';
import { csrfOf, isFromOurPages } from './csrf.ts';
import { identify, presentedToken } from './identify.ts';
import { originOf } from './origin.ts';
import { findSignedIn } from './person-of.ts';
import { rolesOf, scopesOf } from './roles.ts';
import type { Scope } from './scopes.ts';

/** Reading by a cookie gives nothing away; a change must come from a page of ours. */
const isHarmless = (method: string): boolean => method === 'GET' || method === 'HEAD';

/** Sets `identity` when the request comes from somebody's session; refuses what another site makes a browser send. */
const bySession = async (c: Context<HttpContext>): Promise<Refusal | undefined> => {
  const found = await findSignedIn(c, Date.now());
  if (!found) return undefined;
  c.set('csrf', await csrfOf(c.env, found.session));
  if (!isHarmless(c.req.method) && !isFromOurPages(c, originOf(c.env, c.req.url))) {
    return refuse(
      'forbidden',
      'A session changes things from our own pages alone: send X-CSRF-Token, or a token.',
    );
  }
  const { person } = found;
  const { subject, name } = person;
  const scopes = scopesOf(rolesOf(person, c.env));
  c.set('identity', { tokenId: subject, name, client: `person:${subject}`, scopes, person });
  return undefined;
};

/**
 * Sets `identity` when the request carries a token that is somebody's, or else a session; refuses a token that is
 * nobody's.
 */
export const authenticate = createMiddleware<HttpContext>(async (c, next) => {
  if (presentedToken(c.req.raw) === undefined) {
    const refusal = await bySession(c);
    return refusal ? problemResponse(refusal, c.get('requestId')) : next();
  }
  const identity = await identify(c.req.raw, c.env, Date.now());
  if (!identity) {
    const refusal = refuse('unauthenticated', 'This token is not known here, or it was revoked.');
    return problemResponse(refusal, c.get('requestId'));
  }
  c.set('identity', identity);
  return next();
});

/** Undefined when the caller may; else why not. */
export const refusalOf = (identity: Identity | undefined, scope: Scope): Refusal | undefined => {
  if (!identity) {
    return refuse('unauthenticated', 'Send a token: `Authorization: Bearer slu_…`.');
  }
  if (identity.scopes.includes(scope)) return undefined;
  const who = identity.person ? `${identity.name} has no role with` : `The token "${identity.name}" lacks`;
  return refuse('forbidden', `${who} the scope ${scope}.`);
};

/** Lets pass who has the scope. */
export const allow = (scope: Scope) =>
  createMiddleware<HttpContext>(async (c, next) => {
    const refusal = refusalOf(c.get('identity'), scope);
    return refusal ? problemResponse(refusal, c.get('requestId')) : next();
  });
