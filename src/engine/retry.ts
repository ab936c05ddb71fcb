/**
 * What follows a failed attempt: another one, a look whether it happened, doubt, or the failure itself.
 * E6: a `once` effect is attempted again only when the last attempt certainly did not happen, or a person says so;
 * no `retry` of the flow overrides that.
 */
import type { Effect } from '../domain/card.ts';
import { failureOf, StepError } from '../domain/errors.ts';
import type { CardStep, Retry } from '../domain/flow.ts';
import type { Entry } from '../domain/run.ts';
import { PROBE_GRACE_MS } from './ports.ts';
import type { Tries } from './state.ts';

const SAFE: Retry = { attempts: 3, delayMs: 1_000, backoff: 2, on: ['429', '5xx', 'timeout'] };
const CAREFUL: Retry = { attempts: 3, delayMs: 1_000, backoff: 2, on: ['429'] };
/** A callee may ask for a wait, but not for one that outlasts everybody's patience. */
const LONGEST_DELAY_MS = 24 * 3_600_000;

export interface Attempted {
  readonly step: CardStep;
  readonly path: string;
  readonly effect: Effect;
  readonly tries: Tries;
  readonly now: number;
  readonly random: () => number;
}

export const afterFailure = (
  attempt: Attempted,
  error: StepError,
): Extract<Entry, { type: 'failed' | 'doubted' }> => {
  const { path, now, effect, tries, step } = attempt;
  const happened = error.detail.happened ?? 'no';
  const probeAt = Math.max(now, tries.startedAt + step.timeoutMs + PROBE_GRACE_MS);
  if (happened === 'unknown' && effect === 'probe')
    return { type: 'doubted', at: now, path, reason: error.message, probeAt };
  if (happened === 'unknown' && effect === 'once')
    return { type: 'doubted', at: now, path, reason: error.message };
  const failed = {
    type: 'failed',
    at: now,
    path,
    error: failureOf(error, step.id ?? path),
    happened,
  } as const;
  const delayMs = happened === 'yes' ? null : nextDelay(attempt, error);
  return delayMs === null ? failed : { ...failed, retryAt: now + delayMs };
};

/** ms until the next attempt, or null when there is none. */
const nextDelay = (attempt: Attempted, error: StepError): number | null => {
  const { step, effect, tries, random } = attempt;
  const retry = step.retry ?? (effect === 'safe' || effect === 'probe' ? SAFE : CAREFUL);
  if (tries.failures + 1 >= retry.attempts || !isRetried(retry, error)) return null;
  // Jitter of a quarter either way keeps runs that failed together from coming back together.
  const backoff = retry.delayMs * retry.backoff ** tries.failures * (0.75 + random() / 2);
  const asked = typeof error.detail.retry === 'object' ? error.detail.retry.afterMs : 0;
  return Math.min(LONGEST_DELAY_MS, Math.max(Math.round(backoff), asked));
};

const isRetried = (retry: Retry, error: StepError): boolean => {
  if (error.detail.retry === 'no') return false;
  const status = error.detail.status;
  return retry.on.some((word) => {
    if (word === error.code) return true;
    if (word === 'timeout') return error.code === 'network' || error.code === 'unexpected' || status === 408;
    return status !== undefined && (word === String(status) || word === `${Math.floor(status / 100)}xx`);
  });
};

/** An error of unknown kind counts as retryable; nobody knows whether its request went out. */
export const asStepError = (thrown: unknown): StepError => {
  if (thrown instanceof StepError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new StepError('unexpected', message, { retry: 'yes', happened: 'unknown' });
};
