/** Stored flows that others call, for the check of those when they are saved. */
import type { Flow } from '../domain/flow.ts';
import { within } from './deadline.ts';

/** Archived ones are no more, and `files` alone are about to be archived by a push that prunes. */
const CALLED = `
  SELECT value AS called, definition FROM json_each(?1)
  JOIN flows ON name = CASE instr(value, '@') WHEN 0 THEN value ELSE substr(value, 1, instr(value, '@') - 1) END
  JOIN flow_versions ON flow = name AND flow_versions.version =
    CASE instr(value, '@') WHEN 0 THEN flows.version ELSE CAST(substr(value, instr(value, '@') + 1) AS INTEGER) END
  WHERE status <> 'archived' AND (?2 = 0 OR origin <> 'files')`;

/** By `name` and `name@version`; disabled ones too. @param isPruning leaves out what a push would archive */
export const calledFlows = async (
  db: D1Database,
  names: readonly string[],
  isPruning = false,
): Promise<ReadonlyMap<string, Flow>> => {
  const query = db.prepare(CALLED).bind(JSON.stringify(names), isPruning ? 1 : 0);
  const { results } = await within(query.all<{ called: string; definition: string }>());
  // Checked when it was saved.
  return new Map(results.map(({ called, definition }) => [called, JSON.parse(definition) as Flow]));
};
