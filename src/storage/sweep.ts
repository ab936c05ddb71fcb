/** Retention: removes the copies of runs that began, and events that came, before a time, a bounded number at a go. */
import { idFloor } from '../domain/ids.ts';
import { within } from './deadline.ts';

const SWEEP_DEADLINE_MS = 20_000;

// Pages first: without its run nothing would lead to them. Ids are times, so both are ranges of their primary keys.
const SWEEP_PAGES = `
  DELETE FROM run_pages WHERE (run, first) IN (SELECT run, first FROM run_pages WHERE run < ?1 ORDER BY run LIMIT ?2)`;
const SWEEP_RUNS = `
  DELETE FROM runs WHERE id IN (SELECT id FROM runs WHERE id < ?1 ORDER BY id LIMIT ?2)`;
const SWEEP_EVENTS = `
  DELETE FROM events WHERE id IN (SELECT id FROM events WHERE id < ?1 ORDER BY id LIMIT ?2)`;
// There are a few rows an hour for each source that is refused, so no index leads to the old ones.
const SWEEP_REFUSALS = `
  DELETE FROM refusals WHERE (source, hour, reason) IN
    (SELECT source, hour, reason FROM refusals WHERE hour < ?1 LIMIT ?2)`;

export interface Swept {
  readonly runs: number;
  readonly pages: number;
}

/**
 * Removes at most `limit` pages and, once no old page is left, at most `limit` runs that began more than `keepMs` ago.
 * Call it again with the next tick: it goes on where it stopped.
 */
export const sweep = async (db: D1Database, now: number, keepMs: number, limit: number): Promise<Swept> => {
  const floor = idFloor('run', Math.max(0, now - keepMs));
  const remove = async (statement: string): Promise<number> =>
    (await within(db.prepare(statement).bind(floor, limit).run(), SWEEP_DEADLINE_MS)).meta.changes;
  const pages = await remove(SWEEP_PAGES);
  return { pages, runs: pages < limit ? await remove(SWEEP_RUNS) : 0 };
};

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/**
 * Removes at most `limit` events that came more than `keepMs` ago, whatever their verdicts; returns how many. Counts of
 * refused posts go with them, once an hour.
 */
export const sweepEvents = async (
  db: D1Database,
  now: number,
  keepMs: number,
  limit: number,
): Promise<number> => {
  const before = Math.max(0, now - keepMs);
  if (now % HOUR < MINUTE) {
    await within(db.prepare(SWEEP_REFUSALS).bind(before, limit).run(), SWEEP_DEADLINE_MS);
  }
  const remove = db.prepare(SWEEP_EVENTS).bind(idFloor('evt', before), limit);
  return (await within(remove.run(), SWEEP_DEADLINE_MS)).meta.changes;
};
