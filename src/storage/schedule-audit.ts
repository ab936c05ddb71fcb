/** What an audit of the schedules needs to know of them, and how it puts one back to where its account is complete. */
import { within } from './deadline.ts';

/** A flow with a schedule, as it stands; without a row of its own when that was lost. */
export interface AuditedSchedule {
  readonly flow: string;
  /** the newest version of the flow, its trigger as JSON, and since when it is in force */
  readonly newest: number;
  readonly trigger: string;
  readonly since: number;
  readonly row: null | {
    readonly version: number;
    readonly through: number;
    readonly nextAt: number | null;
    readonly revision: number;
    /** whether the ledger has a line for `through` */
    readonly hasLine: boolean;
  };
}

const LIST = `
  SELECT f.name AS flow, f.version AS newest, v.definition -> '$.trigger' AS trigger, v.created_at AS since, s.version,
    s.through, s.next_at AS nextAt, s.revision,
    EXISTS (SELECT 1 FROM ticks t WHERE t.flow = f.name AND t.nominal = s.through AND t.backfill = '') AS hasLine
  FROM flows f JOIN flow_versions v ON v.flow = f.name AND v.version = f.version
    LEFT JOIN schedules s ON s.flow = f.name
  WHERE f.trigger = 'schedule' AND f.status <> 'archived' AND f.name > ?1 ORDER BY f.name LIMIT ?2`;

interface Found extends Pick<AuditedSchedule, 'flow' | 'newest' | 'trigger' | 'since'> {
  readonly version: number | null;
  readonly through: number | null;
  readonly nextAt: number | null;
  readonly revision: number | null;
  readonly hasLine: 0 | 1;
}

const audited = ({ flow, newest, trigger, since, ...row }: Found): AuditedSchedule => {
  const { version, through, nextAt, revision, hasLine } = row;
  const isThere = version !== null && through !== null && revision !== null;
  const known = isThere ? { version, through, nextAt, revision, hasLine: hasLine === 1 } : null;
  return { flow, newest, trigger, since, row: known };
};

/** By flow, after the last one of the page before. */
export const listAudited = async (
  db: D1Database,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly AuditedSchedule[]> => {
  const { results } = await within(db.prepare(LIST).bind(page.after, page.limit).all<Found>());
  return results.map(audited);
};

/** Where a schedule is to go on from. @param revision as it was read, 0 for a row that is not there */
export interface Repair {
  readonly flow: string;
  readonly revision: number;
  readonly version: number;
  readonly through: number;
  readonly nextAt: number;
}

const REPAIR = `
  INSERT INTO schedules (flow, version, through, next_at, status, revision)
  SELECT value ->> 'flow', value ->> 'version', value ->> 'through', value ->> 'nextAt', 'active',
    1 + (value ->> 'revision')
  FROM json_each(?1) WHERE true
  ON CONFLICT (flow) DO UPDATE SET version = excluded.version, through = excluded.through, next_at = excluded.next_at,
    revision = excluded.revision
  WHERE schedules.revision = excluded.revision - 1`;

/** Leaves alone what was changed since it was read. */
export const repairSchedules = async (db: D1Database, repairs: readonly Repair[]): Promise<void> => {
  if (repairs.length > 0) await within(db.prepare(REPAIR).bind(JSON.stringify(repairs)).run());
};
