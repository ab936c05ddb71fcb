/** Hono middleware for pages: lets people in, and sends everybody else to the sign-in. */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import type { HttpContext } from './context.ts';
import { csrfOf } from './csrf.ts';
import { findSignedIn } from './person-of.ts';
import { rolesOf } from './roles.ts';

const signInAddress = (c: Context<HttpContext>): string => {
  const { pathname, search } = new URL(c.req.url);
  const isRead = c.req.method === 'GET' || c.req.method === 'HEAD';
  // What a form posts may not be led to another host, so a page of ours says first that the session has ended.
  return `${isRead ? '/sign-in' : '/sign-in/again'}?return=${encodeURIComponent(isRead ? pathname + search : pathname)}`;
};

/** Sets `person`, `role`, `session` and `csrf`; without a session it redirects to `/sign-in?return=<this path>`. */
export const requirePerson = createMiddleware<HttpContext>(async (c, next) => {
  const found = await findSignedIn(c, Date.now());
  if (!found) return c.redirect(signInAddress(c), 303);
  c.set('person', found.person);
  c.set('role', rolesOf(found.person, c.env)[0]);
  c.set('session', found.session);
  c.set('csrf', await csrfOf(c.env, found.session));
  await next();
  // Set on the answer itself, whoever made it: a page of one person must not be shown to the next.
  if (!c.res.headers.has('Cache-Control')) c.res.headers.set('Cache-Control', 'no-store');
  return undefined;
});
