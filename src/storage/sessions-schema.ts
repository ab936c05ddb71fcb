/**
 * The tables of D1 around sign-in. They are small, so they have no secondary index: what looks for the sessions of one
 * person reads all. `WITHOUT ROWID`: see schema.ts.
 */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Person } from '../domain/person.ts';

/** People who are signed in here. What the browser holds is not among it. */
export const sessions = sqliteTable('sessions', {
  /** SHA-256 of the cookie's text, hexadecimal */
  hash: text().primaryKey(),
  subject: text().notNull(),
  /** the identity provider's id of its own session, when it said one: it can end that alone */
  sid: text(),
  createdAt: integer('created_at').notNull(),
  /** ten minutes behind at most */
  usedAt: integer('used_at').notNull(),
  person: text({ mode: 'json' }).$type<Person>().notNull(),
  /** under seal.ts: the hint that signing out at the identity provider takes */
  idToken: text('id_token'),
});

/** Sign-ins tried and not finished, by address and quarter of an hour. */
export const signInAttempts = sqliteTable(
  'sign_in_attempts',
  {
    address: text().notNull(),
    /** ms since the epoch at which the quarter began */
    since: integer().notNull(),
    count: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.address, table.since] })],
);
