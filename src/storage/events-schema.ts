/**
 * The tables of D1 around events. Three rows are written for an event that starts runs: the event, its entry in the one
 * secondary index, and the update that closes it with its verdicts. `WITHOUT ROWID`: see schema.ts.
 */
import { integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import type { Verdicts } from '../domain/event.ts';
import type { Json, JsonObject } from '../domain/json.ts';

export const SOURCE_STATUSES = ['active', 'paused'] as const;
export type SourceStatus = (typeof SOURCE_STATUSES)[number];

/** Who may send events. */
export const sources = sqliteTable('sources', {
  name: text().primaryKey(),
  kind: text().notNull(),
  status: text().$type<SourceStatus>().notNull(),
  /** what it is for, or why it is paused */
  note: text(),
  settings: text({ mode: 'json' }).$type<JsonObject>().notNull(),
  /** JSON list of secrets, two at most, under seal.ts */
  sealed: text().notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  pausedAt: integer('paused_at'),
  by: text().notNull(),
});

/** What was accepted. Ids sort by time, so the primary key serves lists, the tick and retention. */
export const events = sqliteTable(
  'events',
  {
    id: text().primaryKey(),
    source: text().notNull(),
    /** the sender's id: the same event comes only once */
    sourceId: text('source_id').notNull(),
    type: text().notNull(),
    subject: text(),
    time: integer(),
    acceptedAt: integer('accepted_at').notNull(),
    actor: text(),
    /** null while no flow has one */
    verdicts: text({ mode: 'json' }).$type<Verdicts>(),
    /** when the last verdict was written; null: open */
    closedAt: integer('closed_at'),
    /** how often the tick has sent it again, and when it does so next (null: 30 s after it was accepted) */
    sends: integer().notNull().default(0),
    sendAt: integer('send_at'),
    attributes: text({ mode: 'json' }).$type<JsonObject>(),
    /** of the post, less what is secret */
    headers: text({ mode: 'json' }).$type<Readonly<Record<string, string>>>(),
    /** null where it is the JSON of `raw` */
    data: text({ mode: 'json' }).$type<Json>(),
    /** the last column, so that lists need not read past it */
    raw: text().notNull(),
  },
  (table) => [uniqueIndex('events_by_source').on(table.source, table.sourceId)],
);

/** Posts that were turned away, counted by the hour. */
export const refusals = sqliteTable(
  'refusals',
  {
    source: text().notNull(),
    /** ms since the epoch at which the hour began */
    hour: integer().notNull(),
    reason: text().notNull(),
    count: integer().notNull(),
    /** what the last counted one was about */
    sample: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.source, table.hour, table.reason] })],
);

/** How far something has got that looks at a table from time to time. */
export const marks = sqliteTable('marks', {
  name: text().primaryKey(),
  value: text().notNull(),
});
