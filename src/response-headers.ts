/** Headers that every answer carries. */
import { createMiddleware } from 'hono/factory';
import type { HttpContext } from './access/context.ts';

/** An answer that is data needs nothing; pages and flows' raw answers say what they need themselves. */
const NOTHING = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

const ALWAYS = {
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'X-Frame-Options': 'DENY',
} as const;

export const responseHeaders = createMiddleware<HttpContext>(async (c, next) => {
  await next();
  const { headers } = c.res;
  const own = {
    'Content-Security-Policy': NOTHING,
    // What the API says is for its caller, and old a second later.
    ...(c.req.path.startsWith('/api/') ? { 'Cache-Control': 'no-store' } : {}),
    ...(c.req.url.startsWith('https:') ? { 'Strict-Transport-Security': 'max-age=31536000' } : {}),
  };
  for (const [name, value] of Object.entries(own)) if (!headers.has(name)) c.header(name, value);
  for (const [name, value] of Object.entries(ALWAYS)) c.header(name, value);
  c.header('X-Request-Id', c.get('requestId'));
});
