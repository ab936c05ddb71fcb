/** Who listens to a source: its event flows, enabled or disabled, and what the source itself says about its events. */
import * as z from 'zod';
import type { EventTrigger, Flow } from '../domain/flow.ts';
import { makeLookup } from './lookup.ts';
import type { SourceStatus } from './events-schema.ts';

export interface Listener {
  readonly flow: Flow;
  readonly trigger: EventTrigger;
  readonly version: number;
  readonly enabled: boolean;
}

export interface Listeners {
  readonly flows: readonly Listener[];
  /** since when the source is paused, ms; null when it is not, or was removed */
  readonly pausedAt: number | null;
  /** API tokens and clients of our own connections: what they cause is ours */
  readonly ownActors: ReadonlySet<string>;
}

const FLOWS = `
  SELECT flows.version, flows.status, flow_versions.definition
  FROM flows JOIN flow_versions ON flow_versions.flow = flows.name AND flow_versions.version = flows.version
  WHERE flows.trigger = 'event' AND flows.status IN ('enabled', 'disabled')
    AND flow_versions.definition ->> '$.trigger.source' = ?1
  ORDER BY flows.name`;
const SOURCE = 'SELECT status, paused_at AS pausedAt, settings FROM sources WHERE name = ?1';

interface FlowRow {
  readonly version: number;
  readonly status: 'enabled' | 'disabled';
  readonly definition: string;
}
interface SourceRow {
  readonly status: SourceStatus;
  readonly pausedAt: number | null;
  readonly settings: string;
}

/** The one setting that belongs to delivering; whatever else a kind of source has is its own. */
const Settings = z.object({ ownActors: z.array(z.string()).catch([]) });

const listenerOf = ({ version, status, definition }: FlowRow): readonly Listener[] => {
  // Checked when it was saved.
  const flow: Flow = JSON.parse(definition);
  const { trigger } = flow;
  return trigger.kind === 'event' ? [{ flow, trigger, version, enabled: status === 'enabled' }] : [];
};

const lookup = makeLookup<Listeners>(async (db, source) => {
  const [flows, [row]] = await Promise.all([
    db.prepare(FLOWS).bind(source).all<FlowRow>(),
    db
      .prepare(SOURCE)
      .bind(source)
      .all<SourceRow>()
      .then(({ results }) => results),
  ]);
  const { ownActors } = Settings.parse(row === undefined ? {} : JSON.parse(row.settings));
  return {
    flows: flows.results.flatMap(listenerOf),
    pausedAt: row?.status === 'paused' ? row.pausedAt : null,
    ownActors: new Set(ownActors),
  };
});

/**
 * The listeners of a source, configured or not; at most a second old, or 15 minutes while D1 does not answer.
 * @throws StoreUnavailable when D1 does not answer and they are not known here
 */
export const findListeners = async (db: D1Database, source: string, now: number): Promise<Listeners> => {
  const found = await lookup(db, source, now);
  if (found === undefined) throw new Error(`The listeners of source ${source} were looked up and not made.`);
  return found;
};
