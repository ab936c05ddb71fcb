/** Redirects, followed by the rules of the Fetch standard (4.4, HTTP-redirect fetch), each hop through the guard. */
import type { ActionContext } from '../domain/card.ts';
import { StepError } from '../domain/errors.ts';
import type { Outgoing } from './compose.ts';
import { isSensitive } from './header.ts';
import { nameOf, send } from './send.ts';

export interface Arrived {
  readonly response: Response;
  /** the request that was answered: the last hop */
  readonly outgoing: Outgoing;
  readonly hops: number;
  /** A hop turned the request into a GET: what was asked for first has happened, whatever the last answer says. */
  readonly isRewritten: boolean;
}

const MAX_HOPS = 5;
const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];

const methodAfter = (status: number, method: string): string => {
  if (status === 303 && method !== 'HEAD') return 'GET';
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method;
};

const headersAfter = (from: Outgoing, to: URL, isRewritten: boolean): Headers => {
  const isLeaving = from.url.origin !== to.origin;
  const kept = [...from.headers].filter(
    ([name]) =>
      !(isLeaving && (name === from.signedBy || isSensitive(name))) &&
      !(isRewritten && (name === 'idempotency-key' || name.startsWith('content-'))),
  );
  return new Headers(kept);
};

/** The request that a redirect asks for, undefined when the answer is none. */
const nextHop = (from: Outgoing, response: Response): Outgoing | undefined => {
  const location = response.headers.get('Location');
  if (!REDIRECTS.includes(response.status) || location === null) return undefined;
  const url = URL.parse(location, from.url.href);
  if (url === null) {
    throw new StepError('invalid_url', `${nameOf(from)} redirects to what is no address`, {
      happened: 'yes',
    });
  }
  url.hash = '';
  const method = methodAfter(response.status, from.method);
  const isRewritten = method !== from.method;
  const headers = headersAfter(from, url, isRewritten);
  return { ...from, method, url, headers, body: isRewritten ? null : from.body };
};

/** After a redirect something has been sent and answered, even where the next hop is refused. */
const settle = (error: unknown, isRewritten: boolean): unknown => {
  if (!(error instanceof StepError)) return error;
  if (!isRewritten && error.detail.happened === 'unknown') return error;
  return new StepError(error.code, error.message, { ...error.detail, happened: 'yes' });
};

/**
 * Sends and follows. `mayFollow` is asked before each hop; where it says no, the redirect itself is the answer.
 * Throws `too_many_redirects` after five hops, and what {@link send} throws.
 */
export const follow = async (
  first: Outgoing,
  context: ActionContext,
  mayFollow: (from: Outgoing, to: Outgoing) => boolean,
): Promise<Arrived> => {
  let outgoing = first;
  let response = await send(first, context);
  for (let hops = 0; ; hops++) {
    const isRewritten = outgoing.method !== first.method;
    const next = nextHop(outgoing, response);
    if (next === undefined || !mayFollow(outgoing, next)) return { response, outgoing, hops, isRewritten };
    if (hops === MAX_HOPS) {
      const message = `${nameOf(first)} was redirected more than ${MAX_HOPS} times`;
      throw new StepError('too_many_redirects', message, { retry: 'no', happened: 'yes' });
    }
    await response.body?.cancel();
    try {
      response = await send(next, context);
    } catch (error) {
      throw settle(error, next.method !== first.method);
    }
    outgoing = next;
  }
};
