/** Reads flows and their versions, and changes their status. save-flows.ts writes new versions. */
import { and, asc, desc, eq, gt, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Flow, TriggerKind } from '../domain/flow.ts';
import { within } from './deadline.ts';
import { endSchedules } from './flow-schedules.ts';
import { flows, flowVersions } from './schema.ts';
import type { FlowStatus, Origin } from './schema.ts';

/** A line of the list. */
export type FlowRow = typeof flows.$inferSelect;

/** A version with its text, byte for byte, and what it means. */
export type FlowVersion = typeof flowVersions.$inferSelect;

export interface FlowFilter {
  readonly status?: FlowStatus | undefined;
  readonly trigger?: TriggerKind | undefined;
  readonly origin?: Origin | undefined;
}

/** By name; `page.after` is the last name of the page before. */
export const listFlows = (
  db: D1Database,
  filter: FlowFilter,
  page: { readonly after?: string | undefined; readonly limit: number },
): Promise<FlowRow[]> =>
  within(
    drizzle(db)
      .select()
      .from(flows)
      .where(
        and(
          page.after === undefined ? undefined : gt(flows.name, page.after),
          filter.status && eq(flows.status, filter.status),
          filter.trigger && eq(flows.trigger, filter.trigger),
          filter.origin && eq(flows.origin, filter.origin),
        ),
      )
      .orderBy(asc(flows.name))
      .limit(page.limit),
  );

export const getFlow = (db: D1Database, name: string): Promise<FlowRow | undefined> =>
  within(drizzle(db).select().from(flows).where(eq(flows.name, name)).get());

export const getVersion = (db: D1Database, name: string, version: number): Promise<FlowVersion | undefined> =>
  within(
    drizzle(db)
      .select()
      .from(flowVersions)
      .where(and(eq(flowVersions.flow, name), eq(flowVersions.version, version)))
      .get(),
  );

/** Newest first; `page.below` is the last version of the page before. */
export const listVersions = (
  db: D1Database,
  name: string,
  page: { readonly below?: number | undefined; readonly limit: number },
): Promise<Pick<FlowVersion, 'version' | 'format' | 'by' | 'createdAt'>[]> =>
  within(
    drizzle(db)
      .select({
        version: flowVersions.version,
        format: flowVersions.format,
        by: flowVersions.by,
        createdAt: flowVersions.createdAt,
      })
      .from(flowVersions)
      .where(
        and(
          eq(flowVersions.flow, name),
          page.below === undefined ? undefined : lt(flowVersions.version, page.below),
        ),
      )
      .orderBy(desc(flowVersions.version))
      .limit(page.limit),
  );

/** What a version means, the newest one without `version`; undefined when there is no such flow or version. */
export const definitionOf = async (
  db: D1Database,
  name: string,
  version?: number,
): Promise<{ readonly version: number; readonly definition: Flow } | undefined> => {
  const wanted = version ?? (await getFlow(db, name))?.version;
  return wanted === undefined ? undefined : getVersion(db, name, wanted);
};

const SET_STATUS = `
  UPDATE flows SET status = ?2, updated_at = ?3 WHERE name = ?1
  RETURNING name, title, origin, status, version, trigger, created_at AS createdAt, updated_at AS updatedAt`;

/** The flow as it then is; undefined when there is none. An archived one stays archived unless `to` says so. */
export const setStatus = async (
  db: D1Database,
  name: string,
  to: { readonly status: FlowStatus; readonly at: number },
): Promise<FlowRow | undefined> => {
  const before = await getFlow(db, name);
  if (!before || before.status === to.status || before.status === 'archived') return before;
  const [changed] = await within(
    db.batch<FlowRow>([
      db.prepare(SET_STATUS).bind(name, to.status, to.at),
      ...(to.status === 'archived' ? [endSchedules(db, [name])] : []),
    ]),
  );
  return changed?.results[0];
};
