/**
 * The tables of D1 around schedules. Four rows are written for a tick that starts a run: its row in the ledger, the
 * schedule's with its entry in the one index, and the update with the outcome. `WITHOUT ROWID`: see schema.ts.
 */
import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const SCHEDULE_STATUSES = ['active', 'paused'] as const;
export type ScheduleStatus = (typeof SCHEDULE_STATUSES)[number];

/** How far each schedule is accounted for. When it fires is said by its flow's version, and never stored. */
export const schedules = sqliteTable(
  'schedules',
  {
    flow: text().primaryKey(),
    /** the version whose trigger says what comes after `through`; the tick moves it on to newer ones */
    version: integer().notNull(),
    /** ms since the epoch: every nominal time up to this one has its row in the ledger */
    through: integer().notNull(),
    /** when the tick has to look at it; null: never, until its flow is saved again */
    nextAt: integer('next_at'),
    status: text().$type<ScheduleStatus>().notNull(),
    /** why it is paused */
    note: text(),
    /** who paused or resumed it last, and when */
    by: text(),
    changedAt: integer('changed_at'),
    /** `through` at the time of the pause: what passed since is judged when it is resumed */
    pausedFrom: integer('paused_from'),
    /** counts the changes: who read an older one writes nothing */
    revision: integer().notNull(),
    /** the `next_at` that an alert has told of */
    alertedAt: integer('alerted_at'),
  },
  (table) => [
    index('schedules_by_next')
      .on(table.nextAt)
      .where(sql`next_at IS NOT NULL`),
  ],
);

export const TICK_OUTCOMES = [
  'due',
  'started',
  'skipped',
  'missed',
  'paused',
  'disabled',
  'expired',
] as const;
/** What became of a tick; `due` until its run was started or refused. */
export type TickOutcome = (typeof TICK_OUTCOMES)[number];

/** The ledger: one row for each nominal time of a schedule, and for each that was filled in later. */
export const ticks = sqliteTable(
  'ticks',
  {
    flow: text().notNull(),
    /** when it should fire by the schedule, ms since the epoch */
    nominal: integer().notNull(),
    /** id of the backfill it belongs to, empty for the schedule's own */
    backfill: text().notNull(),
    /** `nominal` and the schedule's spread */
    due: integer().notNull(),
    /** when its run was started, or it was found that none is */
    actual: integer().notNull(),
    outcome: text().$type<TickOutcome>().notNull(),
    version: integer().notNull(),
    /** the run that was started, or the one under way for which it was skipped */
    run: text(),
    reason: text(),
  },
  (table) => [primaryKey({ columns: [table.flow, table.nominal, table.backfill] })],
);

/** Messages about due ticks, each until the outcomes of all its ticks are known: the tick sends them again. */
export const tickSends = sqliteTable('tick_sends', {
  /** sorts by time */
  id: text().primaryKey(),
  madeAt: integer('made_at').notNull(),
  sends: integer().notNull(),
  sendAt: integer('send_at').notNull(),
  /** JSON list of ticks, as the message has it */
  ticks: text().notNull(),
});
