/** One request through the guard, and how its failures are told. Nothing else in Sluice sends. */
import type { ActionContext } from '../domain/card.ts';
import { StepError, type Happened } from '../domain/errors.ts';
import type { Outgoing } from './compose.ts';
import { guard } from './guard.ts';

/** Method and address as messages show them: queries often hold what is nobody's business. */
export const nameOf = ({ method, url }: Outgoing): string => `${method} ${url.origin}${url.pathname}`;

const reasonOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
};

/** What broke off a request or the reading of its answer: the time limit, a cancellation or the network. */
export const broken = (
  error: unknown,
  signal: AbortSignal,
  where: { readonly name: string; readonly happened: Happened },
): StepError => {
  if (error instanceof StepError) return error;
  const { name, happened } = where;
  if (!signal.aborted) {
    return new StepError('network', `${name} failed: ${reasonOf(error)}`, { retry: 'yes', happened });
  }
  // The engine may say why it broke off; what happened outside, only we know.
  if (signal.reason instanceof StepError) {
    const { code, message, detail } = signal.reason;
    return new StepError(code, message, { ...detail, happened });
  }
  const problem = 'had no complete answer within the time limit of the step';
  return new StepError('timeout', `${name} ${problem}`, { retry: 'yes', happened });
};

/**
 * Follows no redirect. Throws `blocked_address` and `invalid_url` unsent; `network` and `timeout` with outcome
 * unknown: whether the connection was ever made cannot be seen from a Worker.
 */
export const send = async (outgoing: Outgoing, context: ActionContext): Promise<Response> => {
  guard(outgoing.url, context.network);
  const name = nameOf(outgoing);
  if (context.signal.aborted) throw broken(undefined, context.signal, { name, happened: 'no' });
  const { method, url, headers, body } = outgoing;
  const request = new Request(url, { method, headers, body, redirect: 'manual', signal: context.signal });
  try {
    return await context.fetch(request);
  } catch (error) {
    throw broken(error, context.signal, { name, happened: 'unknown' });
  }
};
