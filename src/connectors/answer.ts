/** From an answer to the output of a step, or to the failure that it means. */
import type { ActionContext } from '../domain/card.ts';
import { StepError, type Happened } from '../domain/errors.ts';
import type { Json } from '../domain/json.ts';
import { decode, decodeAny } from './decode.ts';
import type { Exchanged } from './exchange.ts';
import { type Capped, readCapped } from './read-capped.ts';
import { redact, redactBytes } from './redact.ts';
import type { RequestInput } from './request-input.ts';
import { retryAfter } from './retry-after.ts';
import { broken, nameOf } from './send.ts';

export interface Answer {
  readonly status: number;
  /** names in lower case */
  readonly headers: Record<string, string>;
  readonly body: Json;
  /** where the answer came from, after redirects */
  readonly url: string;
}

type Reading = Pick<RequestInput, 'accept' | 'redirects' | 'response' | 'maxBytes'>;

/** What is kept of the body of a failure. */
const MAX_FAILURE_BYTES = 16_384;

/** What a status says about the effect of a request (design: Perform). 408: the callee gave up in the middle. */
export const happenedBy = (status: number): Happened => {
  if (status < 400) return 'yes';
  return status < 500 && status !== 408 ? 'no' : 'unknown';
};

/** A request that a redirect turned into a GET has happened, whatever that GET was answered. */
const happenedOf = ({ response, isRewritten }: Exchanged): Happened =>
  isRewritten ? 'yes' : happenedBy(response.status);

/** The same when the answer breaks off, but a read has no effect that its repetition could double. */
const happenedThough = (exchanged: Exchanged): Happened => {
  const isRead = exchanged.outgoing.method === 'GET' || exchanged.outgoing.method === 'HEAD';
  return isRead && !exchanged.isRewritten ? 'unknown' : happenedOf(exchanged);
};

const isAccepted = (status: number, { accept, redirects }: Reading): boolean => {
  const listed = accept ?? (redirects === 'manual' ? ['2xx', '3xx'] : ['2xx']);
  return listed.some(
    (entry) => String(entry) === String(status) || entry === `${Math.floor(status / 100)}xx`,
  );
};

/** Of the connection, not of the answer (RFC 9110, section 7.6.1). */
const HOP_BY_HOP: readonly string[] = ['connection', 'keep-alive', 'transfer-encoding'];

/** Several of one name become one, joined by a comma (RFC 9110, section 5.3). */
const headersOf = (response: Response, credentials: readonly string[]): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [name, value] of response.headers) {
    if (HOP_BY_HOP.includes(name)) continue;
    const before = headers[name];
    headers[name] = (before === undefined ? '' : `${before}, `) + redact(value, credentials);
  }
  return headers;
};

const read = async (exchanged: Exchanged, maxBytes: number, signal: AbortSignal): Promise<Capped> => {
  const { response, outgoing, credentials } = exchanged;
  try {
    const { bytes, isTruncated } = await readCapped(response, maxBytes, signal);
    return { bytes: new Uint8Array(redactBytes(bytes, credentials.texts)), isTruncated };
  } catch (error) {
    throw broken(error, signal, { name: nameOf(outgoing), happened: happenedThough(exchanged) });
  }
};

/** What can be had of a failure's body: its status counts, and stands even when the rest breaks off. */
const beginning = async (exchanged: Exchanged, signal: AbortSignal): Promise<Capped> => {
  try {
    return await read(exchanged, MAX_FAILURE_BYTES, signal);
  } catch {
    return { bytes: new Uint8Array(0), isTruncated: true };
  }
};

const refused = async (exchanged: Exchanged, context: ActionContext): Promise<StepError> => {
  const { response, outgoing } = exchanged;
  const { status } = response;
  const { bytes, isTruncated } = await beginning(exchanged, context.signal);
  const afterMs = retryAfter(response, context.now);
  const isPassing = status === 408 || status === 429 || status >= 500;
  const hint = status >= 300 && status < 400 ? ' (a redirect that was not followed)' : '';
  return new StepError('http_status', `${nameOf(outgoing)} answered ${status}${hint}`, {
    status,
    body: decodeAny(bytes, response.headers.get('Content-Type') ?? ''),
    data: { truncated: isTruncated },
    retry: afterMs === undefined ? (isPassing ? 'yes' : 'no') : { afterMs },
    happened: happenedOf(exchanged),
  });
};

/**
 * Throws `http_status` for a status that is not accepted, `too_large` and `not_json` for a body that does not fit:
 * those two are never worth another attempt, the request itself has been answered.
 */
export const readAnswer = async (
  exchanged: Exchanged,
  reading: Reading,
  context: ActionContext,
): Promise<Answer> => {
  const { response, outgoing, credentials } = exchanged;
  if (!isAccepted(response.status, reading)) throw await refused(exchanged, context);
  const happened = happenedOf(exchanged);
  const { bytes, isTruncated } = await read(exchanged, reading.maxBytes, context.signal);
  const detail = { status: response.status, retry: 'no', happened } as const;
  if (isTruncated) {
    const message = `The answer to ${nameOf(outgoing)} is larger than ${reading.maxBytes} bytes: ask for less, or in pages`;
    throw new StepError('too_large', message, detail);
  }
  try {
    const body = decode(bytes, response.headers.get('Content-Type') ?? '', reading.response);
    const url = redact(outgoing.url.href, credentials.texts);
    return { status: response.status, headers: headersOf(response, credentials.texts), body, url };
  } catch {
    const message = `The answer to ${nameOf(outgoing)} is no JSON: "response: text" takes it as it is`;
    throw new StepError('not_json', message, {
      ...detail,
      body: decodeAny(bytes.subarray(0, 1_000), 'text/plain'),
    });
  }
};
