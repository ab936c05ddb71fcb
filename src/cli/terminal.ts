/** What a command sees of the world around it: results go out, notes go to standard error, nothing else is touched. */
import { styleText } from 'node:util';
import { EXIT } from './exit.ts';
import { PROJECT, type Environment } from './project.ts';

export type Hue = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';
/** Colours a text where the stream shows colours; `NO_COLOR` is honoured. */
export type Paint = (hue: Hue, text: string) => string;

export interface Terminal {
  /** one line of the result */
  readonly out: (line: string) => void;
  /** one line of progress or trouble */
  readonly note: (line: string) => void;
  readonly paint: Paint;
  readonly paintNote: Paint;
  /** all of standard input */
  readonly stdin: () => Promise<string>;
  /** whether a person types there */
  readonly isInteractive: boolean;
  readonly env: Environment;
  readonly cwd: string;
  readonly project: string;
  readonly columns: number;
  readonly now: () => number;
  /** aborted by Ctrl-C */
  readonly signal: AbortSignal;
}

const readAll = async (): Promise<string> => {
  let text = '';
  process.stdin.setEncoding('utf8');
  for await (const part of process.stdin) text += String(part);
  return text;
};

const paintFor =
  (stream: NodeJS.WriteStream): Paint =>
  (hue, text) =>
    styleText(hue, text, { stream });

/** npm may pass on the signal that the keyboard has sent already. */
const SAME_PRESS_MS = 300;

/** The first signal ends what is under way, a second one the process. */
const interruptionBy = (signals: readonly NodeJS.Signals[]): AbortSignal => {
  const interruption = new AbortController();
  let firstAt = 0;
  const interrupt = (): void => {
    if (!interruption.signal.aborted) {
      firstAt = Date.now();
      interruption.abort();
    } else if (Date.now() - firstAt > SAME_PRESS_MS) process.exit(EXIT.interrupted);
  };
  for (const signal of signals) process.on(signal, interrupt);
  return interruption.signal;
};

export const processTerminal = (signals: readonly NodeJS.Signals[] = ['SIGINT']): Terminal => {
  // `sluice runs | head` closes the pipe early, which is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  return {
    out: (line) => process.stdout.write(`${line}\n`),
    note: (line) => process.stderr.write(`${line}\n`),
    paint: paintFor(process.stdout),
    paintNote: paintFor(process.stderr),
    stdin: readAll,
    isInteractive: process.stdin.isTTY,
    env: process.env,
    cwd: process.cwd(),
    project: PROJECT,
    columns: process.stdout.columns ?? 120,
    now: Date.now,
    signal: interruptionBy(signals),
  };
};
