/** The audit log: rows are only ever added, and each carries the hash of the one before. `WITHOUT ROWID`: see schema.ts. */
import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { JsonObject } from '../domain/json.ts';

export const audit = sqliteTable('audit', {
  /** 1, 2, 3: two writers cannot both have the next */
  seq: integer().primaryKey(),
  /** `aud_…` */
  id: text().notNull(),
  at: integer().notNull(),
  /** who: `{ kind, id, name, address? }` */
  actor: text({ mode: 'json' }).$type<JsonObject>().notNull(),
  action: text().notNull(),
  /** what it was done to; null when that is the installation */
  target: text(),
  outcome: text().$type<'done' | 'refused'>().notNull(),
  detail: text({ mode: 'json' }).$type<JsonObject>().notNull(),
  /** `hash` of the row before; of the first, 64 zeros */
  previous: text().notNull(),
  /** SHA-256 of the row less this column (src/domain/audit.ts), hexadecimal */
  hash: text().notNull(),
});
