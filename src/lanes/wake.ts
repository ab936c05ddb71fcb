/**
 * Looking after the lane's runs: what is due is driven, what was left behind by a crash too.
 *
 * E7: `onAlarm` first sets the alarm anew and waits until that is on disk, so that a wake-up follows whatever happens;
 * it returns when what it began has ended, or after a while: a handler that waits stops the lane's clock.
 */
import { WATCH_MS } from './alarm.ts';
import { driveInTurn } from './groups.ts';
import { newInvocation } from './invocation.ts';
import type { Lane, Live } from './lane.ts';
import { giveUp } from './live.ts';
import { waitAtMost } from './patience.ts';
import { isFull } from './room.ts';
import { copyAgain, dueRuns, nextDeadline } from './rows.ts';
import type { DueRun } from './rows.ts';
import { driveSuspect } from './suspect.ts';

const LOOKED_AT = 1_000;
const DRIVEN_AT_ONCE = 100;
const HANDLER_MS = 10_000;
/** A drive that has committed nothing for so long, past the time limit of its slowest attempt, is replaced. */
const STUCK_MS = 30_000;
/** When the lane looks again whether the history has a run; the copies try more often while they remember it. */
const COPY_AGAIN_MS = 300_000;
const FULL_PAUSE_MS = 1_000;

/** @param patienceMs how long to wait for what was begun; it goes on afterwards */
export const onAlarm = async (lane: Lane, patienceMs = HANDLER_MS): Promise<void> => {
  setAnew(lane, lane.ports.now() + WATCH_MS);
  await lane.storage.sync();
  if (lane.isClosing) return;
  replaceStuck(lane);
  lane.failures.send();
  const begun = await driveDue(lane);
  if (patienceMs > 0) await waitAtMost(lane.ports, patienceMs, Promise.all(begun.map((live) => live.ended)));
  await rearm(lane);
};

const setAnew = (lane: Lane, at: number): void => {
  lane.alarm.isSetTo(null);
  lane.alarm.note(at);
  lane.alarm.set();
};

/** Last, the earliest time at which something is due; no alarm when nothing is left to do. */
const rearm = async (lane: Lane): Promise<void> => {
  const now = lane.ports.now();
  const times = [nextDeadline(lane.sql, now)];
  const failure = lane.failures.nextAt();
  // One that is due already is on its way.
  if (failure !== null) times.push(Math.max(failure, now + FULL_PAUSE_MS));
  if (lane.live.size > 0) times.push(now + WATCH_MS);
  const isBehind = dueRuns(lane.sql, now, lane.live.size + 1).some((row) => !lane.live.has(row.id));
  if (isBehind) times.push(now + (isFull(lane) ? FULL_PAUSE_MS : 1));
  const next = Math.min(...times.map((time) => time ?? Infinity));
  if (next !== Infinity) return setAnew(lane, next);
  lane.alarm.isSetTo(null);
  await lane.storage.deleteAlarm();
};

/** Drives what is due: at most a hundred runs. What ended or parked is told and copied. */
const driveDue = async (lane: Lane): Promise<readonly Live[]> => {
  const now = lane.ports.now();
  const due = dueRuns(lane.sql, now, LOOKED_AT + lane.live.size).filter((row) => !lane.live.has(row.id));
  const isAwake = ({ phase, until }: DueRun): boolean => phase === 'parked' && until !== null && until <= now;
  const atRest = due.filter((row) => row.phase !== 'active' && !isAwake(row));
  lane.parents.remind(atRest.filter(({ owed }) => owed !== null).map(({ id }) => id));
  copyDue(lane, atRest);
  const invocation = newInvocation();
  const begun: Live[] = [];
  const begin = (id: string): Live | undefined => {
    const live = driveInTurn(lane, id, invocation);
    if (live !== undefined) begun.push(live);
    return live;
  };
  for (const row of due.filter(isAwake).slice(0, DRIVEN_AT_ONCE)) if (!isFull(lane)) begin(row.id);
  for (const row of due.filter(({ phase }) => phase === 'active').slice(0, DRIVEN_AT_ONCE)) {
    await driveSuspect(lane, row.id, begin);
  }
  return begun;
};

const copyDue = (lane: Lane, rows: readonly DueRun[]): void => {
  if (rows.length === 0) return;
  const ids = rows.map(({ id }) => id);
  copyAgain(lane.sql, ids, lane.ports.now() + COPY_AGAIN_MS);
  lane.copies.soon(ids);
};

/** E1: a drive whose every await has passed its deadline will not come back; the run is folded anew. */
const replaceStuck = (lane: Lane): void => {
  const now = lane.ports.now();
  for (const live of lane.live.values()) {
    if (!live.isQueued && now - live.aliveAt > longestAttempt(live) + STUCK_MS) giveUp(lane, live);
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
