/** What an expression refers to. */
import type { Expression } from './expression.ts';

/** One use of a name of the language: `inputs.user.email` is `inputs` with the path `['user', 'email']`. */
export interface Use {
  readonly name: string;
  readonly path: readonly string[];
  /** where the name begins in the source, counted from 0 */
  readonly position: number;
}

export const namesOf = (expression: Expression): readonly Use[] => expression.names;
