/** Sources that have a log to be read besides what they post. */
import { asc, isNotNull, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { within } from './deadline.ts';
import { sources } from './events-schema.ts';

/** By name. There are few sources: all are looked at. */
export const listLogSources = (db: D1Database) =>
  within(
    drizzle(db)
      .select({ name: sources.name, settings: sources.settings, createdAt: sources.createdAt })
      .from(sources)
      .where(isNotNull(sql`${sources.settings} -> '$.backfill'`))
      .orderBy(asc(sources.name)),
  );
