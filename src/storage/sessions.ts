/**
 * Sessions of people who signed in. A session ends 8 hours after its last use and 24 hours after the sign-in, whatever
 * the browser keeps; it is not cached, so that signing out works at once and everywhere.
 */
import { and, eq, gt } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import { within } from './deadline.ts';
import { sessions } from './sessions-schema.ts';

export type StoredSession = typeof sessions.$inferSelect;

export const IDLE_MS = 8 * 3_600_000;
export const LONGEST_MS = 24 * 3_600_000;
/** Each write costs; nobody needs the last use to the minute. */
const USE_NOTED_MS = 10 * 60_000;

const NOTE_USE = 'UPDATE sessions SET used_at = ?2 WHERE hash = ?1 AND used_at < ?2';
const REMOVE = 'DELETE FROM sessions WHERE hash = ?1';
const REMOVE_ENDED = 'DELETE FROM sessions WHERE used_at <= ?1 OR created_at <= ?2';
const REMOVE_OF = 'DELETE FROM sessions WHERE subject = ?1 AND created_at <= ?2';
const REMOVE_ENDED_ELSEWHERE = `
  DELETE FROM sessions WHERE created_at <= ?4 AND (
    (sid = ?2 AND substr(subject, 1, length(?1)) = ?1) OR (subject = ?3 AND (?2 IS NULL OR sid IS NULL)))`;

/** The session, if it has not ended. */
export const findSession = async (
  db: D1Database,
  hash: string,
  now: number,
): Promise<StoredSession | undefined> => {
  const lasts = and(gt(sessions.usedAt, now - IDLE_MS), gt(sessions.createdAt, now - LONGEST_MS));
  return within(
    drizzle(db)
      .select()
      .from(sessions)
      .where(and(eq(sessions.hash, hash), lasts))
      .get(),
  );
};

/** Writes once in ten minutes at most. */
export const noteUse = async (
  db: D1Database,
  { hash, usedAt }: Pick<StoredSession, 'hash' | 'usedAt'>,
  now: number,
): Promise<void> => {
  if (now - usedAt < USE_NOTED_MS) return;
  await within(db.prepare(NOTE_USE).bind(hash, now).run());
};

/** Adds a session in the place of the one that the browser had. */
export const addSession = async (
  db: D1Database,
  session: StoredSession,
  replaced: string | undefined,
): Promise<void> => {
  const store = drizzle(db);
  await within(
    store.batch([
      store.delete(sessions).where(eq(sessions.hash, replaced ?? '')),
      store.insert(sessions).values(session),
    ]),
  );
};

/** Removes those that have ended: they mean nothing any more, but name people. */
export const sweepSessions = async (db: D1Database, now: number): Promise<void> => {
  await within(
    db
      .prepare(REMOVE_ENDED)
      .bind(now - IDLE_MS, now - LONGEST_MS)
      .run(),
  );
};

export const removeSession = async (db: D1Database, hash: string): Promise<void> => {
  await within(db.prepare(REMOVE).bind(hash).run());
};

/** Ends the sessions that a person had at a time; how many those were. */
export const removeSessionsOf = async (db: D1Database, subject: string, until: number): Promise<number> =>
  (await within(db.prepare(REMOVE_OF).bind(subject, until).run())).meta.changes;

export interface EndedElsewhere {
  readonly issuer: string;
  /** the session that ended, when the identity provider said one */
  readonly sid: string | null;
  readonly subject: string | null;
  /** sessions opened later are others: a message that is sent again ends nothing new */
  readonly until: number;
}

/** Ends what came of a session at the identity provider, or of all of a person's; how many those were. */
export const removeEndedElsewhere = async (
  db: D1Database,
  { issuer, sid, subject, until }: EndedElsewhere,
): Promise<number> =>
  (await within(db.prepare(REMOVE_ENDED_ELSEWHERE).bind(`${issuer}|`, sid, subject, until).run())).meta
    .changes;
