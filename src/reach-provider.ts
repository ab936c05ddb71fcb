/** How identity providers are asked: through the guard of everything that goes outside, capped and with a deadline. */
import type { Reach } from './access/context.ts';
import type { Outgoing } from './connectors/compose.ts';
import { readCapped } from './connectors/read-capped.ts';
import { broken, nameOf, send } from './connectors/send.ts';
import { StepError } from './domain/errors.ts';
import { lanePorts } from './lane-ports.ts';

/** Key sets and tokens have a few kB; userinfo may bring many groups. */
const MAX_BYTES = 1_048_576;
const TIMEOUT_MS = 5_000;

export const reachProvider: Reach = async (env, request) => {
  const { fetch, network, now, random } = lanePorts(env, new Map());
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const context = { now: now(), random, effectKey: 'identity provider', signal, fetch, network };
  // workerd warns of forms that are read as text.
  const body = request.body === null ? null : new TextDecoder().decode(await request.arrayBuffer());
  const { method, headers } = request;
  const outgoing: Outgoing = { method, url: new URL(request.url), headers, body, signedBy: null };
  const response = await send(outgoing, context);
  const name = nameOf(outgoing);
  try {
    const { bytes, isTruncated } = await readCapped(response, MAX_BYTES, signal);
    if (isTruncated) throw new StepError('too_large', `The answer of ${name} is over ${MAX_BYTES} bytes`);
    const hasBody = response.status !== 204 && response.status !== 304;
    const { status, headers: answered } = response;
    return new Response(hasBody ? bytes : null, { status, headers: answered });
  } catch (error) {
    throw broken(error, signal, { name, happened: 'unknown' });
  }
};
