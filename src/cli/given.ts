/** Times and numbers as they are given with flags. */
import { durationMs } from '../domain/duration.ts';
import { CliError } from './exit.ts';

const MOST = 10_000;

/** A length of time before now, a date, or a time. */
export const sinceOf = (given: string | undefined, now: number, flag = '--since'): string | undefined => {
  if (given === undefined) return undefined;
  const ms = durationMs(given);
  const at = ms === undefined ? Date.parse(given) : now - ms;
  if (Number.isNaN(at)) {
    throw new CliError('usage', `${flag} takes a length of time (2h), a date or a time, not "${given}".`);
  }
  return new Date(at).toISOString();
};

export const limitOf = (given: string | undefined, usual: number, most = MOST): number => {
  const limit = Number(given ?? usual);
  if (Number.isInteger(limit) && limit >= 1 && limit <= most) return limit;
  throw new CliError('usage', `--limit takes a number from 1 to ${most}, not "${given}".`);
};
