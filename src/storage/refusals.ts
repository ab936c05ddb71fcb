/** Posts that were turned away, counted by source, hour and reason. */
import { and, asc, desc, eq, gte } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { within } from './deadline.ts';
import { refusals } from './events-schema.ts';

export type CountedRefusal = typeof refusals.$inferSelect;

export const HOUR_MS = 3_600_000;

const ADD = `
  INSERT INTO refusals (source, hour, reason, count, sample)
  SELECT value ->> 'source', value ->> 'hour', value ->> 'reason', value ->> 'count', value ->> 'sample'
  FROM json_each(?1) WHERE true
  ON CONFLICT (source, hour, reason) DO UPDATE SET count = count + excluded.count, sample = excluded.sample`;

/** Adds to what is counted: one statement, one row written for each line. */
export const addRefusals = async (db: D1Database, lines: readonly CountedRefusal[]): Promise<void> => {
  await within(db.prepare(ADD).bind(JSON.stringify(lines)).run());
};

/** Those of a source since a time, newest hour first. */
export const refusalsOf = (db: D1Database, source: string, since: number): Promise<CountedRefusal[]> =>
  within(
    drizzle(db)
      .select()
      .from(refusals)
      .where(and(eq(refusals.source, source), gte(refusals.hour, since - (since % HOUR_MS))))
      .orderBy(desc(refusals.hour), asc(refusals.reason)),
  );
