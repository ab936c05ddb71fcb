/** The table of D1 of grants: who may run a delegated flow besides those its trigger allows. `WITHOUT ROWID`: see schema.ts. */
import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A grant stays when it has ended, so that the history of who might run a flow is complete. */
export const grants = sqliteTable(
  'grants',
  {
    /** an address, `group:…` or `domain:…`: what a person is looked up by, so it leads the key */
    who: text().notNull(),
    flow: text().notNull(),
    id: text().notNull(),
    reason: text().notNull(),
    by: text().notNull(),
    createdAt: integer('created_at').notNull(),
    /** ms since the epoch: from then on it does not count; null: until somebody ends it */
    until: integer(),
    endedAt: integer('ended_at'),
    endedBy: text('ended_by'),
  },
  (table) => [primaryKey({ columns: [table.who, table.flow, table.id] })],
);
