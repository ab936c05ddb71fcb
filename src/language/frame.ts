/** What an evaluation carries with it, and how functions and hooks that JSONata calls find it. */
import type { Budget } from './budget.ts';

/** What an expression may know besides its scope. */
export interface Evaluation {
  /** ms since the epoch: what `$now()` and `$millis()` give */
  readonly now: number;
  /** of dates that name none */
  readonly timezone: string;
}

export interface State {
  readonly at: Evaluation;
  readonly budget: Budget;
}

/** JSONata's variables in a place of the expression; `base` holds those that the whole evaluation sees. */
export interface Frame {
  readonly base: Frame;
  readonly lookup: (name: string | symbol) => unknown;
  /** The present, to functions of JSONata's. */
  readonly timestamp: Date;
}

/** What JSONata's built-in functions have as `this`. */
export interface Focus {
  readonly environment: Frame;
  /** A list that gives its only item when it has one, and nothing when it has none. */
  readonly createSequence: () => unknown[];
}

/** A name that nobody can write: names in expressions have no blanks. */
export const STATE = ' state';

// Bound by `evaluate` before anything else happens.
export const stateOf = (frame: Frame): State => frame.base.lookup(STATE) as State;

interface Builtin {
  readonly implementation: (this: unknown, ...values: readonly unknown[]) => unknown;
}

/** A function of JSONata's own. What we put beside it has another name, and nobody else can bind this one. */
export const callBuiltin = (focus: Focus, name: string, values: readonly unknown[]): unknown =>
  (focus.environment.lookup(name) as Builtin).implementation.apply(focus, [...values]);
