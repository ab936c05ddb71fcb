/** What a sign-in on its way remembers: in a signed cookie that lasts ten minutes, so nothing is stored for who never returns. */
import { Buffer } from 'node:buffer';
import type { Context } from 'hono';
import * as z from 'zod';
import { sameText, sign } from '../storage/signing.ts';
import type { HttpContext } from './context.ts';
import { dropCookie, readCookie, writeCookie } from './session-cookie.ts';

const LASTS_S = 600;

const State = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  /** of PKCE */
  verifier: z.string(),
  /** path to go on to */
  return: z.string(),
  at: z.int(),
});
export type SignInState = z.output<typeof State>;

const signatureOf = async (c: Context<HttpContext>, text: string): Promise<string> =>
  Buffer.from(await sign(c.env, 'sign-in', text)).toString('base64url');

export const rememberSignIn = async (c: Context<HttpContext>, state: SignInState): Promise<void> => {
  const text = Buffer.from(JSON.stringify(state)).toString('base64url');
  writeCookie(c, 'sluice-sign-in', `${text}.${await signatureOf(c, text)}`, LASTS_S);
};

/** Reads it once: the cookie goes. Undefined when there is none, it is not ours, or it is too old. */
export const recallSignIn = async (
  c: Context<HttpContext>,
  now: number,
): Promise<SignInState | undefined> => {
  const [text = '', signature = '', ...rest] = readCookie(c, 'sluice-sign-in')?.split('.') ?? [];
  if (text === '' || rest.length > 0) return undefined;
  dropCookie(c, 'sluice-sign-in');
  if (!sameText(signature, await signatureOf(c, text))) return undefined;
  const state = State.parse(JSON.parse(Buffer.from(text, 'base64url').toString()));
  return now - state.at < LASTS_S * 1_000 ? state : undefined;
};
