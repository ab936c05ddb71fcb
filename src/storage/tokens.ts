/** API tokens: stored as hashes, found by their handle. A revoked one stays, so that the history can name it. */
import { desc, eq, lt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { Bindings } from './bindings.ts';
import { within } from './deadline.ts';
import { makeLookup } from './lookup.ts';
import { tokens } from './schema.ts';

export type StoredToken = typeof tokens.$inferSelect;

/** For rotation: the old one and the new one. */
export const TOKENS_PER_FLOW = 2;

const lookup = makeLookup<StoredToken>(async (db, handle) =>
  drizzle(db).select().from(tokens).where(eq(tokens.handle, handle)).get(),
);

/** The token with that handle, revoked or not; cached as `findFlow` is. */
export const findToken = (
  env: Pick<Bindings, 'DB'>,
  handle: string,
  now: number,
): Promise<StoredToken | undefined> => lookup(env.DB, handle, now);

/** Newest first: ids sort by time. There are few tokens and no index: the page is sorted out of all. */
export const listTokens = async (
  db: D1Database,
  before: string | undefined,
  limit: number,
): Promise<StoredToken[]> =>
  within(
    drizzle(db)
      .select()
      .from(tokens)
      .where(before === undefined ? undefined : lt(tokens.id, before))
      .orderBy(desc(tokens.id))
      .limit(limit),
  );

export const getToken = async (db: D1Database, handle: string): Promise<StoredToken | undefined> =>
  within(drizzle(db).select().from(tokens).where(eq(tokens.handle, handle)).get());

/** False when the flow has {@link TOKENS_PER_FLOW} active ones already: one statement counts and inserts. */
export const addToken = async (db: D1Database, token: StoredToken): Promise<boolean> => {
  const insert = db.prepare(
    `INSERT INTO tokens (handle, id, name, hash, scopes, flow, client, by, created_at)
     SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
     WHERE ?6 IS NULL
       OR (SELECT count(*) FROM tokens WHERE flow = ?6 AND revoked_at IS NULL) < ${TOKENS_PER_FLOW}`,
  );
  const { handle, id, name, hash, scopes, flow, client, by, createdAt } = token;
  const result = await within(
    insert.bind(handle, id, name, hash, JSON.stringify(scopes), flow, client, by, createdAt).run(),
  );
  return result.meta.changes === 1;
};

/** From then on it is nobody's; the time of a first revocation stays. */
export const revokeToken = async (
  db: D1Database,
  { handle }: Pick<StoredToken, 'handle'>,
  now: number,
): Promise<void> => {
  const update = db.prepare('UPDATE tokens SET revoked_at = ?2 WHERE handle = ?1 AND revoked_at IS NULL');
  await within(update.bind(handle, now).run());
};
