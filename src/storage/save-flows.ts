/**
 * Writes flows: one, or all of a push or none. What is read is planned on (flow-draft.ts) and written in one batch; two
 * writers who meet make the same version number, whose key lets only one of them in: the other one plans anew.
 */
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { isTaken, within } from './deadline.ts';
import { plan, planArchive } from './flow-draft.ts';
import type { Draft, FlowChange, Planned, Standing, Writer } from './flow-draft.ts';
import { markSchedules } from './flow-schedules.ts';
import type { FlowRow } from './flows.ts';
import { bound, grouped } from './row-groups.ts';
import type { IdentifiedRow } from './row-groups.ts';

const TRIES = 3;
const SAVE_DEADLINE_MS = 10_000;

const STANDING = `
  SELECT flows.name, title, origin, status, flows.version, trigger, flows.created_at AS createdAt,
    updated_at AS updatedAt, hash
  FROM flows JOIN flow_versions ON flow = name AND flow_versions.version = flows.version
  WHERE name IN (SELECT value FROM json_each(?1))`;

const GONE = `
  SELECT name, title, origin, status, version, trigger, created_at AS createdAt, updated_at AS updatedAt FROM flows
  WHERE origin = 'files' AND status <> 'archived' AND name NOT IN (SELECT value FROM json_each(?1))`;

const SAVE_VERSIONS = `
  INSERT INTO flow_versions (flow, version, format, hash, by, created_at, text, definition)
  SELECT value ->> 'flow', value ->> 'version', value ->> 'format', value ->> 'hash', value ->> 'by',
    value ->> 'createdAt', value ->> 'text', value -> 'definition'
  FROM json_each(?1)`;

const SAVE_FLOWS = `
  INSERT INTO flows (name, title, origin, status, version, trigger, created_at, updated_at)
  SELECT value ->> 'name', value ->> 'title', value ->> 'origin', value ->> 'status', value ->> 'version',
    value ->> 'trigger', value ->> 'createdAt', value ->> 'updatedAt'
  FROM json_each(?1) WHERE true
  ON CONFLICT (name) DO UPDATE SET title = excluded.title, origin = excluded.origin, status = excluded.status,
    version = excluded.version, trigger = excluded.trigger, updated_at = excluded.updated_at`;

const standingOf = async (db: D1Database, names: readonly string[]): Promise<Map<string, Standing>> => {
  const query = db.prepare(STANDING).bind(JSON.stringify(names));
  const { results } = await within(query.all<FlowRow & { readonly hash: string }>());
  return new Map(results.map(({ hash, ...flow }) => [flow.name, { flow, hash }]));
};

const goneFrom = async (db: D1Database, names: readonly string[]): Promise<readonly FlowRow[]> =>
  (await within(db.prepare(GONE).bind(JSON.stringify(names)).all<FlowRow>())).results;

const statements = (db: D1Database, sql: string, rows: readonly IdentifiedRow[]): D1PreparedStatement[] =>
  grouped(rows).map((group) => db.prepare(sql).bind(bound(group.rows)));

/** False when another writer has made one of these versions meanwhile. */
const write = async (db: D1Database, planned: readonly Planned[], writer: Writer): Promise<boolean> => {
  const versions = planned.flatMap(({ name, version, draft }) =>
    draft === null
      ? []
      : [
          {
            id: name,
            json: JSON.stringify({ ...draft, flow: name, version, by: writer.by, createdAt: writer.at }),
          },
        ],
  );
  const rows = planned.flatMap(({ name, row }) => (row ? [{ id: name, json: JSON.stringify(row) }] : []));
  if (rows.length === 0) return true;
  try {
    const batch = [
      ...statements(db, SAVE_VERSIONS, versions),
      ...statements(db, SAVE_FLOWS, rows),
      ...markSchedules(db, planned, writer.at),
    ];
    await within(db.batch(batch), SAVE_DEADLINE_MS);
    return true;
  } catch (error) {
    if (isTaken(error)) return false;
    throw error;
  }
};

/** What a version must be for a write to go ahead: `If-Match` and `If-None-Match: *`. */
export type Precondition = (standing: FlowRow | undefined) => Refusal | undefined;

export interface SaveOptions {
  /** archive flows from files whose name is not among the drafts */
  readonly prune?: boolean;
  readonly dryRun?: boolean;
  readonly precondition?: Precondition;
}

export type Saved = { readonly ok: true; readonly changes: readonly FlowChange[] } | Refusal;

const planAll = async (
  db: D1Database,
  drafts: readonly Draft[],
  writer: Writer,
  options: SaveOptions,
): Promise<readonly Planned[] | Refusal> => {
  const names = drafts.map((draft) => draft.name);
  const standing = await standingOf(db, names);
  const planned: Planned[] = [];
  const refusals: { readonly name: string; readonly refusal: Refusal }[] = [];
  for (const draft of drafts) {
    const before = standing.get(draft.name);
    const result = options.precondition?.(before?.flow) ?? plan(draft, before, writer);
    if ('ok' in result) refusals.push({ name: draft.name, refusal: result });
    else planned.push(result);
  }
  const [first] = refusals;
  if (first && refusals.length === 1) return first.refusal;
  if (first) {
    const errors = refusals.map(({ name, refusal }) => ({
      path: name,
      code: refusal.code,
      message: refusal.detail,
    }));
    const detail = `${errors.length} flows were last changed through the API. Nothing was saved.`;
    return refuse('conflict', detail, { errors });
  }
  const gone = options.prune ? await goneFrom(db, names) : [];
  return [...planned, ...gone.map((flow) => planArchive(flow, writer))];
};

/** Saves all drafts or none. With `dryRun` it only says what would happen. */
export const saveFlows = async (
  db: D1Database,
  drafts: readonly Draft[],
  writer: Writer,
  options: SaveOptions = {},
): Promise<Saved> => {
  for (let tried = 0; tried < TRIES; tried++) {
    const planned = await planAll(db, drafts, writer, options);
    if ('ok' in planned) return planned;
    const written = options.dryRun === true || (await write(db, planned, writer));
    if (written) {
      return { ok: true, changes: planned.map(({ name, version, change }) => ({ name, version, change })) };
    }
  }
  return refuse('conflict', 'Others are saving the same flows at this moment. Try again.');
};
