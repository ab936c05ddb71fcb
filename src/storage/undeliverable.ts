/** Closes events that nobody could deliver: what they lack is a verdict, which a replay may still change. */
import { NO_FLOW, type FlowVerdict } from '../domain/event.ts';
import { within } from './deadline.ts';

// Verdicts that some flows have stay beside it. An event that was delivered after all is left alone.
const CLOSE = `
  UPDATE events SET closed_at = ?3, verdicts = json_set(coalesce(verdicts, '{}'), '$."${NO_FLOW}"', json(?2))
  WHERE id IN (SELECT value FROM json_each(?1)) AND closed_at IS NULL`;
const THERE = 'SELECT id FROM events WHERE id IN (SELECT value FROM json_each(?1))';

const CLOSE_DEADLINE_MS = 10_000;

/** Tells which of them D1 has, closed by now whoever did it. Throws `StoreUnavailable` when it does not answer. */
export const closeUndeliverable = async (
  db: D1Database,
  ids: readonly string[],
  { at, reason }: { readonly at: number; readonly reason: string },
): Promise<ReadonlySet<string>> => {
  if (ids.length === 0) return new Set();
  const verdict: FlowVerdict = { verdict: 'undeliverable', at, reason };
  const list = JSON.stringify(ids);
  const [, there] = await within(
    db.batch<{ id: string }>([
      db.prepare(CLOSE).bind(list, JSON.stringify(verdict), at),
      db.prepare(THERE).bind(list),
    ]),
    CLOSE_DEADLINE_MS,
  );
  return new Set(there?.results.map(({ id }) => id));
};
