/** Reads the copy of one run, and its steps page by page. */
import { and, desc, eq, gt, lte, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { RunDetail, StepRecord } from '../domain/run.ts';
import { within } from './deadline.ts';
import { fullDetail, fullStep } from './lean-copy.ts';
import { LISTED } from './run-list.ts';
import { runPages, runs } from './schema.ts';

/** What D1 has of a run; the lane's revision may be newer. `steps` is the first page. */
export interface RunCopy {
  readonly revision: number;
  readonly detail: RunDetail;
  readonly steps: readonly StepRecord[];
}

export const getRun = async (db: D1Database, id: string): Promise<RunCopy | undefined> => {
  const query = drizzle(db)
    .select({ summary: LISTED, revision: runs.revision, copy: runs.detail })
    .from(runs);
  const row = await within(query.where(eq(runs.id, id)).get());
  if (row === undefined) return undefined;
  const { summary, revision, copy } = row;
  return { revision, detail: fullDetail(summary, copy.detail), steps: copy.steps.map(fullStep) };
};

/** Steps from a number on; `next` is the number to go on with, null at the end. */
export interface StepPage {
  readonly steps: readonly StepRecord[];
  readonly next: number | null;
}

/** Steps that stand together; `first` is the number of the first one. */
interface Page {
  readonly first: number;
  readonly steps: readonly StepRecord[];
}

/** The page that holds step `from`: only pages of the run's own revision count. */
const pageWith = async (db: D1Database, copy: RunCopy, from: number): Promise<Page | undefined> => {
  if (from < copy.steps.length) return { first: 0, steps: copy.steps };
  const query = drizzle(db).select({ first: runPages.first, steps: runPages.steps }).from(runPages);
  const holds = and(
    eq(runPages.run, copy.detail.id),
    eq(runPages.revision, copy.revision),
    lte(runPages.first, from),
    gt(sql`${runPages.first} + ${runPages.count}`, from),
  );
  const page = await within(query.where(holds).orderBy(desc(runPages.first)).limit(1).get());
  return page && { first: page.first, steps: page.steps.map(fullStep) };
};

/** At most `limit` steps from step number `from` on: never more than what is left of the page that holds it. */
export const getRunSteps = async (
  db: D1Database,
  copy: RunCopy,
  from: number,
  limit: number,
): Promise<StepPage> => {
  const page = await pageWith(db, copy, from);
  if (!page) return { steps: [], next: null };
  const steps = page.steps.slice(from - page.first, from - page.first + limit);
  const next = from + steps.length;
  const more = next < page.first + page.steps.length || (await pageWith(db, copy, next)) !== undefined;
  return { steps, next: more ? next : null };
};
