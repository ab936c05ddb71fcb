/** Hono middleware: finds out who calls, and refuses who may not. */
import { createMiddleware } from 'hono/factory';
import { problemResponse, refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import type { HttpContext, Identity } from './context.ts';
import { identify, presentedToken } from './identify.ts';
import type { Scope } from './scopes.ts';

/** Sets `identity` when the request carries a token that is somebody's; refuses one that is nobody's. */
export const authenticate = createMiddleware<HttpContext>(async (c, next) => {
  const identity = await identify(c.req.raw, c.env, Date.now());
  if (identity) c.set('identity', identity);
  else if (presentedToken(c.req.raw) !== undefined) {
    const refusal = refuse('unauthenticated', 'This token is not known here, or it was revoked.');
    return problemResponse(refusal, c.get('requestId'));
  }
  return next();
});

/** Undefined when the caller may; else why not. */
export const refusalOf = (identity: Identity | undefined, scope: Scope): Refusal | undefined => {
  if (!identity) {
    return refuse('unauthenticated', 'Send a token: `Authorization: Bearer slu_…`.');
  }
  if (identity.scopes.includes(scope)) return undefined;
  return refuse('forbidden', `The token "${identity.name}" lacks the scope ${scope}.`);
};

/** Lets pass who has the scope. */
export const allow = (scope: Scope) =>
  createMiddleware<HttpContext>(async (c, next) => {
    const refusal = refusalOf(c.get('identity'), scope);
    return refusal ? problemResponse(refusal, c.get('requestId')) : next();
  });
