/** Flow definitions as this lane was given them: each version once, as text in its storage, parsed in a cache. */
import type { Flow } from '../domain/flow.ts';
import type { Lane } from './lane.ts';

/** A definition that belongs to one run: a flow that was never saved. */
export const definitionName = (flow: string, version: number, runId: string): string =>
  version === 0 ? `#${runId}` : flow;

export interface Flows {
  readonly get: (name: string, version: number) => Flow | undefined;
  /** Only what is committed may be put here: another run's commit would leave its definition out. */
  readonly put: (name: string, version: number, flow: Flow) => void;
  /** A definition that came with a start; the starts of one call share what they bring. */
  readonly parse: (definition: string) => Flow;
}

const CACHED_FLOWS = 200;

export const createFlows = (sql: SqlStorage): Flows => {
  const cache = new Map<string, Flow>();
  const put = (name: string, version: number, flow: Flow): void => {
    if (cache.size >= CACHED_FLOWS) cache.delete(cache.keys().next().value ?? '');
    cache.set(`${name}@${version}`, flow);
  };
  let last: { readonly definition: string; readonly flow: Flow } | undefined;
  return {
    put,
    parse: (definition) => {
      // Checked when it was saved, or by the door that sends it.
      if (last?.definition !== definition) last = { definition, flow: JSON.parse(definition) as Flow };
      return last.flow;
    },
    get: (name, version) => {
      const cached = cache.get(`${name}@${version}`);
      if (cached !== undefined) return cached;
      const flow = readFlow(sql, name, version);
      if (flow !== undefined) put(name, version, flow);
      return flow;
    },
  };
};

/** The flow of a run by version; throws when the lane was never given it. */
export const flowOf =
  (lane: Pick<Lane, 'flows'>, run: { readonly id: string; readonly flow: string }) =>
  (version: number): Flow => {
    const flow = lane.flows.get(definitionName(run.flow, version, run.id), version);
    if (flow === undefined) throw new Error(`the lane has no definition of ${run.flow}@${version}`);
    return flow;
  };

const readFlow = (sql: SqlStorage, name: string, version: number): Flow | undefined => {
  const row = sql
    .exec<{ definition: string }>(
      'SELECT definition FROM flows WHERE name = ? AND version = ?',
      name,
      version,
    )
    .toArray()[0];
  // Checked when the flow was saved.
  return row === undefined ? undefined : (JSON.parse(row.definition) as Flow);
};

export const writeFlow = (
  sql: SqlStorage,
  flow: { readonly name: string; readonly version: number; readonly definition: string },
): void => {
  sql.exec('INSERT OR IGNORE INTO flows VALUES (?, ?, ?)', flow.name, flow.version, flow.definition);
};
