/** How much a request may bring. Bodies without an announced length are counted as they come in. */
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { createMiddleware } from 'hono/factory';
import type { HttpContext } from './access/context.ts';
import { problemResponse, refuse } from './domain/problem.ts';

const MB = 1024 * 1024;
const USUAL = 2 * MB;
/** Files of a push are saved all or none, so they come together. */
const PUSH = 16 * MB;
const PUSHES: readonly string[] = ['/api/v1/flows/push', '/api/v1/flows/check'];

const capped = (maxSize: number) => {
  const tooLarge = (c: Context<HttpContext>): Response => {
    const detail = `The body is over ${maxSize / MB} MB.`;
    return problemResponse(refuse('too_large', detail), c.get('requestId'));
  };
  const counted = bodyLimit({ maxSize, onError: tooLarge });
  return createMiddleware<HttpContext>(async (c, next) => {
    const { headers } = c.req.raw;
    const length = headers.get('Content-Length');
    // The runtime holds a body to the length that it was announced with: such a one need not be opened to be counted.
    if (length === null || headers.has('Transfer-Encoding')) return counted(c, next);
    return Number(length) > maxSize ? tooLarge(c) : next();
  });
};

const usual = capped(USUAL);
const push = capped(PUSH);

/** The door of events has a cap of its own: it counts what it turns away. */
export const bodyCap = createMiddleware<HttpContext>((c, next) => {
  if (c.req.path.startsWith('/events/')) return next();
  return PUSHES.includes(c.req.path) ? push(c, next) : usual(c, next);
});
