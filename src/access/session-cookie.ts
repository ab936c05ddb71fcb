/** The cookie of a session: `__Host-sluice`, sent to us alone and over https; on a laptop's http, `sluice-session`. */
import type { Context } from 'hono';
import { deleteCookie, getCookie, setCookie } from 'hono/cookie';
import type { HttpContext } from './context.ts';

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\])$/;

/** Whether the address is one of this machine. */
export const isLoopback = (hostname: string): boolean => LOOPBACK.test(hostname);

const isPlain = (c: Context<HttpContext>): boolean => {
  const { protocol, hostname } = new URL(c.req.url);
  return protocol === 'http:' && isLoopback(hostname);
};

type CookieName = 'sluice' | 'sluice-sign-in';

const nameOf = (c: Context<HttpContext>, name: CookieName): string => {
  if (!isPlain(c)) return `__Host-${name}`;
  return name === 'sluice' ? 'sluice-session' : name;
};

/** `Lax`: the way back from the identity provider begins on its site. */
const optionsOf = (c: Context<HttpContext>) =>
  ({ path: '/', secure: !isPlain(c), httpOnly: true, sameSite: 'Lax' }) as const;

export const readCookie = (c: Context<HttpContext>, name: CookieName): string | undefined =>
  getCookie(c, nameOf(c, name));

/** Without `seconds` it goes when the browser ends. */
export const writeCookie = (
  c: Context<HttpContext>,
  name: CookieName,
  value: string,
  seconds?: number,
): void =>
  setCookie(c, nameOf(c, name), value, {
    ...optionsOf(c),
    ...(seconds === undefined ? {} : { maxAge: seconds }),
  });

export const dropCookie = (c: Context<HttpContext>, name: CookieName): void => {
  deleteCookie(c, nameOf(c, name), optionsOf(c));
};
