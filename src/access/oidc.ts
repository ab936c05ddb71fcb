/**
 * Sign-in with OpenID Connect: authorization code with PKCE, state and nonce, against any issuer. The tokens are read
 * once and dropped, but for the id token, which signing out may need.
 */
import {
  AuthorizationResponseError,
  authorizationCodeGrantRequest,
  calculatePKCECodeChallenge,
  generateRandomCodeVerifier,
  generateRandomNonce,
  generateRandomState,
  getValidatedIdTokenClaims,
  processAuthorizationCodeResponse,
  processUserInfoResponse,
  userInfoRequest,
  validateAuthResponse,
} from 'oauth4webapi';
import type { AuthorizationServer, IDToken, TokenEndpointResponse } from 'oauth4webapi';
import { StepError } from '../domain/errors.ts';
import { personOf } from './claims.ts';
import { discover } from './discovery.ts';
import { askBy, clientAuthOf } from './oidc-settings.ts';
import type { Provider } from './oidc-settings.ts';
import type { Vouched } from './session.ts';
import type { SignInState } from './sign-in-state.ts';
import { verifiedClaims } from './token-keys.ts';
import type { Outside } from './token-keys.ts';

/** Where the provider sends people back to. */
export const CALLBACK = '/sign-in/callback';

const scopeOf = ({ scopes_supported: known = [] }: AuthorizationServer): string =>
  // Some refuse scopes that they do not know.
  ['openid', 'profile', 'email', ...(known.includes('groups') ? ['groups'] : [])].join(' ');

/** Where to send the browser, and what to remember until it returns. */
export const beginSignIn = async (
  provider: Provider,
  outside: Outside,
  asked: { readonly origin: string; readonly return: string; readonly now: number },
): Promise<{ readonly url: URL; readonly state: SignInState }> => {
  const server = await discover(provider, outside, asked.now);
  const [state, nonce, verifier] = [
    generateRandomState(),
    generateRandomNonce(),
    generateRandomCodeVerifier(),
  ];
  const url = new URL(server.authorization_endpoint ?? '');
  const parameters = {
    response_type: 'code',
    client_id: provider.client.client_id,
    redirect_uri: asked.origin + CALLBACK,
    scope: scopeOf(server),
    state,
    nonce,
    code_challenge: await calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url, state: { state, nonce, verifier, return: asked.return, at: asked.now } };
};

export type SignInRefusal = 'declined' | 'not_accepted' | 'unreachable';
export type SignInEnd =
  | ({ readonly ok: true } & Vouched)
  | { readonly ok: false; readonly reason: SignInRefusal; readonly detail: string };

interface Returned {
  readonly provider: Provider;
  readonly outside: Outside;
  readonly state: SignInState;
  readonly origin: string;
  readonly now: number;
}

const tokensFor = async (
  url: URL,
  server: AuthorizationServer,
  { provider, outside, state, origin }: Returned,
): Promise<TokenEndpointResponse> => {
  const { client } = provider;
  const parameters = validateAuthResponse(server, client, url, state.state);
  const response = await authorizationCodeGrantRequest(
    server,
    client,
    clientAuthOf(outside.env, server),
    parameters,
    origin + CALLBACK,
    state.verifier,
    askBy(provider, outside),
  );
  return processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: state.nonce,
    requireIdToken: true,
  });
};

/** The id token's claims; with those of userinfo where the token leaves the groups or the address out. */
const claimsOf = async (
  server: AuthorizationServer,
  tokens: TokenEndpointResponse,
  { provider, outside }: Returned,
): Promise<Record<string, unknown>> => {
  // `requireIdToken` has seen to it.
  const claims = getValidatedIdTokenClaims(tokens) as IDToken;
  const isComplete = Object.hasOwn(claims, provider.groupsClaim) && claims.email !== undefined;
  if (isComplete || server.userinfo_endpoint === undefined) return claims;
  const { client } = provider;
  const response = await userInfoRequest(server, client, tokens.access_token, askBy(provider, outside));
  return { ...(await processUserInfoResponse(server, client, claims.sub, response)), ...claims };
};

const vouchedBy = async (url: URL, returned: Returned): Promise<Vouched> => {
  const { provider, outside, now } = returned;
  const server = await discover(provider, outside, now);
  const tokens = await tokensFor(url, server, returned);
  const idToken = tokens.id_token ?? '';
  const { sid } = await verifiedClaims(
    idToken,
    {
      keysUrl: server.jwks_uri ?? '',
      issuer: server.issuer,
      audience: provider.client.client_id,
      requiredClaims: ['sub', 'exp', 'iat'],
      now,
      isFromProvider: true,
    },
    outside,
  );
  const claims = await claimsOf(server, tokens, returned);
  const { name: issuer, groupsClaim, trustEmail } = provider;
  return {
    person: personOf(claims, { issuer, via: 'oidc', groupsClaim, trustEmail }),
    sid: typeof sid === 'string' ? sid : undefined,
    idToken,
  };
};

const reasonOf = (error: unknown): SignInRefusal => {
  if (error instanceof AuthorizationResponseError) {
    return error.error === 'access_denied' ? 'declined' : 'not_accepted';
  }
  return error instanceof StepError ? 'unreachable' : 'not_accepted';
};

/** Whoever the provider vouches for. What it or its answers lack is told in `detail`, for the log. */
export const endSignIn = async (url: URL, returned: Returned): Promise<SignInEnd> => {
  try {
    return { ok: true, ...(await vouchedBy(url, returned)) };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    const more = error instanceof AuthorizationResponseError ? ` (${error.error})` : '';
    return { ok: false, reason: reasonOf(error), detail: `${detail}${more}`.slice(0, 500) };
  }
};
