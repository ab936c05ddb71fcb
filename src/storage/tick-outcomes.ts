/** What became of ticks: read for those who start the runs, and written once. */
import type { Flow } from '../domain/flow.ts';
import { within } from './deadline.ts';
import type { TickName, TickSend } from './due-schedules.ts';
import type { FlowStatus } from './schema.ts';
import type { ScheduleStatus, TickOutcome } from './schedules-schema.ts';

/** A tick whose run is still to be started. */
export interface DueTick {
  readonly flow: string;
  readonly nominal: number;
  /** empty for the schedule's own */
  readonly backfill: string;
  readonly version: number;
  /** when the ledger got it: keys are remembered for a time from here */
  readonly since: number;
  readonly flowStatus: FlowStatus | null;
  readonly status: ScheduleStatus | null;
}

const FIND = `
  SELECT t.flow, t.nominal, t.backfill, t.version, t.actual AS since, f.status AS flowStatus, s.status
  FROM json_each(?1) j CROSS JOIN ticks t ON t.flow = j.value ->> 'flow' AND t.nominal = j.value ->> 'nominal'
    AND t.backfill = coalesce(j.value ->> '$.backfill.id', '')
    LEFT JOIN flows f ON f.name = t.flow LEFT JOIN schedules s ON s.flow = t.flow
  WHERE t.outcome = 'due'`;

const DEFINITIONS = `
  SELECT flow, version, definition FROM flow_versions WHERE (flow, version) IN (
    SELECT t.flow, t.version
    FROM json_each(?1) j CROSS JOIN ticks t ON t.flow = j.value ->> 'flow' AND t.nominal = j.value ->> 'nominal'
      AND t.backfill = coalesce(j.value ->> '$.backfill.id', '')
    WHERE t.outcome = 'due')`;

interface Definition {
  readonly flow: string;
  readonly version: number;
  readonly definition: string;
}

export interface DueTicks {
  readonly ticks: readonly DueTick[];
  readonly definitionOf: (tick: DueTick) => Flow | undefined;
}

/** Those of the ticks that are still due, and the flows that they start. */
export const findDueTicks = async (db: D1Database, names: readonly TickName[]): Promise<DueTicks> => {
  const bound = JSON.stringify(names);
  const [found, definitions] = await within(
    db.batch<DueTick | Definition>([db.prepare(FIND).bind(bound), db.prepare(DEFINITIONS).bind(bound)]),
  );
  // What each of the two statements selects.
  const ticks = (found?.results ?? []) as DueTick[];
  const rows = (definitions?.results ?? []) as Definition[];
  const flows = new Map<string, Flow>();
  // The definitions were checked when they were saved.
  for (const row of rows) flows.set(`${row.flow}@${row.version}`, JSON.parse(row.definition) as Flow);
  return { ticks, definitionOf: ({ flow, version }) => flows.get(`${flow}@${version}`) };
};

/** The end of a due tick. */
export interface Settled extends Pick<DueTick, 'flow' | 'nominal' | 'backfill'> {
  readonly outcome: Exclude<TickOutcome, 'due'>;
  readonly at: number;
  readonly run: string | null;
  readonly reason: string | null;
}

/** `started` is never overwritten, and overwrites what was said by somebody who came later and wrote sooner. */
const SETTLE = `
  UPDATE ticks SET outcome = o.value ->> 'outcome', actual = max(actual, o.value ->> 'at'),
    run = o.value ->> 'run', reason = o.value ->> 'reason'
  FROM json_each(?1) o
  WHERE ticks.flow = o.value ->> 'flow' AND nominal = o.value ->> 'nominal' AND backfill = o.value ->> 'backfill'
    AND (outcome = 'due' OR (outcome <> 'started' AND o.value ->> 'outcome' = 'started'))`;

const FORGET = 'DELETE FROM tick_sends WHERE id = ?1';

const SETTLE_DEADLINE_MS = 10_000;

/** Writes outcomes, and forgets the message when all of its ticks have one. */
export const settleTicks = async (
  db: D1Database,
  settled: readonly Settled[],
  message: { readonly id: string; readonly isDone: boolean },
): Promise<void> => {
  const statements = [
    ...(settled.length > 0 ? [db.prepare(SETTLE).bind(JSON.stringify(settled))] : []),
    ...(message.isDone ? [db.prepare(FORGET).bind(message.id)] : []),
  ];
  if (statements.length > 0) await within(db.batch(statements), SETTLE_DEADLINE_MS);
};

/** T4: gives up the ticks of a message that nobody could deliver for a week. */
export const expireSend = (db: D1Database, { id, ticks }: TickSend, at: number): Promise<void> => {
  const reason = 'its run could not be started for seven days';
  const settled = ticks.map(({ flow, nominal, backfill }): Settled => {
    return { flow, nominal, backfill: backfill?.id ?? '', outcome: 'expired', at, run: null, reason };
  });
  return settleTicks(db, settled, { id, isDone: true });
};
