/** Access tokens by OAuth 2 client credentials (RFC 6749, section 4.4), kept in memory until shortly before they end. */
import {
  allowInsecureRequests,
  clientCredentialsGrantRequest,
  ClientSecretBasic,
  ClientSecretPost,
  customFetch,
  processClientCredentialsResponse,
  ResponseBodyError,
  type TokenEndpointResponse,
} from 'oauth4webapi';
import type { ActionContext } from '../domain/card.ts';
import type { ConnectionSettings } from '../domain/connection.ts';
import { StepError } from '../domain/errors.ts';
import type { Outgoing } from './compose.ts';
import { readCapped } from './read-capped.ts';
import { retryAfter } from './retry-after.ts';
import { broken, nameOf, send } from './send.ts';

type OAuthSettings = Extract<ConnectionSettings, { auth: 'oauth2_client_credentials' }>;

/** A connection by the parts that matter here. */
export interface OAuthClient {
  readonly name: string;
  readonly settings: OAuthSettings;
}

interface Held {
  /** the settings it was issued for: a changed connection needs a new one */
  readonly issuedFor: string;
  readonly token: string;
  readonly endsAt: number;
}

/** By connection. Values and no promises: work begun for one request of a Worker cannot be awaited in another. */
const held = new Map<string, Held>();

const MARGIN_MS = 60_000;
/** For servers that do not say how long a token lasts; one that ends sooner is exchanged at the first 401. */
const UNKNOWN_LIFE_MS = 300_000;
const MAX_BYTES = 65_536;

const read = async (
  response: Response,
  sent: Outgoing,
  { signal }: ActionContext,
): Promise<Uint8Array<ArrayBuffer>> => {
  try {
    return (await readCapped(response, MAX_BYTES, signal)).bytes;
  } catch (error) {
    throw broken(error, signal, { name: nameOf(sent), happened: 'no' });
  }
};

/** The answer, its body read under a cap. A redirect is not followed: it is no answer of a token endpoint. */
const request = async (
  settings: OAuthSettings,
  context: ActionContext,
  seen: (response: Response) => void,
): Promise<Response> => {
  const issuer = new URL(settings.tokenUrl).origin;
  const authenticate =
    settings.clientAuth === 'basic'
      ? ClientSecretBasic(settings.clientSecret)
      : ClientSecretPost(settings.clientSecret);
  const parameters = {
    ...(settings.scope === undefined ? {} : { scope: settings.scope }),
    ...(settings.audience === undefined ? {} : { audience: settings.audience }),
  };
  const as = { issuer, token_endpoint: settings.tokenUrl };
  return clientCredentialsGrantRequest(as, { client_id: settings.clientId }, authenticate, parameters, {
    // The guard judges addresses, here as everywhere; http is what a laptop's identity provider speaks.
    [allowInsecureRequests]: true,
    [customFetch]: async (url, { method, headers, body }) => {
      const sent: Outgoing = {
        method,
        url: new URL(url),
        headers: new Headers(headers),
        body: body.toString(),
        signedBy: null,
      };
      const response = await send(sent, context);
      seen(response);
      const bytes = await read(response, sent, context);
      return new Response(bytes.length === 0 ? null : bytes, response);
    },
  });
};

/** Nothing of the step itself was sent yet, so whatever went wrong, it has not happened. */
const failure = (
  error: unknown,
  client: OAuthClient,
  context: ActionContext,
  answer?: Response,
): StepError => {
  const { origin, pathname } = new URL(client.settings.tokenUrl);
  const where = `Connection "${client.name}" got no access token from ${origin}${pathname}`;
  if (error instanceof StepError) {
    return new StepError(error.code, `${where}: ${error.message}`, { ...error.detail, happened: 'no' });
  }
  const told = error instanceof ResponseBodyError ? [error.error, error.error_description] : [String(error)];
  const status = answer?.status;
  const said = status === undefined ? '' : ` (status ${status})`;
  const isPassing = status === undefined || status === 429 || status >= 500;
  const afterMs = answer === undefined ? undefined : retryAfter(answer, context.now);
  return new StepError('authorization', `${where}${said}: ${told.filter(Boolean).join(', ')}`, {
    ...(status === undefined ? {} : { status }),
    retry: afterMs === undefined ? (isPassing ? 'yes' : 'no') : { afterMs },
    happened: 'no',
  });
};

const issue = async (client: OAuthClient, context: ActionContext): Promise<TokenEndpointResponse> => {
  let answer: Response | undefined;
  try {
    const response = await request(client.settings, context, (seen) => (answer = seen));
    const issuer = new URL(client.settings.tokenUrl).origin;
    return await processClientCredentialsResponse(
      { issuer },
      { client_id: client.settings.clientId },
      response,
    );
  } catch (error) {
    throw failure(error, client, context, answer);
  }
};

/**
 * A token for the connection; `refused` is one that shall not be used again. Throws `authorization` for what the token
 * endpoint answers, and what {@link send} throws; the outcome is `no` in any case.
 */
export const accessToken = async (
  client: OAuthClient,
  context: ActionContext,
  refused?: string,
): Promise<string> => {
  const issuedFor = JSON.stringify(client.settings);
  const known = held.get(client.name);
  if (known?.issuedFor === issuedFor && known.endsAt > context.now && known.token !== refused)
    return known.token;
  const { access_token: token, expires_in: seconds } = await issue(client, context);
  const lifeMs = seconds === undefined ? UNKNOWN_LIFE_MS : seconds * 1_000 - MARGIN_MS;
  held.set(client.name, { issuedFor, token, endsAt: context.now + lifeMs });
  return token;
};
