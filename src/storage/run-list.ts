/**
 * Lists runs, newest first. A page is one bounded scan: filters that no index serves are tried on at most 20,000 rows,
 * so a page may be short while more follow.
 */
import { and, desc, eq, gte, inArray, lt, or, sql } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { TriggerKind } from '../domain/flow.ts';
import { idFloor } from '../domain/ids.ts';
import type { RunStatus, RunSummary } from '../domain/run.ts';
import { within } from './deadline.ts';
import { summaryOf } from './run-record.ts';
import { runs } from './schema.ts';

/** All that are given must hold. Times are ms: from the first on, before the second. */
export interface RunFilter {
  readonly flow?: string | undefined;
  readonly status?: readonly RunStatus[] | undefined;
  readonly trigger?: readonly TriggerKind[] | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** looked for in flow name, error and subject, whatever the case */
  readonly q?: string | undefined;
}

export const SCANNED_ROWS = 20_000;
const LIST_DEADLINE_MS = 5_000;
/** Above every id, so that the primary key is always searched and never scanned as a whole. */
const ABOVE_ALL = 'run_~';

/** Rows that the primary key (ids are times) and the one index lead to. */
const rangeOf = (filter: RunFilter, before = ABOVE_ALL): SQL | undefined =>
  and(
    filter.flow === undefined ? undefined : eq(runs.flow, filter.flow),
    filter.from === undefined ? undefined : gte(runs.id, idFloor('run', filter.from)),
    filter.to === undefined ? undefined : lt(runs.id, idFloor('run', filter.to)),
    lt(runs.id, before),
  );

/** The columns that make a summary. */
export const LISTED = {
  id: runs.id,
  flow: runs.flow,
  version: runs.version,
  status: runs.status,
  trigger: runs.trigger,
  caller: runs.caller,
  attempt: runs.attempt,
  createdAt: runs.createdAt,
  finishedAt: runs.finishedAt,
  error: runs.error,
  steps: runs.steps,
  parent: runs.parent,
};

/** The query of a page: SQLite stops reading when the page is full, or at the end of the scan. */
export const pageQuery = (db: D1Database, filter: RunFilter, before: string | undefined, limit: number) => {
  const { status, trigger } = filter;
  const q = filter.q?.toLowerCase();
  const scanned = drizzle(db)
    .select({ ...LISTED, search: runs.search })
    .from(runs)
    .where(rangeOf(filter, before))
    .orderBy(desc(runs.id))
    .limit(SCANNED_ROWS)
    .as('scanned');
  const conditions = and(
    status && inArray(scanned.status, [...status]),
    trigger && inArray(scanned.trigger, [...trigger]),
    q === undefined ? undefined : or(sql`instr(${scanned.flow}, ${q})`, sql`instr(${scanned.search}, ${q})`),
  );
  return drizzle(db).select().from(scanned).where(conditions).orderBy(desc(scanned.id)).limit(limit);
};

/** The query for the last id that a full scan looks at. */
export const scanEndQuery = (db: D1Database, filter: RunFilter, before: string | undefined) =>
  drizzle(db)
    .select({ id: runs.id })
    .from(runs)
    .where(rangeOf(filter, before))
    .orderBy(desc(runs.id))
    .limit(1)
    .offset(SCANNED_ROWS - 1);

/** `next` is the id below which to go on, null at the end. */
export interface RunPage {
  readonly items: readonly RunSummary[];
  readonly next: string | null;
}

/** @param page `before` is the `next` of the page before */
export const listRuns = async (
  db: D1Database,
  filter: RunFilter,
  page: { readonly before?: string | undefined; readonly limit: number },
): Promise<RunPage> => {
  const { before, limit } = page;
  const rows = await within(pageQuery(db, filter, before, limit + 1), LIST_DEADLINE_MS);
  const items = rows.slice(0, limit).map(summaryOf);
  if (rows.length > limit) return { items, next: items.at(-1)?.id ?? null };
  const end = await within(scanEndQuery(db, filter, before).get(), LIST_DEADLINE_MS);
  return { items, next: end?.id ?? null };
};
