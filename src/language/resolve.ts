/** Templates and conditions to values. */
import type { Template } from '../domain/flow.ts';
import type { Json, JsonObject } from '../domain/json.ts';

/** What an expression may know besides its scope. */
export interface Evaluation {
  /** ms since the epoch: what `$now()` and `$millis()` give */
  readonly now: number;
  readonly timezone: string;
}

export declare const resolve: (
  value: Template,
  scope: JsonObject,
  at: Evaluation,
) => Promise<Json | undefined>;

export declare const holds: (condition: string, scope: JsonObject, at: Evaluation) => Promise<boolean>;
