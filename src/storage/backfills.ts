/** Times of a schedule that are filled in later: written into the ledger together with the messages about them. */
import { within } from './deadline.ts';
import { FIRST_RESEND_MS, type TickName, type TickSend } from './due-schedules.ts';

/** A version of a flow as far as its schedule goes. */
export interface VersionTrigger {
  readonly version: number;
  /** since when it is in force */
  readonly createdAt: number;
  /** JSON */
  readonly trigger: string;
}

const VERSIONS = `
  SELECT version, created_at AS createdAt, definition -> '$.trigger' AS trigger FROM flow_versions
  WHERE flow = ?1 ORDER BY version`;

/** From the first one to the newest. */
export const triggersOf = async (db: D1Database, flow: string): Promise<readonly VersionTrigger[]> =>
  (await within(db.prepare(VERSIONS).bind(flow).all<VersionTrigger>())).results;

export interface FilledTick {
  readonly nominal: number;
  readonly due: number;
  readonly version: number;
}

export interface Backfill extends Required<Pick<TickName, 'flow' | 'backfill'>> {
  readonly ticks: readonly FilledTick[];
  readonly now: number;
}

const WRITE = `
  INSERT INTO ticks (flow, nominal, backfill, due, actual, outcome, version)
  SELECT ?2, value ->> 'nominal', ?3, value ->> 'due', ?4, 'due', value ->> 'version' FROM json_each(?1)`;

const KEEP_SENDS = `
  INSERT INTO tick_sends (id, made_at, sends, send_at, ticks)
  SELECT value ->> 'id', ?2, 1, ?2 + ?3, value -> 'ticks' FROM json_each(?1)`;

const TICKS_A_MESSAGE = 100;
const FILL_DEADLINE_MS = 10_000;

/** All of it or nothing; gives the messages to send. */
export const addBackfill = async (
  db: D1Database,
  { flow, backfill, ticks, now }: Backfill,
  mint: () => string,
): Promise<readonly TickSend[]> => {
  const count = Math.ceil(ticks.length / TICKS_A_MESSAGE);
  const sends = Array.from({ length: count }, (_, at): TickSend => {
    const some = ticks.slice(at * TICKS_A_MESSAGE, (at + 1) * TICKS_A_MESSAGE);
    return { id: mint(), ticks: some.map(({ nominal }) => ({ flow, nominal, backfill })) };
  });
  await within(
    db.batch([
      db.prepare(WRITE).bind(JSON.stringify(ticks), flow, backfill.id, now),
      db.prepare(KEEP_SENDS).bind(JSON.stringify(sends), now, FIRST_RESEND_MS),
    ]),
    FILL_DEADLINE_MS,
  );
  return sends;
};
