/**
 * The door of events: `/events/<source>`, with whatever method a sender's handshake takes.
 *
 * T2: nothing reaches the queue unverified: `receive` judges the raw bytes before anything else looks at them.
 */
import { Hono } from 'hono';
import type { Context } from 'hono';
import type { HttpContext } from '../../access/context.ts';
import { problemResponse, refuse } from '../../domain/problem.ts';
import { COME_AGAIN, toResponse } from '../../sources/answer.ts';
import type { Received, SourcePorts } from '../../sources/kind.ts';
import { receive } from '../../sources/receive.ts';
import { splitSettings } from '../../sources/shared-settings.ts';
import { SOURCE_KINDS } from '../../sources/table.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { StoreUnavailable } from '../../storage/deadline.ts';
import { SealError } from '../../storage/seal.ts';
import { findSource, type FoundSource } from '../../storage/sources.ts';
import { acceptEvents } from './accept.ts';
import { keptHeaders } from './kept-headers.ts';
import { MOST_BODY_BYTES, readBody } from './read-body.ts';
import { countRefusal, flushRefusals } from './refusal-count.ts';

type Ctx = Context<HttpContext>;
type Ports = (env: Bindings) => SourcePorts;

const later = (c: Ctx, work: Promise<void> | undefined): void => {
  if (work !== undefined) c.executionCtx.waitUntil(work);
};

const count = (c: Ctx, source: FoundSource, reason: string, message: string): void =>
  later(c, countRefusal(c.env.DB, { source: source.name, reason, message, now: Date.now() }));

/** The source that is posted to, or the answer when it cannot be told or is nobody. */
const sourceAt = async (c: Ctx): Promise<FoundSource | Response> => {
  const name = c.req.param('source') ?? '';
  try {
    const source = await findSource(c.env, name, Date.now());
    if (source !== undefined) return source;
    return problemResponse(refuse('not_found', 'There is no such source.'), c.get('requestId'));
  } catch (error) {
    if (!(error instanceof SealError) && !(error instanceof StoreUnavailable)) throw error;
    console.error(c.get('requestId'), error.message);
    const detail = 'Events cannot be kept right now. Send them again.';
    return problemResponse(refuse('unavailable', detail, { retryAfterSeconds: 5 }), c.get('requestId'));
  }
};

const tooLarge = (c: Ctx, source: FoundSource, reason: string, message: string): Response => {
  count(c, source, reason, message);
  const detail = `A post has at most ${MOST_BODY_BYTES} bytes and 1,000 events.`;
  return problemResponse(refuse('too_large', detail), c.get('requestId'));
};

/** Whoever sent it can send it again, if anybody is still there. */
const comeAgain = ({ kind }: FoundSource): Response =>
  toResponse(SOURCE_KINDS[kind]?.unavailable ?? COME_AGAIN);

/** Keeps verified events, and answers as this sender wants it. */
const keep = async (
  c: Ctx,
  source: FoundSource,
  received: Extract<Received, { outcome: 'events' }>,
): Promise<Response> => {
  const headers = keptHeaders(c.req.raw.headers, source);
  const now = Date.now();
  const verified = { source: source.name, events: received.events, headers, now };
  const accepted = await acceptEvents(c.env, verified, (work) => later(c, work));
  switch (accepted.outcome) {
    case 'accepted':
      later(c, flushRefusals(c.env.DB, source.name, now));
      return toResponse(received.response);
    case 'too_many':
    case 'too_large':
      return tooLarge(c, source, accepted.outcome, accepted.message);
    case 'unavailable': {
      console.error(c.get('requestId'), `Events of "${source.name}" could not be kept: ${accepted.message}`);
      return comeAgain(source);
    }
  }
};

interface Arrived {
  readonly body: Uint8Array<ArrayBuffer>;
  readonly ports: SourcePorts;
}

const receivePost = async (c: Ctx, source: FoundSource, { body, ports }: Arrived): Promise<Response> => {
  const post = {
    method: c.req.method,
    url: new URL(c.req.url),
    headers: c.req.raw.headers,
    body,
    now: Date.now(),
  };
  const config = { ...source, settings: splitSettings(source.settings).own };
  const received = await receive(config, post, ports);
  switch (received.outcome) {
    case 'answered':
      return toResponse(received.response);
    case 'refused':
      count(c, source, received.reason, received.message);
      return toResponse(received.response);
    case 'events':
      return keep(c, source, received);
  }
};

const receiveBody = async (c: Ctx, source: FoundSource, ports: Ports): Promise<Response> => {
  const read = await readBody(c.req.raw);
  switch (read.outcome) {
    case 'too_large':
      return tooLarge(c, source, 'too_large', `a body of more than ${MOST_BODY_BYTES} bytes`);
    case 'cut_off':
      count(c, source, 'cut_off', `the body ended before it was all there: ${read.message}`);
      return comeAgain(source);
    case 'whole':
      return receivePost(c, source, { body: read.body, ports: ports(c.env) });
  }
};

export const eventDoor = (ports: Ports): Hono<HttpContext> => {
  const door = new Hono<HttpContext>();
  door.all('/events/:source', async (c) => {
    const source = await sourceAt(c);
    return source instanceof Response ? source : receiveBody(c, source, ports);
  });
  return door;
};
