/** Grants: who may run a delegated flow besides those its trigger allows. One that has ended stays, for the record. */
import { and, desc, eq, gt, isNull, lt, or } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { within } from './deadline.ts';
import { grants } from './grants-schema.ts';

export type Grant = typeof grants.$inferSelect;

export interface GrantFilter {
  readonly flow?: string | undefined;
  readonly who?: string | undefined;
  /** only those that count at this time */
  readonly activeAt?: number | undefined;
}

export const addGrant = async (db: D1Database, grant: Grant): Promise<void> => {
  await within(drizzle(db).insert(grants).values(grant).run());
};

/** Newest first: ids sort by time. There are few grants: the page is sorted out of all. */
export const listGrants = (
  db: D1Database,
  { flow, who, activeAt }: GrantFilter,
  page: { readonly before?: string | undefined; readonly limit: number },
): Promise<Grant[]> =>
  within(
    drizzle(db)
      .select()
      .from(grants)
      .where(
        and(
          page.before === undefined ? undefined : lt(grants.id, page.before),
          flow === undefined ? undefined : eq(grants.flow, flow),
          who === undefined ? undefined : eq(grants.who, who),
          activeAt === undefined
            ? undefined
            : and(isNull(grants.endedAt), or(isNull(grants.until), gt(grants.until, activeAt))),
        ),
      )
      .orderBy(desc(grants.id))
      .limit(page.limit),
  );

export const getGrant = (db: D1Database, id: string): Promise<Grant | undefined> =>
  within(drizzle(db).select().from(grants).where(eq(grants.id, id)).get());

/** From then on it does not count; who ended it first stays. */
export const endGrant = async (
  db: D1Database,
  id: string,
  end: { readonly by: string; readonly at: number },
): Promise<void> => {
  const change = { endedAt: end.at, endedBy: end.by };
  await within(
    drizzle(db)
      .update(grants)
      .set(change)
      .where(and(eq(grants.id, id), isNull(grants.endedAt)))
      .run(),
  );
};
