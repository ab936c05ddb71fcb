/** The audit log's table: lines are added at the end, one after the other, and read. Nothing changes or removes them. */
import { and, asc, desc, eq, gt, gte, lt, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { hashOfLine, NO_HASH } from '../domain/audit.ts';
import type { AuditEvent, HashedLine } from '../domain/audit.ts';
import { audit } from './audit-schema.ts';
import { isTaken, StoreUnavailable, within } from './deadline.ts';

const INSERT = `
  INSERT INTO audit (seq, id, at, actor, action, target, outcome, detail, previous, hash)
  VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)`;

/** Writers that meet at the same number wait a little and take the next. */
const MOST_TRIES = 25;
const LONGEST_WAIT_MS = 80;

type Row = typeof audit.$inferSelect;

const lineOf = (row: Row): HashedLine => ({
  seq: row.seq,
  id: row.id,
  at: new Date(row.at).toISOString(),
  // Written by appendAudit alone, from an Actor.
  actor: row.actor as HashedLine['actor'],
  action: row.action,
  target: row.target,
  outcome: row.outcome,
  detail: row.detail,
  previous: row.previous,
  hash: row.hash,
});

const lastOf = async (db: D1Database): Promise<Pick<Row, 'seq' | 'hash'>> => {
  const { seq, hash } = audit;
  const last = await within(drizzle(db).select({ seq, hash }).from(audit).orderBy(desc(seq)).limit(1).get());
  return last ?? { seq: 0, hash: NO_HASH };
};

const insert = async (db: D1Database, line: HashedLine, at: number): Promise<void> => {
  const { seq, id, actor, action, target, outcome, detail, previous, hash } = line;
  const [who, what] = [JSON.stringify(actor), JSON.stringify(detail)];
  const values = [seq, id, at, who, action, target, outcome, what, previous, hash];
  await within(
    db
      .prepare(INSERT)
      .bind(...values)
      .run(),
  );
};

/** @throws StoreUnavailable when D1 does not answer, or too many write at once */
export const appendAudit = async (
  db: D1Database,
  event: AuditEvent,
  stamp: { readonly id: string; readonly at: number },
): Promise<void> => {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const last = await lastOf(db);
    const at = new Date(stamp.at).toISOString();
    const line = { ...event, seq: last.seq + 1, id: stamp.id, at, previous: last.hash };
    try {
      return await insert(db, { ...line, hash: await hashOfLine(line) }, stamp.at);
    } catch (error) {
      if (!isTaken(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, Math.random() * LONGEST_WAIT_MS));
    }
  }
  throw new StoreUnavailable(new Error(`the audit log was busy ${MOST_TRIES} times`));
};

export interface AuditFilter {
  readonly action?: string | undefined;
  /** id of who did it */
  readonly actor?: string | undefined;
  readonly target?: string | undefined;
  readonly from?: number | undefined;
  readonly to?: number | undefined;
}

const choose = ({ action, actor, target, from, to }: AuditFilter) => [
  action === undefined ? undefined : eq(audit.action, action),
  actor === undefined ? undefined : eq(sql`${audit.actor} ->> 'id'`, actor),
  target === undefined ? undefined : eq(audit.target, target),
  from === undefined ? undefined : gte(audit.at, from),
  to === undefined ? undefined : lt(audit.at, to),
];

/** Newest first. */
export const listAudit = async (
  db: D1Database,
  filter: AuditFilter,
  page: { readonly before?: number | undefined; readonly limit: number },
): Promise<HashedLine[]> => {
  const start = page.before === undefined ? undefined : lt(audit.seq, page.before);
  const query = drizzle(db)
    .select()
    .from(audit)
    .where(and(start, ...choose(filter)));
  return (await within(query.orderBy(desc(audit.seq)).limit(page.limit))).map(lineOf);
};

/** Oldest first, all of them: what can be checked as a chain. */
export const readAudit = async (db: D1Database, after: number, limit: number): Promise<HashedLine[]> =>
  (
    await within(
      drizzle(db).select().from(audit).where(gt(audit.seq, after)).orderBy(asc(audit.seq)).limit(limit),
    )
  ).map(lineOf);
