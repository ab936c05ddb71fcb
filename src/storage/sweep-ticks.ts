/** Retention of the ledger: removes lines whose nominal time has passed long ago, a bounded number at a go. */
import { within } from './deadline.ts';

const SWEEP_DEADLINE_MS = 20_000;

/** The ledger is kept by flow: the old lines of each are the beginning of its range. */
const SWEEP = `
  DELETE FROM ticks WHERE (flow, nominal, backfill) IN (
    SELECT t.flow, t.nominal, t.backfill FROM schedules s CROSS JOIN ticks t ON t.flow = s.flow AND t.nominal < ?1
    WHERE t.outcome <> 'due' LIMIT ?2)`;

/** How many lines were removed, at most `limit`. */
export const sweepTicks = async (
  db: D1Database,
  now: number,
  { keepMs, limit }: { readonly keepMs: number; readonly limit: number },
): Promise<number> => {
  const query = db.prepare(SWEEP).bind(now - keepMs, limit);
  return (await within(query.run(), SWEEP_DEADLINE_MS)).meta.changes;
};
