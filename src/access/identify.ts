/** Who is calling: finds out from a request's token. Cookies and sign-in are not of this file. */
import type { Bindings } from '../storage/bindings.ts';
import { sha256 } from '../storage/digest.ts';
import { findToken } from '../storage/tokens.ts';
import type { Identity } from './context.ts';
import { isScope, ROLES } from './scopes.ts';
import { handleOf, sameHash } from './token.ts';

/**
 * The token that a request carries: `Authorization: Bearer` (RFC 6750), `x-api-client-token`, or `?clientToken=` where
 * the flow allows it in the address.
 */
export const presentedToken = (request: Request, inQuery = false): string | undefined => {
  const bearer = /^Bearer +([^\s]+) *$/i.exec(request.headers.get('Authorization') ?? '')?.[1];
  const header = request.headers.get('x-api-client-token')?.trim();
  if (bearer !== undefined) return bearer;
  if (header !== undefined && header !== '') return header;
  const query = inQuery ? new URL(request.url).searchParams.get('clientToken') : null;
  return query === null || query === '' ? undefined : query;
};

const FIRST_ADMINISTRATOR: Identity = {
  tokenId: 'first',
  name: 'first administrator',
  client: 'first',
  scopes: ROLES.administrator,
};

/** Whose token a text is; undefined when it is nobody's or revoked. Compares hashes in constant time. */
export const identifyToken = async (
  text: string,
  env: Pick<Bindings, 'DB' | 'SLUICE_TOKEN'>,
  now: number,
): Promise<Identity | undefined> => {
  const hash = await sha256(text);
  if (env.SLUICE_TOKEN && sameHash(hash, await sha256(env.SLUICE_TOKEN))) return FIRST_ADMINISTRATOR;
  const handle = handleOf(text);
  const token = handle === undefined ? undefined : await findToken(env, handle, now);
  if (!token || !sameHash(hash, token.hash) || token.revokedAt !== null) return undefined;
  return {
    tokenId: token.id,
    name: token.name,
    client: token.client,
    scopes: token.scopes.filter(isScope),
  };
};

/**
 * Whose request it is; undefined without a token or with one that is nobody's.
 * @throws StoreUnavailable when D1 does not answer and the token is not known here
 */
export const identify = async (
  request: Request,
  env: Pick<Bindings, 'DB' | 'SLUICE_TOKEN'>,
  now: number,
  tokenInQuery = false,
): Promise<Identity | undefined> => {
  const text = presentedToken(request, tokenInQuery);
  return text === undefined ? undefined : identifyToken(text, env, now);
};
