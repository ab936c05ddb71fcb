/** The System Log as the tick reads it: through a connection of flows, its guard and its credentials. */
import { compose } from './connectors/compose.ts';
import { exchange } from './connectors/exchange.ts';
import { readCapped } from './connectors/read-capped.ts';
import { RequestInput } from './connectors/request-input.ts';
import { broken, nameOf } from './connectors/send.ts';
import type { ActionContext, Cards } from './domain/card.ts';
import type { Connection } from './domain/connection.ts';
import { StepError } from './domain/errors.ts';
import { lanePorts } from './lane-ports.ts';
import type { Bindings } from './storage/bindings.ts';
import type { LogAnswer } from './triggers/event/log-answer.ts';
import type { Log } from './triggers/event/okta-log.ts';

/** Okta gives a query up after 30 s. */
const TIMEOUT_MS = 31_000;
const MAX_BYTES = 8 * 1_048_576;

const get = async (address: string, context: ActionContext): Promise<LogAnswer> => {
  const outgoing = compose(RequestInput.parse({ url: address, headers: { Accept: 'application/json' } }));
  const { response } = await exchange(outgoing, context, () => false);
  try {
    const { bytes, isTruncated } = await readCapped(response, MAX_BYTES, context.signal);
    if (!isTruncated) {
      return { status: response.status, headers: response.headers, text: new TextDecoder().decode(bytes) };
    }
  } catch (error) {
    throw broken(error, context.signal, { name: nameOf(outgoing), happened: 'no' });
  }
  throw new StepError('too_large', `A page of the System Log is larger than ${MAX_BYTES} bytes`);
};

/** What sends a request, less the connection and the time limit of each. */
export type Sending = Pick<ActionContext, 'fetch' | 'network' | 'random'> & { readonly now: () => number };

/** Throws `StepError` when the connection cannot be one to an Okta organisation. */
export const logThrough = (connection: Connection, sending: Sending): Log => {
  const origin = URL.parse(connection.settings.baseUrl ?? '')?.origin;
  if (origin === undefined) {
    const remedy = 'give it the address of the organisation, https://acme.okta.com';
    throw new StepError('no_base_url', `The connection "${connection.name}" has no baseUrl: ${remedy}`);
  }
  const { fetch, network, random } = sending;
  return {
    origin,
    get: (address) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const of = { now: sending.now(), random, connection, effectKey: 'backfill', signal, fetch, network };
      return get(address, of);
    },
  };
};

/** Opens the log behind a connection by its name. */
export const openLogBy =
  (env: Bindings, cards: Cards) =>
  async (name: string): Promise<Log> => {
    const ports = lanePorts(env, cards);
    const connection = await ports.connection(name);
    if (connection !== undefined) return logThrough(connection, ports);
    throw new StepError('no_connection', `There is no connection "${name}"`);
  };
