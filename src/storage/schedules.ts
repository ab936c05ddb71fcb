/** Schedules as people see them, and what people do to them: pause and resume. */
import { within } from './deadline.ts';
import type { FlowStatus } from './schema.ts';
import type { ScheduleStatus } from './schedules-schema.ts';
import type { TickRow } from './tick-list.ts';
import type { Write } from './write.ts';

/** A flow that the clock starts, and how its schedule stands. */
export interface ScheduleRow {
  readonly flow: string;
  readonly title: string | null;
  readonly flowStatus: FlowStatus;
  /** the flow's newest */
  readonly version: number;
  /** its trigger, as JSON */
  readonly trigger: string;
  readonly status: ScheduleStatus;
  readonly note: string | null;
  readonly by: string | null;
  readonly changedAt: number | null;
  readonly through: number;
  readonly nextAt: number | null;
  readonly pausedFrom: number | null;
  readonly revision: number;
}

export interface ScheduleLine extends ScheduleRow {
  /** the newest in the ledger */
  readonly last: TickRow | null;
}

const ROW = `
  f.name AS flow, f.title, f.status AS flowStatus, f.version, v.definition -> '$.trigger' AS trigger, s.status, s.note,
  s.by, s.changed_at AS changedAt, s.through, s.next_at AS nextAt, s.paused_from AS pausedFrom, s.revision`;

const FLOWS = `
  flows f JOIN flow_versions v ON v.flow = f.name AND v.version = f.version JOIN schedules s ON s.flow = f.name`;

const LIST = `
  SELECT ${ROW}, iif(t.flow IS NULL, NULL, json_object('flow', t.flow, 'nominal', t.nominal, 'backfill', t.backfill,
    'due', t.due, 'actual', t.actual, 'outcome', t.outcome, 'version', t.version, 'run', t.run, 'reason', t.reason)) AS last
  FROM ${FLOWS} LEFT JOIN ticks t ON t.flow = f.name AND t.backfill = ''
    AND t.nominal = (SELECT max(nominal) FROM ticks WHERE flow = f.name AND backfill = '')
  WHERE f.trigger = 'schedule' AND f.status <> 'archived' AND f.name > ?1 AND (?2 IS NULL OR s.status = ?2)
  ORDER BY f.name LIMIT ?3`;

const ONE = `SELECT ${ROW} FROM ${FLOWS} WHERE f.trigger = 'schedule' AND f.status <> 'archived' AND f.name = ?1`;

export interface ScheduleFilter {
  readonly status?: ScheduleStatus | undefined;
}

/** By flow; `page.after` is the last one of the page before. */
export const listSchedules = async (
  db: D1Database,
  { status }: ScheduleFilter,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<readonly ScheduleLine[]> => {
  const query = db.prepare(LIST).bind(page.after ?? '', status ?? null, page.limit);
  const { results } = await within(query.all<ScheduleRow & { readonly last: string | null }>());
  // Made by the statement above.
  return results.map(({ last, ...row }) => ({
    ...row,
    last: last === null ? null : (JSON.parse(last) as TickRow),
  }));
};

/** Undefined when the flow has no schedule, or is archived. */
export const getSchedule = async (db: D1Database, flow: string): Promise<ScheduleRow | undefined> =>
  (await within(db.prepare(ONE).bind(flow).first<ScheduleRow>())) ?? undefined;

/** A pause that goes on keeps its beginning: only the note is new. */
const PAUSE = `
  UPDATE schedules SET status = 'paused', note = ?2, by = ?3, changed_at = ?4,
    paused_from = iif(status = 'paused', paused_from, through), revision = revision + 1
  WHERE flow = ?1`;

export const pauseSchedule = async (
  db: D1Database,
  flow: string,
  { note, by, now }: Write & { readonly note: string | null },
): Promise<void> => {
  await within(db.prepare(PAUSE).bind(flow, note, by, now).run());
};

/** The account is set back to where it is to be judged anew, under the version that was in force there. */
const RESUME = `
  UPDATE schedules SET status = 'active', note = NULL, by = ?3, changed_at = ?4, paused_from = NULL, next_at = ?4,
    through = ?5, revision = revision + 1,
    version = coalesce((SELECT max(version) FROM flow_versions WHERE flow = ?1 AND created_at <= ?5 + 1), version)
  WHERE flow = ?1 AND revision = ?2`;

/** False when it was changed since it was read. @param from the nominal time after which it is judged anew */
export const resumeSchedule = async (
  db: D1Database,
  { flow, revision }: ScheduleRow,
  { by, now, from }: Write & { readonly from: number },
): Promise<boolean> => {
  const query = db.prepare(RESUME).bind(flow, revision, by, now, from);
  return (await within(query.run())).meta.changes === 1;
};
