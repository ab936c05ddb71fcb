/** What a compiled JSON Schema is made of, and what a check carries along. */
import type { Json, JsonObject } from '../domain/json.ts';
import type { ProblemItem } from '../domain/problem.ts';

/**
 * `json`: as JSON has it. `text`: from a query or a form, where everything is text. `fit`: from an expression: one
 * becomes a list of one, nothing an empty list, numbers and booleans text. `literal`: as `fit`, written in a flow:
 * texts with an expression pass.
 */
export type Origin = 'json' | 'text' | 'fit' | 'literal';

export interface Visit {
  readonly origin: Origin;
  readonly errors: ProblemItem[];
}

/** Returns the value as it goes on: defaults filled in, texts turned into what is declared. */
export type Check = (value: Json, path: string, visit: Visit) => Json;

export interface Compiling {
  /** Where `#/$defs/…` leads. */
  readonly root: JsonObject;
  readonly references: Map<string, Check>;
  readonly compile: (schema: Json) => Check;
}

export const memberPath = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);

export const report = (visit: Visit, path: string, code: string, message: string): void => {
  visit.errors.push({ path, code, message });
};
