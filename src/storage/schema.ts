/**
 * The tables of D1 (drizzle-kit makes migrations of them). Rows written are what D1 costs, so every table is
 * `WITHOUT ROWID`, and only `runs` and `events` (events-schema.ts) have secondary indexes (a second one for called runs). drizzle cannot say
 * `WITHOUT ROWID`: after `npm run db:generate` it is added by hand to each `CREATE TABLE` of the new file;
 * test/storage/schema.worker.test.ts notices when it is not.
 */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import type { Caller, RunStatus } from '../domain/run.ts';
import type { Failure } from '../domain/errors.ts';
import type { Flow, TriggerKind } from '../domain/flow.ts';
import type { StoredDetail, StoredStep } from './lean-copy.ts';

export const ORIGINS = ['files', 'api'] as const;
export type Origin = (typeof ORIGINS)[number];

export const FLOW_STATUSES = ['enabled', 'disabled', 'archived'] as const;
export type FlowStatus = (typeof FLOW_STATUSES)[number];

export const flows = sqliteTable('flows', {
  name: text().primaryKey(),
  title: text(),
  origin: text().$type<Origin>().notNull(),
  status: text().$type<FlowStatus>().notNull(),
  /** the newest one */
  version: integer().notNull(),
  trigger: text().$type<TriggerKind>().notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
});

export const flowVersions = sqliteTable(
  'flow_versions',
  {
    flow: text().notNull(),
    version: integer().notNull(),
    format: text().$type<'yaml' | 'json'>().notNull(),
    /** SHA-256 of format and text: the same content makes no new version */
    hash: text().notNull(),
    by: text().notNull(),
    createdAt: integer('created_at').notNull(),
    /** as written, byte for byte */
    text: text().notNull(),
    definition: text({ mode: 'json' }).$type<Flow>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.flow, table.version] })],
);

/** What a list does not show of a run; `steps` is the first page. */
interface StoredCopy {
  readonly detail: StoredDetail;
  readonly steps: readonly StoredStep[];
}

/** A copy for looking at (E5). Ids sort by time, so the primary key serves the newest-first list. */
export const runs = sqliteTable(
  'runs',
  {
    id: text().primaryKey(),
    flow: text().notNull(),
    version: integer().notNull(),
    status: text().$type<RunStatus>().notNull(),
    trigger: text().$type<TriggerKind>().notNull(),
    attempt: integer().notNull(),
    /** written only over a smaller one: copies may arrive twice and out of order */
    revision: integer().notNull(),
    createdAt: integer('created_at').notNull(),
    finishedAt: integer('finished_at'),
    steps: integer().notNull(),
    /** the run that called it */
    parent: text(),
    /** what the text filter looks in besides the flow's name: error and subject, in lower case */
    search: text().notNull(),
    caller: text({ mode: 'json' }).$type<Caller>().notNull(),
    error: text({ mode: 'json' }).$type<Failure>(),
    /** the last column, so that lists need not read past it */
    detail: text({ mode: 'json' }).$type<StoredCopy>().notNull(),
  },
  (table) => [
    index('runs_by_flow').on(table.flow, table.id),
    // Costs a row only for runs that others called; counts by status read nothing else.
    index('runs_by_parent')
      .on(table.parent, table.id, table.status)
      .where(sql`${table.parent} IS NOT NULL`),
  ],
);

/** The further steps of long runs. Only pages with the revision of their run count. */
export const runPages = sqliteTable(
  'run_pages',
  {
    run: text().notNull(),
    /** number of the page's first step, from 0 */
    first: integer().notNull(),
    revision: integer().notNull(),
    /** how many steps it holds */
    count: integer().notNull(),
    steps: text({ mode: 'json' }).$type<readonly StoredStep[]>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.run, table.first] })],
);

export const tokens = sqliteTable('tokens', {
  /** the eight characters in the token's text, which are the last of its id */
  handle: text().primaryKey(),
  id: text().notNull(),
  name: text().notNull(),
  /** SHA-256 of the whole token, hexadecimal */
  hash: text().notNull(),
  scopes: text({ mode: 'json' }).$type<readonly string[]>().notNull(),
  /** the flow that it may invoke, when it is a flow's token */
  flow: text(),
  /** stays the same when the token is rotated: idempotency keys count per client */
  client: text().notNull(),
  by: text().notNull(),
  createdAt: integer('created_at').notNull(),
  revokedAt: integer('revoked_at'),
});

export const connections = sqliteTable('connections', {
  name: text().primaryKey(),
  kind: text().$type<'http'>().notNull(),
  sealed: text().notNull(),
  honoursIdempotencyKey: integer('honours_idempotency_key', { mode: 'boolean' }).notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  by: text().notNull(),
});

export const secrets = sqliteTable('secrets', {
  name: text().primaryKey(),
  sealed: text().notNull(),
  createdAt: integer('created_at').notNull(),
  updatedAt: integer('updated_at').notNull(),
  by: text().notNull(),
});

/** Queue messages that could not be delivered. */
export const deadLetters = sqliteTable('dead_letters', {
  /** the message's id */
  id: text().primaryKey(),
  queue: text().notNull(),
  at: integer().notNull(),
  error: text(),
  body: text().notNull(),
});
