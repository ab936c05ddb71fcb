/** Sign-ins that were tried, counted by address and quarter of an hour: who guesses has twenty guesses. */
import { within } from './deadline.ts';

export const MOST_ATTEMPTS = 20;
export const QUARTER_MS = 15 * 60_000;

const COUNT = `
  INSERT INTO sign_in_attempts (address, since, count) VALUES (?1, ?2, 1)
  ON CONFLICT (address, since) DO UPDATE SET count = count + 1
  RETURNING count`;
const FORGET = 'UPDATE sign_in_attempts SET count = count - 1 WHERE address = ?1 AND since = ?2';
const REMOVE_OLD = 'DELETE FROM sign_in_attempts WHERE since < ?1';

const quarterOf = (now: number): number => now - (now % QUARTER_MS);

/** Counts one more, before anything is tried; how many there are now. */
export const countAttempt = async (db: D1Database, address: string, now: number): Promise<number> => {
  const counted = db.prepare(COUNT).bind(address, quarterOf(now));
  return (await within(counted.first<{ count: number }>()))?.count ?? 1;
};

/** It was no guess. */
export const forgetAttempt = async (db: D1Database, address: string, now: number): Promise<void> => {
  const since = quarterOf(now);
  await within(
    db.batch([db.prepare(FORGET).bind(address, since), db.prepare(REMOVE_OLD).bind(since - QUARTER_MS)]),
  );
};
