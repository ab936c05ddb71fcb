/** How a connection signs in: the headers that it adds to requests to its own system. */
import { Buffer } from 'node:buffer';
import type { ActionContext } from '../domain/card.ts';
import type { Connection, ConnectionSettings } from '../domain/connection.ts';
import { StepError } from '../domain/errors.ts';
import type { Outgoing } from './compose.ts';
import { setHeader } from './header.ts';
import { accessToken } from './oauth-token.ts';

export interface Credentials {
  readonly header?: readonly [name: string, value: string];
  /** Must not appear in what the step keeps of an answer: some services echo what they get. */
  readonly texts: readonly string[];
  /** What a refused attempt may exchange for a new one. */
  readonly token?: string;
}

export const NO_CREDENTIALS: Credentials = { texts: [] };

/** The name of the header that carries them, undefined without sign-in. */
export const credentialHeader = (settings: ConnectionSettings): string | undefined => {
  if (settings.auth === 'none') return undefined;
  return settings.auth === 'header' ? settings.header : 'Authorization';
};

const inHeader = (name: string, value: string, ...secrets: readonly string[]): Credentials => ({
  header: [name, value],
  texts: secrets,
});

type FixedSettings = Exclude<ConnectionSettings, { auth: 'oauth2_client_credentials' }>;

const fixed = (settings: FixedSettings): Credentials => {
  if (settings.auth === 'none') return NO_CREDENTIALS;
  if (settings.auth === 'bearer')
    return inHeader('Authorization', `Bearer ${settings.token}`, settings.token);
  if (settings.auth === 'header') return inHeader(settings.header, settings.value, settings.value);
  // RFC 7617 with UTF-8, as its section 2.1 recommends
  const pair = Buffer.from(`${settings.username}:${settings.password}`).toString('base64');
  return inHeader('Authorization', `Basic ${pair}`, pair, settings.password);
};

/** `refused` is an access token that the callee has just answered 401 to. */
export const credentialsOf = async (
  { name, settings }: Connection,
  context: ActionContext,
  refused?: string,
): Promise<Credentials> => {
  if (settings.auth !== 'oauth2_client_credentials') return fixed(settings);
  const token = await accessToken({ name, settings }, context, refused);
  return { ...inHeader('Authorization', `Bearer ${token}`, token, settings.clientSecret), token };
};

/** Refuses a step that sets the same header: which of the two is meant, nobody could tell. */
export const refuseClash = (outgoing: Outgoing, connection: Connection): void => {
  const name = credentialHeader(connection.settings);
  if (name === undefined || !outgoing.headers.has(name)) return;
  const message = `The step sets the header "${name}", which its connection "${connection.name}" sets: leave it out`;
  throw new StepError('invalid_header', message);
};

/** The request with its credentials. */
export const sign = (outgoing: Outgoing, connection: Connection, credentials: Credentials): Outgoing => {
  if (credentials.header === undefined) return outgoing;
  const [name, value] = credentials.header;
  const headers = new Headers(outgoing.headers);
  setHeader(headers, name, value, `connection "${connection.name}"`);
  return { ...outgoing, headers, signedBy: name.toLowerCase() };
};
