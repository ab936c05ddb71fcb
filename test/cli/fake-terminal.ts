/** A terminal in memory: what was written, and what the environment says. */
import { sluice } from '../../src/cli/sluice.ts';
import type { Terminal } from '../../src/cli/terminal.ts';

export interface FakeTerminal extends Terminal {
  readonly stdout: string[];
  readonly stderr: string[];
}

export const NOW = Date.parse('2026-11-23T12:00:00.000Z');

export const fakeTerminal = (given: Partial<Terminal> & { readonly input?: string } = {}): FakeTerminal => {
  const stdout: string[] = [];
  const stderr: string[] = [];
  return {
    stdout,
    stderr,
    out: (line) => void stdout.push(line),
    note: (line) => void stderr.push(line),
    paint: (_, text) => text,
    paintNote: (_, text) => text,
    stdin: () => Promise.resolve(given.input ?? ''),
    isInteractive: false,
    env: {},
    cwd: '/nowhere',
    project: '/nowhere',
    columns: 200,
    now: () => NOW,
    signal: new AbortController().signal,
    ...given,
  };
};

export interface Told {
  readonly exit: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Performs a command line against an installation. */
export const perform = async (
  line: readonly string[],
  given: Partial<Terminal> & { readonly input?: string } = {},
): Promise<Told> => {
  const terminal = fakeTerminal(given);
  const exit = await sluice(line, terminal);
  return { exit, stdout: terminal.stdout.join('\n'), stderr: terminal.stderr.join('\n') };
};
