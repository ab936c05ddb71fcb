/** How the terminal's programs end: the table of exit codes, and the error that carries one. */

export const EXIT = {
  done: 0,
  /** the run failed or is in doubt, the check found errors */
  failed: 1,
  usage: 2,
  /** not found, not allowed, or not possible as asked */
  refused: 3,
  unreachable: 4,
  cancelled: 5,
  /** still running when `--wait` was over */
  unfinished: 6,
  interrupted: 130,
} as const;
export type Ending = keyof typeof EXIT;

/** Ends the program with a message for the person at the terminal; anything else that is thrown is a bug. */
export class CliError extends Error {
  readonly ending: Ending;

  constructor(ending: Ending, message: string) {
    super(message);
    this.name = 'CliError';
    this.ending = ending;
  }
}
