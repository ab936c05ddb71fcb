/**
 * The door of events: `/events/<source>`, with whatever method a sender's handshake takes.
 *
 * T2: nothing reaches the queue unverified: `receive` judges the raw bytes before anything else looks at them.
 */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { HttpContext } from '../../access/context.ts';
import { problemResponse, refuse } from '../../domain/problem.ts';
import { toResponse } from '../../sources/answer.ts';
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
import { countRefusal, flushRefusals } from './refusal-count.ts';

/** What D1 takes in one go, when every character of it has to be escaped. */
export const MOST_BODY_BYTES = 1_000_000;

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
      const kind = SOURCE_KINDS[source.kind];
      if (kind === undefined) throw new Error(`Source "${source.name}" is of an unknown kind.`);
      return toResponse(kind.unavailable);
    }
  }
};

const receivePost = async (c: Ctx, source: FoundSource, ports: Ports): Promise<Response> => {
  const post = {
    method: c.req.method,
    url: new URL(c.req.url),
    headers: c.req.raw.headers,
    body: new Uint8Array(await c.req.arrayBuffer()),
    now: Date.now(),
  };
  const config = { ...source, settings: splitSettings(source.settings).own };
  const received = await receive(config, post, ports(c.env));
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

export const eventDoor = (ports: Ports): Hono<HttpContext> => {
  const door = new Hono<HttpContext>();
  const cap = bodyLimit({
    maxSize: MOST_BODY_BYTES,
    onError: async (c) => {
      // The limit knows nothing of our context; the door is mounted where it has it.
      const here = c as Ctx;
      const source = await sourceAt(here);
      if (source instanceof Response) return source;
      return tooLarge(here, source, 'too_large', `a body of more than ${MOST_BODY_BYTES} bytes`);
    },
  });
  door.all('/events/:source', cap, async (c) => {
    const source = await sourceAt(c);
    return source instanceof Response ? source : receivePost(c, source, ports);
  });
  return door;
};
