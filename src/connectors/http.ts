/** The cards of the family `http`. */
import * as z from 'zod';
import { action, type ActionContext, type Probed } from '../domain/card.ts';
import type { Connection } from '../domain/connection.ts';
import { StepError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { type Answer, readAnswer } from './answer.ts';
import { compose, isOfConnection, type Outgoing } from './compose.ts';
import { credentialHeader } from './credentials.ts';
import { exchange, type MayFollow } from './exchange.ts';
import { isSensitive } from './header.ts';
import { examples } from './http-examples.ts';
import { anyJson, RequestInput } from './request-input.ts';

/** Methods that are safe in the sense of RFC 9110, 9.2.1. */
const READING: readonly string[] = ['GET', 'HEAD', 'OPTIONS'];
const REPEATABLE: readonly string[] = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'];

const isHonoured = (input: RequestInput, connection?: Connection): boolean =>
  connection !== undefined && connection.honoursIdempotencyKey && isOfConnection(input.url, connection);

const effectOf = (input: RequestInput, connection?: Connection): 'safe' | 'probe' | 'once' => {
  if (input.probe !== undefined) return 'probe';
  if (input.repeat !== undefined) return input.repeat;
  return REPEATABLE.includes(input.method) || isHonoured(input, connection) ? 'safe' : 'once';
};

/**
 * A POST that may be repeated only because the connection's system honours `Idempotency-Key` stays with that system:
 * nobody vouches for another one.
 */
const followOf =
  (input: RequestInput, connection?: Connection): MayFollow =>
  (from, to) => {
    if (input.redirects === 'manual') return false;
    const isLeaving = from.url.origin !== to.url.origin && !REPEATABLE.includes(to.method);
    return !(isLeaving && isHonoured(input, connection) && input.repeat === undefined);
  };

const perform = async (input: RequestInput, context: ActionContext): Promise<Answer> => {
  const outgoing = compose(input, context.connection, context.effectKey);
  const exchanged = await exchange(outgoing, context, followOf(input, context.connection));
  return readAnswer(exchanged, input, context);
};

const GONE: readonly (number | undefined)[] = [404, 410];

const probe = async (input: RequestInput, context: ActionContext): Promise<Probed> => {
  if (input.probe === undefined) return { happened: 'unknown' };
  try {
    const { status, headers, body, url } = await perform(RequestInput.parse(input.probe), context);
    return { happened: 'yes', output: { status, headers, body, url } };
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    const isGone = error.code === 'http_status' && GONE.includes(error.detail.status);
    return { happened: isGone ? 'no' : 'unknown' };
  }
};

const MASK = '••••••';

const shownHeaders = ({ headers }: Outgoing): JsonObject =>
  Object.fromEntries([...headers].map(([name, value]) => [name, isSensitive(name) ? MASK : value]));

const describe = (input: RequestInput, connection?: Connection): JsonObject => {
  const outgoing = compose(input, connection);
  const isOwn = connection !== undefined && isOfConnection(input.url, connection);
  const added = isOwn ? credentialHeader(connection.settings) : undefined;
  return {
    method: outgoing.method,
    url: outgoing.url.href,
    headers: { ...shownHeaders(outgoing), ...(added === undefined ? {} : { [added.toLowerCase()]: MASK }) },
    body: input.body ?? outgoing.body,
  };
};

export const request = action({
  title: 'HTTP request',
  doc:
    'Sends a request and gives its answer. Statuses that `accept` does not list fail the step; redirects are followed. ' +
    'Requests other than GET and HEAD carry an `Idempotency-Key` that stays the same in every attempt. Addresses ' +
    'of private networks are refused.',
  input: RequestInput,
  output: z.object({
    status: z.int(),
    headers: z.record(z.string(), z.string()).describe('Names in lower case'),
    body: anyJson.describe('JSON when the answer says it is JSON, else text; null when it is empty'),
    url: z.string().describe('Where the answer came from, after redirects'),
  }),
  effect: effectOf,
  reads: ({ method }) => READING.includes(method),
  connects: { kinds: ['http'], optional: true },
  examples,
  perform,
  probe,
  describe,
});
