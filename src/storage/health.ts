/** What is wrong at large, as `/health` says it to anybody: counts and times, no names. */
import { STORE_DEADLINE_MS, StoreUnavailable, within } from './deadline.ts';

export interface Fault {
  readonly code: 'schedules_overdue' | 'ticks_unsettled' | 'database_silent';
  readonly message: string;
  readonly count?: number;
  /** ISO 8601 */
  readonly since?: string;
}

/** A schedule that nobody has looked at for so long is a fault: the tick comes every minute. */
export const OVERDUE_MS = 3 * 60_000;
/** By then a message about due ticks has been sent three times. */
const UNSETTLED_MS = 5 * 60_000;
const FRESH_MS = 15_000;

const OVERDUE = 'SELECT count(*) AS count, min(next_at) AS since FROM schedules WHERE next_at < ?1';
const UNSETTLED = 'SELECT count(*) AS count, min(made_at) AS since FROM tick_sends WHERE made_at < ?1';

interface Counted {
  readonly count: number;
  readonly since: number | null;
}

const faultOf = (code: Fault['code'], message: string, counted: Counted | undefined): readonly Fault[] => {
  if (counted === undefined || counted.count === 0 || counted.since === null) return [];
  return [{ code, message, count: counted.count, since: new Date(counted.since).toISOString() }];
};

const look = async (db: D1Database, now: number): Promise<readonly Fault[]> => {
  try {
    const batch = [
      db.prepare(OVERDUE).bind(now - OVERDUE_MS),
      db.prepare(UNSETTLED).bind(now - UNSETTLED_MS),
    ];
    const [overdue, unsettled] = await within(db.batch<Counted>(batch));
    return [
      ...faultOf(
        'schedules_overdue',
        'Schedules should have fired and have no line in the ledger: does the minute tick run?',
        overdue?.results[0],
      ),
      ...faultOf(
        'ticks_unsettled',
        'Ticks are due and their runs are not started: does the queue deliver, do the lanes answer?',
        unsettled?.results[0],
      ),
    ];
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    const message = `The database did not answer within ${STORE_DEADLINE_MS} ms.`;
    return [{ code: 'database_silent', message }];
  }
};

interface Looked {
  readonly at: number;
  readonly faults: Promise<readonly Fault[]>;
}

// One memory for each database: in tests there are several in an isolate.
const looks = new WeakMap<D1Database, Looked>();

/** At most 15 seconds old, so that anybody may ask as often as they like. */
export const faultsOf = (db: D1Database, now: number): Promise<readonly Fault[]> => {
  const known = looks.get(db);
  if (known !== undefined && now - known.at < FRESH_MS && now >= known.at) return known.faults;
  const faults = look(db, now);
  looks.set(db, { at: now, faults });
  return faults;
};
