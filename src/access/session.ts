/**
 * Sessions: a random text in a cookie, of which the store has the hash. A sign-in always makes a new one, so nobody can
 * plant one in another's browser before.
 */
import { Buffer } from 'node:buffer';
import type { Context } from 'hono';
import type { Person } from '../domain/person.ts';
import type { Bindings } from '../storage/bindings.ts';
import { sha256 } from '../storage/digest.ts';
import { seal, SealError } from '../storage/seal.ts';
import { addSession, findSession, noteUse, removeSession } from '../storage/sessions.ts';
import type { StoredSession } from '../storage/sessions.ts';
import type { HttpContext } from './context.ts';
import { issuerName } from './oidc-settings.ts';
import type { SignedIn } from './person-of.ts';
import { dropCookie, readCookie, writeCookie } from './session-cookie.ts';

/** Made-up people are vouched for by nobody. */
export const DEVELOPMENT_ISSUER = 'development';

const COOKIE = /^[A-Za-z0-9_-]{43}$/;

export const subjectOf = (issuer: string, sub: string): string => `${issuer}|${sub}`;

/** Where the id token of a session is sealed. */
export const placeOf = (hash: string) => ({ table: 'sessions', name: hash });

/** Whoever vouches for people now: sessions of an issuer that was set before, or on a laptop, mean nothing. */
const issuerInForce = (c: Context<HttpContext>): string | undefined => {
  const { SLUICE_OIDC_ISSUER: issuer = '' } = c.env;
  if (issuer !== '') return issuerName(issuer);
  return c.get('development') === true ? DEVELOPMENT_ISSUER : undefined;
};

const hashInCookie = async (c: Context<HttpContext>): Promise<string | undefined> => {
  const text = readCookie(c, 'sluice');
  return text !== undefined && COOKIE.test(text) ? sha256(text) : undefined;
};

/** The session of the request's cookie, if it lasts. */
export const currentSession = async (
  c: Context<HttpContext>,
  now: number,
): Promise<StoredSession | undefined> => {
  const hash = await hashInCookie(c);
  const issuer = issuerInForce(c);
  if (hash === undefined || issuer === undefined) return undefined;
  const session = await findSession(c.env.DB, hash, now);
  return session?.subject.startsWith(`${issuer}|`) === true ? session : undefined;
};

export const findBySession = async (c: Context<HttpContext>, now: number): Promise<SignedIn | undefined> => {
  const session = await currentSession(c, now);
  if (!session) return undefined;
  await noteUse(c.env.DB, session, now);
  return { person: session.person, session: session.hash };
};

const MOST_ID_TOKEN = 16_000;

/** Null where it cannot be kept: signing out then asks at the identity provider. */
const sealedHint = async (
  env: Bindings,
  hash: string,
  idToken: string | undefined,
): Promise<string | null> => {
  if (idToken === undefined || idToken.length > MOST_ID_TOKEN) return null;
  try {
    return await seal(env.SLUICE_KEYS, placeOf(hash), idToken);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    return null;
  }
};

export interface Vouched {
  readonly person: Person;
  readonly sid?: string | undefined;
  readonly idToken?: string | undefined;
}

/** Signs somebody in: a new session in the place of the browser's old one. */
export const openSession = async (c: Context<HttpContext>, vouched: Vouched, now: number): Promise<void> => {
  const text = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString('base64url');
  const hash = await sha256(text);
  const { person, sid = null, idToken } = vouched;
  const { subject } = person;
  const session = { hash, subject, sid, createdAt: now, usedAt: now, person };
  const idTokenSealed = await sealedHint(c.env, hash, idToken);
  await addSession(c.env.DB, { ...session, idToken: idTokenSealed }, await hashInCookie(c));
  writeCookie(c, 'sluice', text);
};

export const closeSession = async (c: Context<HttpContext>, hash: string): Promise<void> => {
  await removeSession(c.env.DB, hash);
  dropCookie(c, 'sluice');
};
