/** Remembers which overdue schedules an alert has told of, until they are moved on. */
import { within } from './deadline.ts';

const TOLD = `
  UPDATE schedules SET alerted_at = next_at
  WHERE flow IN (SELECT value FROM json_each(?1)) AND next_at < ?2`;

/** A schedule that was moved on since is not overdue any more: then there is nothing to remember. */
export const markTold = async (db: D1Database, flows: readonly string[], before: number): Promise<void> => {
  await within(db.prepare(TOLD).bind(JSON.stringify(flows), before).run());
};
