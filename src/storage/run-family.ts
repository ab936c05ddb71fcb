/** Called runs, found by the run that called them: by the index that holds nothing else, counted without their rows. */
import { and, asc, eq, gt, inArray, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { LIMITS } from '../domain/run.ts';
import type { RunStatus, RunSummary } from '../domain/run.ts';
import { within } from './deadline.ts';
import { LISTED } from './run-list.ts';
import type { RunPage } from './run-list.ts';
import { summaryOf } from './run-record.ts';
import { runs } from './schema.ts';

/** Counting a hundred thousand takes D1 longer than a look-up may. */
const FAMILY_DEADLINE_MS = 10_000;

/** How many of the runs that one has called stand how; `done` ended well. */
export interface FamilyTotals {
  readonly total: number;
  readonly done: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly running: number;
  readonly waiting: number;
}

const COUNTED = {
  queued: 'running',
  running: 'running',
  waiting: 'waiting',
  in_doubt: 'waiting',
  succeeded: 'done',
  failed: 'failed',
  cancelled: 'cancelled',
} as const satisfies Record<RunStatus, keyof FamilyTotals>;

export const countChildren = async (db: D1Database, parent: string): Promise<FamilyTotals> => {
  const query = drizzle(db)
    .select({ status: runs.status, count: sql<number>`count(*)` })
    .from(runs)
    .where(eq(runs.parent, parent))
    .groupBy(runs.status);
  const totals = { total: 0, done: 0, failed: 0, cancelled: 0, running: 0, waiting: 0 };
  for (const { status, count } of await within(query, FAMILY_DEADLINE_MS)) {
    totals[COUNTED[status]] += count;
    totals.total += count;
  }
  return totals;
};

export interface ChildrenPage {
  readonly status?: readonly RunStatus[] | undefined;
  /** the `next` of the page before */
  readonly after?: string | undefined;
  readonly limit: number;
}

/** The runs that one has called, in the order of their calls. */
export const listChildren = async (
  db: D1Database,
  parent: string,
  { status, after, limit }: ChildrenPage,
): Promise<RunPage> => {
  const query = drizzle(db)
    .select(LISTED)
    .from(runs)
    .where(
      and(
        eq(runs.parent, parent),
        after === undefined ? undefined : gt(runs.id, after),
        status && inArray(runs.status, [...status]),
      ),
    )
    .orderBy(asc(runs.id))
    .limit(limit + 1);
  const rows = await within(query, FAMILY_DEADLINE_MS);
  const items = rows.slice(0, limit).map(summaryOf);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
};

export interface Descendant extends RunSummary {
  /** 1 for what the run itself has called */
  readonly depth: number;
}

/** Breadth first: of a family that is too large, those who are nearest are shown. */
const DESCENDANTS = `
  WITH RECURSIVE family (id, depth) AS (
    SELECT id, 1 FROM runs WHERE parent = ?1
    UNION ALL
    SELECT runs.id, family.depth + 1 FROM family CROSS JOIN runs ON runs.parent = family.id
    WHERE family.depth < ?2
    ORDER BY 2, 1 LIMIT ?3
  )
  SELECT id, depth FROM family ORDER BY depth, id`;

/** Ids behind one bound parameter. */
const amongst = (ids: readonly string[]) =>
  sql`${runs.id} IN (SELECT value FROM json_each(${JSON.stringify(ids)}))`;

/** All that a run has called, and what those have called, nearest first; `isWhole` unless there are more. */
export const listDescendants = async (
  db: D1Database,
  root: string,
  limit: number,
): Promise<{ readonly descendants: readonly Descendant[]; readonly isWhole: boolean }> => {
  const found = await within(
    db
      .prepare(DESCENDANTS)
      .bind(root, LIMITS.callDepth + 1, limit + 1)
      .all<{ id: string; depth: number }>(),
    FAMILY_DEADLINE_MS,
  );
  const family = found.results.slice(0, limit);
  const ids = family.map(({ id }) => id);
  const rows = await within(drizzle(db).select(LISTED).from(runs).where(amongst(ids)), FAMILY_DEADLINE_MS);
  const summaries = new Map(rows.map((row) => [row.id, summaryOf(row)]));
  const descendants = family.flatMap(({ id, depth }): Descendant[] => {
    const summary = summaries.get(id);
    return summary === undefined ? [] : [{ ...summary, depth }];
  });
  return { descendants, isWhole: found.results.length <= limit };
};
