/** Who the person behind a request is: by their session, or by Cloudflare Access in front of us. */
import type { Context } from 'hono';
import type { Person } from '../domain/person.ts';
import { findByAccess, isBehindAccess } from './cloudflare-access.ts';
import type { HttpContext } from './context.ts';
import { findBySession } from './session.ts';

export interface SignedIn {
  readonly person: Person;
  /** what stands for the session: a hash, or Access' id of it */
  readonly session: string;
}

/**
 * Undefined when nobody is signed in. Behind Access nothing else counts, and without Access its header means nothing.
 * @throws StoreUnavailable when D1 does not answer
 */
export const findSignedIn = (c: Context<HttpContext>, now: number): Promise<SignedIn | undefined> =>
  isBehindAccess(c.env) ? findByAccess(c, now) : findBySession(c, now);
