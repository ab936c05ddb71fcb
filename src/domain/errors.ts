/** How a step fails. Refusals at a border are returned, bugs are plain errors: only this one is thrown on purpose. */
import type { Json, JsonObject } from './json.ts';

/** Whether the outside effect of an attempt took place: `unknown` is the only honest answer after a lost reply. */
export type Happened = 'no' | 'yes' | 'unknown';

/** What the journal keeps of a failure and `error` shows in a `catch`. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** HTTP status of the answer, where there was one. */
  readonly status?: number;
  readonly body?: Json;
  readonly data?: Json;
  /** Id of the step that failed. */
  readonly step?: string;
  /** The called run that failed. */
  readonly run?: string;
  /** Said by a `fail` of the flow: only then may a caller of its endpoint read code and message. */
  readonly fromFlow?: true;
}

export interface StepErrorDetail {
  readonly status?: number;
  readonly body?: Json;
  readonly data?: Json;
  /** Whether another attempt may help, and how long the callee asked to wait (ms). */
  readonly retry?: 'yes' | 'no' | { readonly afterMs: number };
  /** Defaults to `no`: most failures come before anything was sent. */
  readonly happened?: Happened;
}

/** Thrown by cards and expressions; `perform` classifies it and the journal keeps its {@link Failure}. */
export class StepError extends Error {
  readonly code: string;
  readonly detail: StepErrorDetail;

  constructor(code: string, message: string, detail: StepErrorDetail = {}) {
    super(message);
    this.name = 'StepError';
    this.code = code;
    this.detail = detail;
  }
}

export const failureOf = (error: StepError, step?: string): Failure => ({
  code: error.code,
  message: error.message,
  ...(error.detail.status === undefined ? {} : { status: error.detail.status }),
  ...(error.detail.body === undefined ? {} : { body: error.detail.body }),
  ...(error.detail.data === undefined ? {} : { data: error.detail.data }),
  ...(step === undefined ? {} : { step }),
});

/** A failure as flows read it: less what only the doors need to know. */
export const readableFailure = (failure: Failure): JsonObject => {
  const { fromFlow: _fromFlow, ...readable } = failure;
  return readable;
};

/** Our own infrastructure does not answer (D1 down, object reset): never a step's failure, the run is tried again. */
export class Unavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Unavailable';
  }
}
