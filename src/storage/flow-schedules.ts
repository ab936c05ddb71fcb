/**
 * What a change of flows means for their schedules, in the same batch as the change. Nothing is computed here: the row
 * is put before the next tick, which brings the old version's account to the moment of the change and goes on with the
 * new one (src/triggers/schedule/move.ts).
 */
import type { Planned } from './flow-draft.ts';

interface Mark {
  readonly flow: string;
  readonly version: number;
  readonly schedule: boolean;
}

/** Flows without a schedule matter only where an earlier version left a row. */
const KNOWN = `value ->> 'schedule' OR EXISTS (SELECT 1 FROM schedules WHERE flow = value ->> 'flow')`;

const ROWS = `
  INSERT INTO schedules (flow, version, through, next_at, status, revision)
  SELECT value ->> 'flow', value ->> 'version', ?2 - 1, ?2, 'active', 1 FROM json_each(?1) WHERE ${KNOWN}`;

/** New flows, and those that come back: what would have been due while they were away is nobody's business. */
const BEGIN = `${ROWS}
  ON CONFLICT (flow) DO UPDATE SET version = excluded.version, through = excluded.through, next_at = excluded.next_at,
    paused_from = iif(status = 'paused', excluded.through, NULL), revision = revision + 1`;

const GO_ON = `${ROWS}
  ON CONFLICT (flow) DO UPDATE SET next_at = min(coalesce(next_at, excluded.next_at), excluded.next_at),
    revision = revision + 1`;

const END = `
  UPDATE schedules SET next_at = NULL, revision = revision + 1 WHERE flow IN (SELECT value FROM json_each(?1))`;

/** Takes the schedules of archived flows out of the tick's sight. */
export const endSchedules = (db: D1Database, flows: readonly string[]): D1PreparedStatement =>
  db.prepare(END).bind(JSON.stringify(flows));

/** The statements that go with a save; none when no flow could have a schedule. */
export const markSchedules = (
  db: D1Database,
  planned: readonly Planned[],
  at: number,
): D1PreparedStatement[] => {
  const marks = (...changes: readonly Planned['change'][]): Mark[] =>
    planned.flatMap(({ name, version, change, row }) =>
      row !== null && changes.includes(change)
        ? [{ flow: name, version, schedule: row.trigger === 'schedule' }]
        : [],
    );
  const begun = marks('created', 'restored');
  const changed = marks('updated');
  const ended = marks('archived').map(({ flow }) => flow);
  return [
    ...(begun.length > 0 ? [db.prepare(BEGIN).bind(JSON.stringify(begun), at)] : []),
    ...(changed.length > 0 ? [db.prepare(GO_ON).bind(JSON.stringify(changed), at)] : []),
    ...(ended.length > 0 ? [endSchedules(db, ended)] : []),
  ];
};
