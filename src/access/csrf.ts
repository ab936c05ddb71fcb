/**
 * Proof that a form was ours: an HMAC of the session, which no other site can know. Programs in the browser may send it
 * as `X-CSRF-Token`; a request that the browser itself vouches for as coming from a page of ours needs none.
 */
import { Buffer } from 'node:buffer';
import type { Context } from 'hono';
import type { Bindings } from '../storage/bindings.ts';
import { sameText, sign } from '../storage/signing.ts';
import type { HttpContext } from './context.ts';

export const csrfOf = async (env: Bindings, session: string): Promise<string> =>
  Buffer.from(await sign(env, 'csrf', session)).toString('base64url');

/** The text for the hidden field `csrf` of a form. Throws where `requirePerson` did not come first. */
export const csrfToken = (c: Context<HttpContext>): string => {
  const token = c.get('csrf');
  if (token === undefined) throw new Error('A page with a form needs `requirePerson` before it.');
  return token;
};

/** Whether a form's hidden field is what {@link csrfToken} gave to this session; false for anything else. */
export const checkCsrf = (c: Context<HttpContext>, token: unknown): boolean => {
  const expected = c.get('csrf');
  return expected !== undefined && typeof token === 'string' && sameText(token, expected);
};

/** Whether a page of ours sent this, as its header or the browser says (Fetch Metadata; else Origin). */
export const isFromOurPages = (c: Context<HttpContext>, origin: string): boolean => {
  if (checkCsrf(c, c.req.header('X-CSRF-Token'))) return true;
  const site = c.req.header('Sec-Fetch-Site');
  return site === undefined ? c.req.header('Origin') === origin : site === 'same-origin';
};
