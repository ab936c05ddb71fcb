/** The ledger of schedules as people read it. */
import { within } from './deadline.ts';
import type { TickOutcome } from './schedules-schema.ts';

/** A line of the ledger; times are ms since the epoch. */
export interface TickRow {
  readonly flow: string;
  readonly nominal: number;
  /** id of the backfill it belongs to, empty for the schedule's own */
  readonly backfill: string;
  readonly due: number;
  readonly actual: number;
  readonly outcome: TickOutcome;
  readonly version: number;
  readonly run: string | null;
  readonly reason: string | null;
}

export interface TickFilter {
  readonly outcome?: TickOutcome | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  readonly backfill?: string | undefined;
}

/** Where a page ends and the next one begins. */
export type TickPlace = Pick<TickRow, 'nominal' | 'backfill'>;

const LIST = `
  SELECT flow, nominal, backfill, due, actual, outcome, version, run, reason FROM ticks
  WHERE flow = ?1 AND nominal >= ?2 AND nominal < ?3 AND (nominal, backfill) < (?4, ?5)
    AND (?6 IS NULL OR outcome = ?6) AND (?7 IS NULL OR backfill = ?7)
  ORDER BY nominal DESC, backfill DESC LIMIT ?8`;

const END = Number.MAX_SAFE_INTEGER;

interface TickPage {
  readonly below?: TickPlace | undefined;
  readonly limit: number;
}

/** Newest first; `page.below` is the last one of the page before. */
export const listTicks = async (
  db: D1Database,
  flow: string,
  filter: TickFilter,
  page: TickPage,
): Promise<readonly TickRow[]> => {
  const { outcome = null, from = 0, to = END, backfill = null } = filter;
  const { nominal, backfill: after } = page.below ?? { nominal: END, backfill: '' };
  const query = db.prepare(LIST).bind(flow, from, to, nominal, after, outcome, backfill, page.limit);
  return (await within(query.all<TickRow>())).results;
};

const SPAN = `
  SELECT nominal, outcome FROM ticks WHERE flow = ?1 AND nominal BETWEEN ?2 AND ?3 ORDER BY outcome IN ('started', 'due')`;

/** What became of each nominal time of a span; of several rows that of a start counts. */
export const outcomesOf = async (
  db: D1Database,
  flow: string,
  span: { readonly from: number; readonly to: number },
): Promise<ReadonlyMap<number, TickOutcome>> => {
  const query = db.prepare(SPAN).bind(flow, span.from, span.to);
  const { results } = await within(query.all<{ nominal: number; outcome: TickOutcome }>());
  return new Map(results.map(({ nominal, outcome }) => [nominal, outcome]));
};
