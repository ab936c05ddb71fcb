/**
 * Looking after the lane's runs: what is due is driven, what was left behind by a crash too.
 *
 * E7: `alarm` first sets the alarm anew and waits until that is on disk, so that a wake-up follows whatever happens;
 * it returns when what it began has ended, or after a while: a handler that waits stops the lane's clock.
 * E8: a run that kills its lane cannot be caught. Runs that were being driven when the lane died are driven one at a
 * time up to their next commit, each after a strike that is on disk; progress clears the strikes, the third fails it.
 */
import { WATCH_MS } from './alarm.ts';
import { newInvocation } from './invocation.ts';
import type { Invocation } from './invocation.ts';
import { dueRuns, nextDeadline } from './journal.ts';
import type { Lane, Live } from './lane.ts';
import { drive, failRun, giveUp, load } from './live.ts';
import { isFull } from './start.ts';
import type { RunRow } from './tables.ts';

const DUE_AT_ONCE = 100;
const HANDLER_MS = 10_000;
const STRIKES = 3;
/** A drive that has committed nothing for so long, past the time limit of its slowest attempt, is replaced. */
const STUCK_MS = 30_000;

export const onAlarm = async (lane: Lane): Promise<void> => {
  lane.alarm.isSetTo(null);
  lane.alarm.note(lane.ports.now() + WATCH_MS);
  lane.alarm.set();
  await lane.storage.sync();
  replaceStuck(lane);
  const begun = await driveDue(lane);
  await Promise.race([Promise.all(begun.map((live) => live.ended)), pause(lane, HANDLER_MS)]);
  await rearm(lane);
};

const pause = (lane: Lane, ms: number): Promise<void> =>
  new Promise((resolve) => void lane.ports.after(ms, resolve));

/** Last, the earliest time at which something is due; nothing when nothing is left to do. */
const rearm = async (lane: Lane): Promise<void> => {
  const now = lane.ports.now();
  const next = nextDeadline(lane.sql);
  if (next === null && lane.live.size === 0) {
    lane.alarm.isSetTo(null);
    await lane.storage.deleteAlarm();
    return;
  }
  const isWorking = lane.live.size > 0 || (next !== null && next <= now);
  const at = isWorking
    ? Math.min(now + (isFull(lane) ? 1_000 : WATCH_MS), next !== null && next > now ? next : Infinity)
    : (next ?? now + WATCH_MS);
  lane.alarm.isSetTo(null);
  lane.alarm.note(at);
  lane.alarm.set();
};

/** Drives what is due: at most a hundred runs. Runs that ended or parked and are not in the history yet are copied. */
export const driveDue = async (lane: Lane): Promise<Live[]> => {
  const now = lane.ports.now();
  const due = dueRuns(lane.sql, now, DUE_AT_ONCE + lane.live.size).filter((row) => !lane.live.has(row.id));
  const invocation = newInvocation();
  const begun: Live[] = [];
  const suspects: RunRow[] = [];
  for (const row of due) {
    if (row.phase === 'active') suspects.push(row);
    else if (row.phase === 'parked' && row.until !== null && row.until <= now) {
      if (isFull(lane)) break;
      begin(lane, row, { invocation, begun });
    } else lane.copySoon(row.id);
  }
  for (const row of suspects) await driveSuspect(lane, row, { invocation, begun });
  return begun;
};

interface Round {
  readonly invocation: Invocation;
  readonly begun: Live[];
}

const begin = (lane: Lane, row: RunRow, round: Round): Live | undefined => {
  try {
    const loaded = load(lane, row.id);
    if (loaded === undefined) {
      lane.sql.exec("UPDATE runs SET deadline = NULL, phase = 'final' WHERE id = ?", row.id);
      return undefined;
    }
    const live = drive(lane, { ...loaded, invocation: round.invocation });
    round.begun.push(live);
    return live;
  } catch (error) {
    // A journal that cannot be folded is a bug of ours; the run waits for a build that can.
    console.error(`run ${row.id} cannot be folded:`, error);
    lane.sql.exec('UPDATE runs SET deadline = ? WHERE id = ?', lane.ports.now() + 600_000, row.id);
    return undefined;
  }
};

/** One that was being driven when its drive died: alone, up to its next commit. */
const driveSuspect = async (lane: Lane, row: RunRow, round: Round): Promise<void> => {
  if (lane.live.has(row.id)) return;
  if (row.strikes >= STRIKES) {
    const message = `The run brought its lane down ${STRIKES} times, by its use of memory or time`;
    await failRun(lane, row.id, { code: 'killed_lane', message });
    return;
  }
  lane.sql.exec('UPDATE runs SET strikes = strikes + 1 WHERE id = ?', row.id);
  await lane.storage.sync();
  const live = begin(lane, { ...row, strikes: row.strikes + 1 }, round);
  if (live === undefined) return;
  const progress = new Promise<void>((resolve) => live.afterCommit.push(() => resolve()));
  await Promise.race([progress, live.ended, pause(lane, HANDLER_MS)]);
};

/** E1: a drive whose every await has passed its deadline will not come back; the run is folded anew. */
const replaceStuck = (lane: Lane): void => {
  const now = lane.ports.now();
  for (const live of lane.live.values()) {
    if (now - live.lastCommitAt > longestAttempt(live) + STUCK_MS) giveUp(lane, live);
  }
};

const longestAttempt = (live: Live): number => {
  let longest = 0;
  for (const frame of live.state.frames.values()) {
    const step = frame.block[frame.at];
    if (frame.activity?.kind === 'attempt' && step?.kind === 'card')
      longest = Math.max(longest, step.timeoutMs);
  }
  return longest;
};
