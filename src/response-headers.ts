/** Headers that every answer carries. */
import { createMiddleware } from 'hono/factory';
import type { HttpContext } from './access/context.ts';

/** An answer that is data needs nothing; pages and flows' raw answers say what they need themselves. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const ALWAYS = [
  ['X-Content-Type-Options', 'nosniff'],
  ['Referrer-Policy', 'no-referrer'],
  ['X-Frame-Options', 'DENY'],
] as const;

const setUnlessThere = (headers: Headers, name: string, value: string): void => {
  if (!headers.has(name)) headers.set(name, value);
};

export const responseHeaders = createMiddleware<HttpContext>(async (c, next) => {
  await next();
  // Set on the answer itself: Hono's own `header` makes a new one each time, and this runs for every call of a flow.
  const { headers } = c.res;
  setUnlessThere(headers, 'Content-Security-Policy', NOTHING);
  // What the API says is for its caller, and old a second later.
  if (c.req.path.startsWith('/api/')) setUnlessThere(headers, 'Cache-Control', 'no-store');
  if (c.req.url.startsWith('https:')) headers.set('Strict-Transport-Security', 'max-age=31536000');
  for (const [name, value] of ALWAYS) headers.set(name, value);
  headers.set('X-Request-Id', c.get('requestId'));
});
