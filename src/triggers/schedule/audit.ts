/**
 * The hourly audit: does every schedule have a row, a next time that its trigger calls for, and a line for the last one?
 * What does not is put back to where its account is complete, and so is overdue: the watchdog tells of it, and the tick
 * makes good for it. None of this can happen but by a bug or a hand in the database; that is what an audit is for.
 */
import type { Trigger } from '../../domain/flow.ts';
import type { ScheduleTrigger } from '../../domain/schedule.ts';
import { nextFiring } from '../../schedules/firing.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { keepRunsMs } from '../../storage/retention.ts';
import { listAudited, repairSchedules } from '../../storage/schedule-audit.ts';
import type { AuditedSchedule, Repair } from '../../storage/schedule-audit.ts';
import { nextDueAt } from './move.ts';

const PAGE = 1_000;

const scheduleOf = ({ trigger }: AuditedSchedule): ScheduleTrigger | undefined => {
  // Checked when the flow was saved.
  const parsed = JSON.parse(trigger) as Trigger;
  return parsed.kind === 'schedule' ? parsed : undefined;
};

/** Whether `through` is a time of the schedule, young enough to be in the ledger, and is not there. */
const lacksLine = (
  { since, row }: AuditedSchedule,
  schedule: ScheduleTrigger,
  keptSince: number,
): boolean => {
  if (row === null || row.hasLine || row.through < since || row.through < keptSince) return false;
  return nextFiring(schedule, row.through - 1)?.at === row.through;
};

/** What is to be done about a schedule; undefined when all is well. */
export const repairOf = (audited: AuditedSchedule, now: number, keptSince: number): Repair | undefined => {
  const { flow, newest, since, row } = audited;
  const schedule = scheduleOf(audited);
  if (schedule === undefined) return undefined;
  if (row === null) {
    const nextAt = nextDueAt(schedule, flow, since - 1);
    return nextAt === null ? undefined : { flow, revision: 0, version: newest, through: since - 1, nextAt };
  }
  const { revision, version } = row;
  if (version < newest) {
    // The tick brings it to the newest version as soon as it looks.
    return row.nextAt === null ? { flow, revision, version, through: row.through, nextAt: now } : undefined;
  }
  const through = lacksLine(audited, schedule, keptSince) ? row.through - 1 : row.through;
  const nextAt = nextDueAt(schedule, flow, through);
  if (nextAt === null || (row.nextAt !== null && row.nextAt <= nextAt)) return undefined;
  return { flow, revision, version, through, nextAt };
};

const repairSafely = (audited: AuditedSchedule, now: number, keptSince: number): readonly Repair[] => {
  try {
    const repair = repairOf(audited, now, keptSince);
    return repair === undefined ? [] : [repair];
  } catch (error) {
    console.error(`The schedule of flow ${audited.flow} cannot be audited.`, error);
    return [];
  }
};

/** The flows whose schedules were put right. */
export const auditSchedules = async (env: Bindings, now: number): Promise<readonly string[]> => {
  const keptSince = now - keepRunsMs(env);
  const repaired: string[] = [];
  for (let after = ''; ;) {
    const page = await listAudited(env.DB, { after, limit: PAGE });
    const repairs = page.flatMap((audited) => repairSafely(audited, now, keptSince));
    await repairSchedules(env.DB, repairs);
    repaired.push(...repairs.map(({ flow }) => flow));
    after = page.at(-1)?.flow ?? '';
    if (page.length < PAGE) break;
  }
  if (repaired.length > 0) console.error(`Schedules that had stopped were set going: ${repaired.join(', ')}`);
  return repaired;
};
