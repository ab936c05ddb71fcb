/** The answers that senders get. Rich reasons go to the log; a sender learns no more than it needs. */
import { PROBLEMS, type ProblemCode } from '../domain/problem.ts';
import type { Answer, Received, RefusalReason } from './kind.ts';

/** No body: some senders, Okta among them, take none. */
export const empty = (status: number): Answer => ({ status, headers: {}, body: null });

/** What a challenge is answered with. Browsers must not take it for a page: its text comes from the caller. */
export const plain = (text: string): Answer => ({
  status: 200,
  headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
  body: text,
});

export const json = (value: Readonly<Record<string, string>>): Answer => ({
  status: 200,
  headers: { 'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff' },
  body: JSON.stringify(value),
});

const problem = (
  code: ProblemCode,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
): Answer => {
  const [status, title] = PROBLEMS[code];
  return {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
    body: JSON.stringify({ type: `/problems/${code}`, title, status, detail, code }),
  };
};

/** Nothing is kept yet, come again. Never a 4xx: Okta, Auth0 and others give an event up after one. */
export const COME_AGAIN: Answer = problem('unavailable', 'The event could not be kept. Send it again.', {
  'Retry-After': '5',
});

/** One answer for everything that is wrong with a proof. */
const UNPROVEN: Answer = problem('unauthenticated', 'The request does not prove who sent it.');

const ANSWERS: Readonly<Record<RefusalReason, Answer>> = {
  method: problem('method_not_allowed', 'Events are posted.', { Allow: 'POST' }),
  no_signature: UNPROVEN,
  bad_signature: UNPROVEN,
  too_old: UNPROVEN,
  wrong_issuer: UNPROVEN,
  wrong_audience: UNPROVEN,
  // These are put right on our side: the sender shall come again until then.
  no_secret: COME_AGAIN,
  keys_unavailable: COME_AGAIN,
  misconfigured: COME_AGAIN,
  malformed: problem('malformed', 'The body cannot be read as this source expects it.'),
  unsupported: problem('unsupported_media_type', 'This source takes bodies of another content type.'),
};

/** Turns a post away in the usual words. */
export const refused = (reason: RefusalReason, message: string): Received => ({
  outcome: 'refused',
  reason,
  message,
  response: ANSWERS[reason],
});

export const toResponse = (answer: Answer): Response =>
  new Response(answer.body, { status: answer.status, headers: answer.headers });
