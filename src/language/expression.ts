/** Expressions of the flow language: JSONata, with the traps taken out. Compiled once for every source text. */
import type { Use } from './names.ts';

export interface Expression {
  readonly source: string;
  /** the names of the language that it uses */
  readonly names: readonly Use[];
}

export type Compiled =
  | { readonly ok: true; readonly expression: Expression }
  /** `position` counts from 0 into the source. */
  | { readonly ok: false; readonly code: string; readonly message: string; readonly position: number };

/** Cached by source: ask as often as you like. */
export declare const compileExpression: (source: string) => Compiled;
