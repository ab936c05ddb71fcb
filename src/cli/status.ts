/** How a run's state looks, and what it means for the exit code. */
import type { RunStatus } from '../domain/run.ts';
import type { Ending } from './exit.ts';
import type { Hue, Paint } from './terminal.ts';

const HUES: Readonly<Record<string, Hue>> = {
  succeeded: 'green',
  failed: 'red',
  cancelled: 'yellow',
  in_doubt: 'yellow',
  running: 'cyan',
  waiting: 'cyan',
  skipped: 'dim',
};

export const paintStatus = (status: string, paint: Paint): string => {
  const hue = HUES[status];
  const words = status.replace('_', ' ');
  return hue === undefined ? words : paint(hue, words);
};

export const ENDING_OF = {
  queued: 'unfinished',
  running: 'unfinished',
  waiting: 'unfinished',
  in_doubt: 'failed',
  succeeded: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
} as const satisfies Record<RunStatus, Ending>;
