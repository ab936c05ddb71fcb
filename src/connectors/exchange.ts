/** A request and its answer: signed in by the connection, redirects followed, an ended access token exchanged once. */
import type { ActionContext } from '../domain/card.ts';
import { isOfConnection, type Outgoing } from './compose.ts';
import { type Credentials, credentialsOf, NO_CREDENTIALS, refuseClash, sign } from './credentials.ts';
import { guard } from './guard.ts';
import { type Arrived, follow } from './redirects.ts';

/** Which redirects may be followed. */
export type MayFollow = (from: Outgoing, to: Outgoing) => boolean;

export interface Exchanged extends Arrived {
  readonly credentials: Credentials;
}

export const exchange = async (
  outgoing: Outgoing,
  context: ActionContext,
  mayFollow: MayFollow,
): Promise<Exchanged> => {
  const { connection } = context;
  if (connection === undefined || !isOfConnection(outgoing.url.href, connection)) {
    return { ...(await follow(outgoing, context, mayFollow)), credentials: NO_CREDENTIALS };
  }
  // Before a token is asked for: a refused request shall cause no traffic at all.
  guard(outgoing.url, context.network);
  refuseClash(outgoing, connection);
  const credentials = await credentialsOf(connection, context);
  const arrived = await follow(sign(outgoing, connection, credentials), context, mayFollow);
  const isRefused = arrived.response.status === 401 && arrived.hops === 0;
  if (!isRefused || credentials.token === undefined) return { ...arrived, credentials };
  await arrived.response.body?.cancel();
  const renewed = await credentialsOf(connection, context, credentials.token);
  return { ...(await follow(sign(outgoing, connection, renewed), context, mayFollow)), credentials: renewed };
};
