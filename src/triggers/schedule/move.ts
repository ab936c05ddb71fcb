/**
 * How a schedule moves on, given what was read of it: which nominal times are due by now, what becomes of each, and when
 * to look again. Pure: tick-schedules.ts reads and writes.
 *
 *   through ──────────── nominal times to judge ────────────▶ now
 *        version 3              │ replacedAt        version 4
 *   judged by 3's trigger ──────┤
 *                               └──── judged by 4's, in the next round
 *
 * A nominal time belongs to the version that was in force then; whether it may start is said by how the flow stands now:
 * nothing starts once somebody has paused or disabled it.
 */
import type { Trigger } from '../../domain/flow.ts';
import type { ScheduleTrigger } from '../../domain/schedule.ts';
import { boundsOf, dueAt, nextFiring } from '../../schedules/firing.ts';
import { judge, MISSES, ON_TIME_MS } from '../../schedules/judge.ts';
import type { DueSchedule, Move, MovedTick } from '../../storage/due-schedules.ts';

export interface Moving {
  readonly now: number;
  /** how long the ledger is kept: older times are not written any more */
  readonly keepMs: number;
  /** most ticks to judge at once */
  readonly limit: number;
}

/** The schedule as far as it was in force: up to the moment at which another version took its place. */
const untilReplaced = (schedule: ScheduleTrigger, replacedAt: number | null): ScheduleTrigger => {
  if (replacedAt === null || boundsOf(schedule).until < replacedAt) return schedule;
  return { ...schedule, end: new Date(replacedAt - 1).toISOString() };
};

/** Why nothing may start, or undefined. */
const hindrance = ({ status, flowStatus }: DueSchedule): 'paused' | 'disabled' | undefined => {
  if (flowStatus !== 'enabled') return 'disabled';
  return status === 'paused' ? 'paused' : undefined;
};

interface Judged {
  readonly ticks: readonly MovedTick[];
  readonly through: number;
  /** when the next one of this version is due; null when it has no more */
  readonly nextDue: number | null;
}

const judgeAll = (row: DueSchedule, schedule: ScheduleTrigger, { now, keepMs, limit }: Moving): Judged => {
  const since = Math.max(row.through, now - keepMs);
  const judged = judge(schedule, row.flow, { now, next: since + 1, limit });
  const hindered = hindrance(row);
  const dueOf = (nominal: number): number => dueAt(schedule, row.flow, nominal);
  const started = judged.start.map((nominal): MovedTick => {
    return { nominal, due: dueOf(nominal), outcome: hindered ?? 'due', reason: null };
  });
  const missed = judged.missed.map(({ nominal, reason }): MovedTick => {
    const due = dueOf(nominal);
    if (hindered !== undefined) return { nominal, due, outcome: hindered, reason: null };
    return { nominal, due, outcome: 'missed', reason: MISSES[reason] };
  });
  const ticks = [...started, ...missed].toSorted((one, other) => one.nominal - other.nominal);
  return {
    ticks,
    through: ticks.at(-1)?.nominal ?? since,
    nextDue: judged.next === null ? null : dueOf(judged.next.at),
  };
};

/** The trigger of the row's version; another kind than a schedule has nothing due. */
const scheduleOf = ({ trigger }: DueSchedule): ScheduleTrigger | undefined => {
  // Checked when the flow was saved.
  const parsed = JSON.parse(trigger) as Trigger;
  return parsed.kind === 'schedule' ? parsed : undefined;
};

/** What to write. As long as `nextAt` is not after `now`, the schedule is to be moved again. */
export const move = (row: DueSchedule, moving: Moving): Move => {
  const { flow, revision, version, replacedAt } = row;
  const schedule = scheduleOf(row);
  const judged: Judged = schedule
    ? judgeAll(row, untilReplaced(schedule, replacedAt), moving)
    : { ticks: [], through: row.through, nextDue: null };
  const moved = { flow, revision, of: version, ticks: judged.ticks };
  if (judged.nextDue === null && replacedAt !== null) {
    const through = Math.max(judged.through, replacedAt - 1);
    return { ...moved, version: version + 1, through, nextAt: moving.now };
  }
  return { ...moved, version, through: judged.through, nextAt: judged.nextDue };
};

/** When a schedule is due next if nothing changes, not before `after`; null when it fires no more. */
export const nextDueAt = (schedule: ScheduleTrigger, flow: string, after: number): number | null => {
  const next = nextFiring(schedule, after);
  return next === null ? null : dueAt(schedule, flow, next.at);
};

/**
 * From where a paused schedule is judged anew when it is resumed: what passed since, as far back as `missed` could start
 * any of it. What is older stays recorded as paused.
 */
export const resumeFrom = (
  { missedWindowMs, spreadMs }: ScheduleTrigger,
  { through, pausedFrom }: { readonly through: number; readonly pausedFrom: number | null },
  now: number,
): number => Math.min(through, Math.max(pausedFrom ?? through, now - missedWindowMs - spreadMs - ON_TIME_MS));
