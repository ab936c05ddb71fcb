/** One call of the terminal: from the command line to the exit code. Nothing here touches the process. */
import { findCommand, groupOf, readLine } from './arguments.ts';
import type { Call } from './command.ts';
import { COMMANDS } from './commands.ts';
import { CliError, EXIT, type Ending } from './exit.ts';
import { wordsOf } from './flags.ts';
import { commandHelp, generalHelp, groupHelp } from './help.ts';
import { findTarget } from './target.ts';
import type { Terminal } from './terminal.ts';

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

const perform = async (argv: readonly string[], terminal: Terminal): Promise<Ending> => {
  const isHelp = argv.length === 0 || argv[0] === 'help' || wordsOf(argv, {}).length === 0;
  const group = isHelp ? [] : groupOf(COMMANDS, argv);
  if (group.length > 0 && argv.some((word) => word === '--help' || word === '-h')) {
    groupHelp(group).forEach(terminal.out);
    return 'done';
  }
  const command = isHelp ? undefined : findCommand(COMMANDS, argv);
  if (command === undefined) {
    generalHelp(COMMANDS, terminal.paint).forEach(terminal.out);
    return argv.length === 0 ? 'usage' : 'done';
  }
  const { args, flags } = readLine(command, argv);
  if (flags.help === true) {
    commandHelp(command, terminal.paint).forEach(terminal.out);
    return 'done';
  }
  const target = findTarget(
    { url: text(flags.url), token: text(flags.token), data: text(flags.data) },
    terminal,
  );
  const call: Call = {
    terminal,
    args,
    isJson: flags.json === true,
    api: { ...target, signal: terminal.signal },
    // Read by the command's own options.
    flags: flags as Call['flags'],
  };
  return command.run(call);
};

/** Performs a command line and returns the exit code; messages have gone to standard error. */
export const sluice = async (argv: readonly string[], terminal: Terminal): Promise<number> => {
  try {
    return EXIT[await perform(argv, terminal)];
  } catch (error) {
    if (terminal.signal.aborted) return EXIT.interrupted;
    if (!(error instanceof CliError)) throw error;
    terminal.note(`${terminal.paintNote('red', 'sluice:')} ${error.message}`);
    return EXIT[error.ending];
  }
};
