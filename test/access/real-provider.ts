/** `oidc-provider`, a certified OpenID provider, on loopback: people sign in by name, and it says when they sign out. */
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { Provider } from 'oidc-provider';
import type { Configuration } from 'oidc-provider';

export interface RealProvider {
  readonly issuer: string;
  /** groups by account; they are read at every sign-in */
  readonly groups: Map<string, readonly string[]>;
  /** other keys from now on; those before are gone */
  readonly rotate: () => void;
  readonly close: () => Promise<void>;
}

const newKey = () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: randomUUID() };
};

/** Its guard against its own network would keep its logout tokens from us. */
const onLoopback: Configuration['fetch'] = (input, init = {}) =>
  fetch(input, Object.fromEntries(Object.entries(init).filter(([name]) => name !== 'dispatcher')));

const configuration = (client: string, groups: RealProvider['groups']): Configuration => ({
  clients: [
    {
      client_id: 'sluice',
      client_secret: 'a secret of forty characters, or nearly!',
      redirect_uris: [`${client}/sign-in/callback`],
      post_logout_redirect_uris: [`${client}/signed-out`],
      backchannel_logout_uri: `${client}/sign-in/back-channel`,
      backchannel_logout_session_required: true,
      token_endpoint_auth_method: 'client_secret_basic',
    },
  ],
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], groups: ['groups'] },
  scopes: ['openid', 'profile', 'email', 'groups'],
  features: { backchannelLogout: { enabled: true }, rpInitiatedLogout: { enabled: true } },
  cookies: { keys: ['test'] },
  jwks: { keys: [newKey()] },
  fetch: onLoopback,
  findAccount: (_, id) => ({
    accountId: id,
    claims: () => ({
      sub: id,
      name: id,
      email: `${id}@example.com`,
      email_verified: true,
      groups: [...(groups.get(id) ?? [])],
    }),
  }),
});

/** @param client address of the Sluice that people sign in to */
export const realProvider = async (client: string): Promise<RealProvider> => {
  const groups: RealProvider['groups'] = new Map();
  let answer = (_: IncomingMessage, response: ServerResponse): unknown => response.end();
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The provider has no port.');
  const issuer = `http://127.0.0.1:${address.port}`;
  const begin = (): void => {
    answer = new Provider(issuer, configuration(client, groups)).callback();
  };
  begin();
  return {
    issuer,
    groups,
    rotate: begin,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
