/** What the helper of `settings.onFailure` is told of a failed run. */
import type { Failure } from './errors.ts';

export interface FailedRun {
  readonly run: string;
  /** of the run: each that fails is told of once */
  readonly attempt: number;
  readonly flow: string;
  readonly version: number;
  /** without what the history does not show either */
  readonly error: Failure;
  /** ms since the epoch */
  readonly startedAt: number;
  readonly url: string;
  /** name of the helper */
  readonly helper: string;
}

/** Helpers that are started for the failures of one flow, an hour. */
export const FAILURES_AN_HOUR = 60;
