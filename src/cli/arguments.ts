/** Finds the command that a line asks for, with its arguments and flags. */
import type { Command, Options } from './command.ts';
import { CliError } from './exit.ts';
import { readFlags, suggestion, wordsOf, type Line } from './flags.ts';

/** Every flag of every command: enough to tell the words of a line from the values of its flags. */
const allOptions = (commands: readonly Command[]): Options =>
  Object.assign({}, ...commands.map(({ options }) => options));

/** The commands that begin with the one word of a line, `sources`, where that is no command itself. */
export const groupOf = (commands: readonly Command[], argv: readonly string[]): readonly Command[] => {
  const [first = '', ...others] = wordsOf(argv, allOptions(commands));
  if (others.length > 0 || commands.some(({ name }) => name === first)) return [];
  return commands.filter(({ name }) => name.startsWith(`${first} `));
};

const unknownCommand = (commands: readonly Command[], [first = '', second]: readonly string[]): CliError => {
  const members = commands.map(({ name }) => name).filter((name) => name.startsWith(`${first} `));
  if (members.length > 0 && second === undefined) {
    return new CliError(
      'usage',
      `"sluice ${first}" is not all. There are: ${members.join(', ')}. \`sluice ${first} --help\` says what they do.`,
    );
  }
  if (members.length > 0 && second !== undefined) {
    const verbs = members.map((name) => name.slice(first.length + 1));
    const near = suggestion(second, verbs, `${first} `);
    return new CliError('usage', `There is no command "${first} ${second}".${near}`);
  }
  const firsts = commands.map(({ name }) => name.split(' ')[0] ?? name);
  return new CliError(
    'usage',
    `There is no command "${first}".${suggestion(first, firsts)} \`sluice --help\` lists them.`,
  );
};

/** Undefined when the line has no words at all. Two words are tried before one. */
export const findCommand = (commands: readonly Command[], argv: readonly string[]): Command | undefined => {
  const words = wordsOf(argv, allOptions(commands));
  if (words.length === 0) return undefined;
  const named = (count: number): Command | undefined =>
    commands.find(({ name }) => name === words.slice(0, count).join(' '));
  const found = named(2) ?? named(1);
  if (found === undefined) throw unknownCommand(commands, words);
  return found;
};

const checkCount = ({ name, takes }: Command, args: readonly string[]): void => {
  const usage = ['sluice', name, ...takes].join(' ');
  const missing = takes.filter((word) => word.startsWith('<'))[args.length];
  if (missing !== undefined) throw new CliError('usage', `${missing} is missing: ${usage}`);
  const empty = args.findIndex((arg) => arg.trim() === '');
  if (empty >= 0) throw new CliError('usage', `${takes[empty] ?? 'An argument'} is empty: ${usage}`);
  const surplus = args[takes.length];
  const isOpen = takes.some((word) => word.endsWith('…]'));
  if (!isOpen && surplus !== undefined) throw new CliError('usage', `"${surplus}" is too much: ${usage}`);
};

/** The rest of the line, read by the command's own options. */
export const readLine = (command: Command, argv: readonly string[]): Line => {
  const { args, flags } = readFlags(argv, command.options);
  const own = args.slice(command.name.split(' ').length);
  if (flags.help !== true) checkCount(command, own);
  return { args: own, flags };
};
