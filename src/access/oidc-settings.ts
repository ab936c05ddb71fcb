/** The identity provider that the settings name, and how it is asked. */
import {
  allowInsecureRequests,
  ClientSecretBasic,
  ClientSecretPost,
  clockTolerance,
  customFetch,
  None,
} from 'oauth4webapi';
import type { AuthorizationServer, Client, ClientAuth } from 'oauth4webapi';
import type { Bindings } from '../storage/bindings.ts';
import { isLoopback } from './session-cookie.ts';
import { TOLERANCE_S } from './token-keys.ts';
import type { Outside } from './token-keys.ts';

export interface Provider {
  readonly issuer: URL;
  /** of the issuer, in subjects: its address without a slash at the end */
  readonly name: string;
  readonly client: Client;
  readonly groupsClaim: string;
  readonly trustEmail: boolean;
}

/** A slash more or less in the setting makes no other people. */
export const issuerName = (issuer: string): string => issuer.replace(/\/+$/, '');

/** http is what a laptop's provider speaks. */
const mayAsk = ({ protocol, hostname }: URL, env: Bindings): boolean =>
  protocol === 'https:' ||
  (protocol === 'http:' && isLoopback(hostname) && env.SLUICE_ALLOW_LOOPBACK === 'true');

/**
 * Undefined when none is set.
 * @throws Error when the settings are half or wrong
 */
export const providerOf = (env: Bindings): Provider | undefined => {
  const { SLUICE_OIDC_ISSUER: issuer = '', SLUICE_OIDC_CLIENT_ID: clientId = '' } = env;
  if (issuer === '') return undefined;
  const url = URL.parse(issuer);
  if (url === null || !mayAsk(url, env)) {
    throw new Error(`SLUICE_OIDC_ISSUER is "${issuer}": write the https:// address of the issuer.`);
  }
  if (clientId === '') throw new Error('SLUICE_OIDC_CLIENT_ID is not set: the provider shows it.');
  return {
    issuer: url,
    name: issuerName(issuer),
    client: { client_id: clientId, [clockTolerance]: TOLERANCE_S },
    groupsClaim: env.SLUICE_OIDC_GROUPS_CLAIM ?? 'groups',
    trustEmail: env.SLUICE_OIDC_TRUST_EMAIL === 'true',
  };
};

/** `post` where the provider takes it: `basic` encodes what some of them do not decode. */
export const clientAuthOf = (env: Bindings, server: AuthorizationServer): ClientAuth => {
  const { SLUICE_OIDC_CLIENT_SECRET: secret = '', SLUICE_OIDC_CLIENT_AUTH: how } = env;
  if (secret === '') return None();
  const takesPost = server.token_endpoint_auth_methods_supported?.includes('client_secret_post') ?? false;
  return (how ?? (takesPost ? 'post' : 'basic')) === 'post'
    ? ClientSecretPost(secret)
    : ClientSecretBasic(secret);
};

interface Asked {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: BodyInit | null | undefined;
}

/** Options of every request: through the one way out, http where the issuer was allowed to have it. */
export const askBy = ({ issuer }: Provider, { env, reach }: Outside) => ({
  [allowInsecureRequests]: issuer.protocol === 'http:',
  [customFetch]: (url: string, { method, headers, body }: Asked): Promise<Response> =>
    reach(env, new Request(url, { method, headers, body: body ?? null })),
});
