/** What `npm start` is told: flags, then the environment, then the usual. */
import { join, resolve } from 'node:path';
import type { Options } from '../command.ts';
import { CliError } from '../exit.ts';
import { readFlags } from '../flags.ts';
import {
  dataDirectory,
  DEFAULT_PORT,
  PROJECT,
  setting,
  type DataDirectory,
  type Environment,
} from '../project.ts';

export const START_OPTIONS: Options = {
  port: {
    type: 'string',
    value: 'N',
    help: `port to answer on (SLUICE_PORT, else ${DEFAULT_PORT}); 0 takes a free one`,
  },
  flows: { type: 'string', value: 'DIR', help: 'directory of the flow files to load and watch (flows/)' },
  'no-tick': { type: 'boolean', help: 'leave the tick of each minute to others, as tests do' },
};

export interface StartOptions {
  readonly port: number;
  readonly data: DataDirectory;
  readonly flows: string;
  readonly ticks: boolean;
  readonly wantsHelp: boolean;
}

const portOf = (given: string): number => {
  const port = Number(given);
  if (/^\d+$/.test(given) && port <= 65_535) return port;
  throw new CliError('usage', `"${given}" is no port: it takes a number up to 65535.`);
};

/** npm keeps flags for itself unless two dashes come first, and hands on what it takes for arguments. */
const strayHint = (args: readonly string[]): string => {
  const [first = ''] = args;
  const example = /^\d+$/.test(first) ? `--port ${first}` : `--data ${first}`;
  return `"${first}" arrived alone: npm takes flags for its own unless -- comes before them. Write: npm start -- ${example}`;
};

export const startOptions = (argv: readonly string[], env: Environment, cwd: string): StartOptions => {
  const { args, flags } = readFlags(argv, START_OPTIONS);
  if (args.length > 0) throw new CliError('usage', strayHint(args));
  const flag = (name: string): string | undefined => {
    const value = flags[name];
    return typeof value === 'string' ? value : undefined;
  };
  const flows = flag('flows');
  return {
    port: portOf(flag('port') ?? setting(env, 'SLUICE_PORT') ?? String(DEFAULT_PORT)),
    data: dataDirectory(flag('data') ?? setting(env, 'SLUICE_DATA'), cwd),
    flows: flows === undefined ? join(PROJECT, 'flows') : resolve(cwd, flows),
    ticks: flags['no-tick'] !== true,
    wantsHelp: flags.help === true,
  };
};
