/** What a command of the terminal is: its words, its flags, and what it does. */
import type { Api } from './api.ts';
import type { Ending } from './exit.ts';
import type { Terminal } from './terminal.ts';

export interface Option {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  /** stands for the value in the help: `FILE` */
  readonly value?: string;
  readonly help: string;
}
export type Options = Readonly<Record<string, Option>>;

type FlagOf<O extends Option> = O['type'] extends 'boolean'
  ? boolean
  : O extends { readonly multiple: true }
    ? readonly string[]
    : string;
export type Flags<O extends Options> = { readonly [K in keyof O]?: FlagOf<O[K]> };

export interface Call<O extends Options = Options> {
  readonly terminal: Terminal;
  readonly api: Api;
  readonly args: readonly string[];
  readonly flags: Flags<O>;
  /** `--json` */
  readonly isJson: boolean;
}

export interface Command<O extends Options = Options> {
  /** one word or two: `flows push` */
  readonly name: string;
  readonly summary: string;
  /** positional arguments: `<run>` must be there, `[name]` may, `[file…]` any number of times */
  readonly takes: readonly string[];
  readonly options: O;
  /** further lines of its help */
  readonly notes?: readonly string[];
  readonly run: (call: Call<O>) => Promise<Ending>;
}

/** Ties the type of `flags` to the options; the table of commands keeps the general type. */
export const command = <const O extends Options>(definition: Command<O>): Command =>
  // A command is only ever called with flags that were read by its own options.
  definition as unknown as Command;
