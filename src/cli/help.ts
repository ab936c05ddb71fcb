/** The help texts, made from the table of commands. */
import type { Command, Options } from './command.ts';
import { GENERAL } from './flags.ts';
import type { Paint } from './terminal.ts';

const columns = (rows: readonly (readonly [string, string])[]): string[] => {
  const width = Math.max(...rows.map(([left]) => left.length));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`);
};

const optionRows = (options: Options): [string, string][] =>
  Object.entries(options).map(([name, option]) => [
    option.type === 'boolean' ? `--${name}` : `--${name} ${option.value ?? 'TEXT'}`,
    option.help,
  ]);

const commandRows = (commands: readonly Command[]): [string, string][] =>
  commands.map(({ name, takes, summary }) => [[name, ...takes].join(' '), summary]);

export const generalHelp = (commands: readonly Command[], paint: Paint): string[] => [
  `${paint('bold', 'sluice')}: the terminal of an event router for identity automation`,
  '',
  ...columns(commandRows(commands)),
  '',
  'Every command takes',
  ...columns(optionRows(GENERAL)),
  '',
  'Results go to standard output, progress and errors to standard error. It ends with 0 done, 1 failed, in doubt',
  'or errors found, 2 usage, 3 not found or refused, 4 not reachable, 5 cancelled, 6 still running, 130 Ctrl-C.',
];

/** Of commands that begin with the same word. */
export const groupHelp = (commands: readonly Command[]): string[] => [
  ...columns(commandRows(commands)),
  '',
  `\`sluice ${commands[0]?.name} --help\` shows the options of one.`,
];

export const commandHelp = (
  { name, takes, summary, options, notes = [] }: Command,
  paint: Paint,
): string[] => [
  paint('bold', ['sluice', name, ...takes].join(' ')),
  `  ${summary}`,
  ...(notes.length === 0 ? [] : ['', ...notes.map((note) => `  ${note}`)]),
  '',
  ...columns([...optionRows(options), ...optionRows(GENERAL)]),
];
