/**
 * Finds the schedules that are due and moves them on. A move is one batch: rows of the ledger, messages about those that
 * start runs, and the schedule's next time, all of them only where the schedule is still as it was read (its `revision`).
 */
import type { ScheduleTrigger } from '../domain/schedule.ts';
import type { FlowStatus } from './schema.ts';
import type { ScheduleStatus, TickOutcome } from './schedules-schema.ts';
import { within } from './deadline.ts';

/** A schedule that the tick has to look at. */
export interface DueSchedule {
  readonly flow: string;
  readonly revision: number;
  readonly status: ScheduleStatus;
  readonly flowStatus: FlowStatus;
  /** every nominal time up to this one is accounted for */
  readonly through: number;
  readonly nextAt: number;
  readonly alertedAt: number | null;
  /** what comes after `through` is said by this version's trigger, as JSON */
  readonly version: number;
  readonly trigger: string;
  /** when the next version took its place */
  readonly replacedAt: number | null;
}

const FIND_DUE = `
  SELECT s.flow, s.revision, s.status, f.status AS flowStatus, s.through, s.next_at AS nextAt,
    s.alerted_at AS alertedAt, s.version, v.definition -> '$.trigger' AS trigger,
    n.created_at AS replacedAt
  FROM schedules s JOIN flows f ON f.name = s.flow
    JOIN flow_versions v ON v.flow = s.flow AND v.version = s.version
    LEFT JOIN flow_versions n ON n.flow = s.flow AND n.version = s.version + 1
  WHERE s.next_at <= ?1 AND (s.next_at, s.flow) > (?2, ?3) ORDER BY s.next_at, s.flow LIMIT ?4`;

/** Where a page of due schedules begins; the longest overdue come first. */
export interface DuePage {
  readonly after: Pick<DueSchedule, 'nextAt' | 'flow'> | undefined;
  readonly limit: number;
}

export const findDue = async (
  db: D1Database,
  now: number,
  page: DuePage,
): Promise<readonly DueSchedule[]> => {
  const { nextAt = 0, flow = '' } = page.after ?? {};
  const query = db.prepare(FIND_DUE).bind(now, nextAt, flow, page.limit);
  return (await within(query.all<DueSchedule>())).results;
};

/** A line of the ledger that a move writes. */
export interface MovedTick {
  readonly nominal: number;
  readonly due: number;
  readonly outcome: Exclude<TickOutcome, 'started' | 'expired'>;
  readonly reason: string | null;
}

/** How a schedule moves on from what was read of it. */
export interface Move {
  readonly flow: string;
  /** as it was read */
  readonly revision: number;
  /** whose ticks these are */
  readonly of: number;
  readonly ticks: readonly MovedTick[];
  readonly version: number;
  readonly through: number;
  readonly nextAt: number | null;
}

/** A tick as messages name it. */
export interface TickName {
  readonly flow: string;
  readonly nominal: number;
  /** set when it was filled in later: who asked, and how its runs meet each other */
  readonly backfill?: {
    readonly id: string;
    readonly by: string;
    readonly overlap: ScheduleTrigger['overlap'];
  };
}

/** A message about ticks, kept until their outcomes are known. */
export interface TickSend {
  readonly id: string;
  readonly ticks: readonly TickName[];
}

/** What was missed while paused may start after all; nothing else that stands in the ledger is touched. */
const WRITE_TICKS = `
  INSERT INTO ticks (flow, nominal, backfill, due, actual, outcome, version, reason)
  SELECT s.flow, t.value ->> 0, '', t.value ->> 1, ?2, t.value ->> 2, m.value ->> 'of', t.value ->> 3
  FROM json_each(?1) m CROSS JOIN schedules s ON s.flow = m.value ->> 'flow' AND s.revision = m.value ->> 'revision'
    CROSS JOIN json_each(m.value, '$.ticks') t
  WHERE true
  ON CONFLICT (flow, nominal, backfill) DO UPDATE SET outcome = excluded.outcome, reason = NULL,
    actual = excluded.actual, version = excluded.version
  WHERE excluded.outcome = 'due' AND ticks.outcome = 'paused'`;

const KEEP_SENDS = `
  INSERT INTO tick_sends (id, made_at, sends, send_at, ticks)
  SELECT m.value ->> 'id', ?2, 1, ?2 + ?3,
    json_group_array(json_object('flow', s.flow, 'nominal', t.value ->> 'nominal'))
  FROM json_each(?1) m CROSS JOIN json_each(m.value, '$.ticks') t
    CROSS JOIN schedules s ON s.flow = t.value ->> 'flow' AND s.revision = t.value ->> 'revision'
  WHERE true GROUP BY m.key
  RETURNING id, ticks`;

const MOVE_ON = `
  UPDATE schedules SET version = m.value ->> 'version', through = m.value ->> 'through',
    next_at = m.value ->> 'nextAt', revision = revision + 1
  FROM json_each(?1) m WHERE schedules.flow = m.value ->> 'flow' AND revision = m.value ->> 'revision'`;

/** A message that is not settled after this time is sent again. */
export const FIRST_RESEND_MS = 30_000;
const TICKS_A_MESSAGE = 100;
const MOVE_DEADLINE_MS = 10_000;

interface Planned {
  readonly id: string;
  readonly ticks: readonly (TickName & { readonly revision: number })[];
}

const sendsOf = (moves: readonly Move[], mint: () => string): readonly Planned[] => {
  const due = moves.flatMap(({ flow, revision, ticks }) =>
    ticks.flatMap(({ nominal, outcome }) => (outcome === 'due' ? [{ flow, nominal, revision }] : [])),
  );
  const count = Math.ceil(due.length / TICKS_A_MESSAGE);
  return Array.from({ length: count }, (_, at) => ({
    id: mint(),
    ticks: due.slice(at * TICKS_A_MESSAGE, (at + 1) * TICKS_A_MESSAGE),
  }));
};

export const parseSend = (row: { readonly id: string; readonly ticks: string }): TickSend => ({
  id: row.id,
  // Written by this room alone.
  ticks: JSON.parse(row.ticks) as readonly TickName[],
});

/** Moves schedules on, and gives the messages to send; they hold nothing of a schedule that another tick has moved. */
export const moveOn = async (
  db: D1Database,
  moves: readonly Move[],
  now: number,
  mint: () => string,
): Promise<readonly TickSend[]> => {
  const rows = JSON.stringify(
    moves.map(({ ticks, ...move }) => ({
      ...move,
      ticks: ticks.map(({ nominal, due, outcome, reason }) => [nominal, due, outcome, reason]),
    })),
  );
  const sends = sendsOf(moves, mint);
  const write = db.prepare(WRITE_TICKS).bind(rows, now);
  const keep = db.prepare(KEEP_SENDS).bind(JSON.stringify(sends), now, FIRST_RESEND_MS);
  const move = db.prepare(MOVE_ON).bind(rows);
  const batch = sends.length > 0 ? [keep, write, move] : [write, move];
  const [kept] = await within(db.batch<{ id: string; ticks: string }>(batch), MOVE_DEADLINE_MS);
  return sends.length > 0 ? (kept?.results ?? []).map(parseSend) : [];
};
