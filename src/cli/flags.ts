/** Reads the flags of a command line, and says what is wrong with them. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util';
import { nearest } from '../domain/near-match.ts';
import type { Options } from './command.ts';
import { CliError } from './exit.ts';

/** Understood by every command. */
export const GENERAL: Options = {
  url: { type: 'string', value: 'URL', help: 'address of the installation (SLUICE_URL)' },
  token: { type: 'string', value: 'TOKEN', help: 'who you are (SLUICE_TOKEN)' },
  data: { type: 'string', value: 'DIR', help: 'data directory of the local installation (SLUICE_DATA)' },
  json: { type: 'boolean', help: 'one JSON document, or one a line while following' },
  help: { type: 'boolean', help: 'this text' },
};

type Values = Record<string, string | boolean | string[]>;

export interface Line {
  readonly args: readonly string[];
  readonly flags: Readonly<Values>;
}

/** ` Did you mean --json?`, or nothing. */
export const suggestion = (word: string, candidates: Iterable<string>, prefix = ''): string => {
  const near = nearest(word, candidates);
  return near === undefined ? '' : ` Did you mean ${prefix}${near}?`;
};

const tokensOf = (argv: readonly string[], options: Options) => {
  const config = Object.fromEntries(
    Object.entries(options).map(([name, { type, multiple = false }]) => [
      name,
      { type, multiple, ...(name === 'help' ? { short: 'h' } : {}) },
    ]),
    // `fromEntries` forgets that a `type` is one of two words.
  ) as ParseArgsOptionsConfig;
  return parseArgs({ args: [...argv], options: config, strict: false, tokens: true }).tokens;
};

interface Given {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
}

const store = (flags: Values, { name, rawName, value }: Given, options: Options): void => {
  const option = Object.hasOwn(options, name) ? options[name] : undefined;
  if (option === undefined) {
    const near = suggestion(rawName.replace(/^-+/, ''), Object.keys(options), '--');
    throw new CliError('usage', `There is no option ${rawName} here.${near}`);
  }
  if (option.type === 'boolean') {
    if (value !== undefined) throw new CliError('usage', `${rawName} takes no value.`);
    flags[name] = true;
    return;
  }
  if (value === undefined) throw new CliError('usage', `${rawName} needs a value.`);
  const before = flags[name];
  flags[name] = option.multiple === true ? [...(Array.isArray(before) ? before : []), value] : value;
};

/** Flags may stand anywhere; `--` ends them, and a lone `-` is an argument. */
export const readFlags = (argv: readonly string[], own: Options): Line => {
  const options = { ...own, ...GENERAL };
  const args: string[] = [];
  const flags: Values = {};
  for (const token of tokensOf(argv, options)) {
    if (token.kind === 'positional') args.push(token.value);
    if (token.kind === 'option') store(flags, token, options);
  }
  return { args, flags };
};

/** The words of a line that are no flags and no values of flags; nothing is checked. */
export const wordsOf = (argv: readonly string[], options: Options): string[] =>
  tokensOf(argv, { ...options, ...GENERAL }).flatMap((token) =>
    token.kind === 'positional' ? [token.value] : [],
  );
