/** The published endpoints: enabled flows with an `api` trigger. */
import type { Flow } from '../domain/flow.ts';
import { within } from './deadline.ts';

const LIST = `
  SELECT flow_versions.definition
  FROM flows JOIN flow_versions ON flow_versions.flow = flows.name AND flow_versions.version = flows.version
  WHERE flows.status = 'enabled' AND flows.trigger = 'api'
  ORDER BY flows.name LIMIT ?1`;

/** By name, at most `limit`. */
export const listEndpoints = async (db: D1Database, limit: number): Promise<readonly Flow[]> => {
  const { results } = await within(db.prepare(LIST).bind(limit).all<{ definition: string }>());
  // The definitions were checked when they were saved.
  return results.map(({ definition }): Flow => JSON.parse(definition));
};
