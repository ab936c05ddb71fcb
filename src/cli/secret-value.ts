/** Takes a secret without leaving it in the shell's history: from standard input, from a file, or as it was given. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { CliError } from './exit.ts';
import type { Terminal } from './terminal.ts';

/** One line break at the end belongs to the file or the key that was pressed, not to the secret. */
const withoutBreak = (text: string): string => text.replace(/\r?\n$/, '');

/** `-` reads standard input, `@FILE` a file; `label` says to a person what is waited for. */
export const secretValue = async (given: string, terminal: Terminal, label: string): Promise<string> => {
  if (given === '-') {
    if (terminal.isInteractive) terminal.note(`${label}, then Ctrl-D:`);
    return withoutBreak(await terminal.stdin());
  }
  if (!given.startsWith('@')) return given;
  try {
    return withoutBreak(readFileSync(resolve(terminal.cwd, given.slice(1)), 'utf8'));
  } catch {
    throw new CliError('refused', `There is no file ${given.slice(1)} that could be read.`);
  }
};
