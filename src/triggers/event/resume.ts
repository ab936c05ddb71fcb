/** A paused source goes on: what it kept is opened again and sent, bit by bit, the first of it at once. */
import type { Bindings } from '../../storage/bindings.ts';
import { resumeSource as setActive } from '../../storage/change-source.ts';
import { within } from '../../storage/deadline.ts';
import { isPaused, notePause, pendingPauses, reopenKept, type Pending } from '../../storage/paused-events.ts';
import { findSourceRow } from '../../storage/sources.ts';
import type { Write } from '../../storage/write.ts';
import { FIRST_SEND_MS, MOST_A_TICK } from './resend.ts';
import { sendEvents } from './send-events.ts';

const ROWS_A_TICK = 20_000;
/** By then no consumer believes any more that the source is paused. */
const FORGOTTEN_S = 2;

const reopen = async (env: Bindings, pending: Pending, now: number): Promise<number> => {
  // Between the note and the source's going on, or when it was paused anew meanwhile.
  if (await isPaused(env.DB, pending.source)) return 0;
  const limits = { rows: ROWS_A_TICK, most: MOST_A_TICK, sendAt: now + 2 * FIRST_SEND_MS };
  const events = await reopenKept(env.DB, pending, limits);
  try {
    await sendEvents(env, events, FORGOTTEN_S);
  } catch (error) {
    // They are open: the tick sends them.
    console.error(`${events.length} events of ${pending.source} wait for the tick:`, error);
  }
  return events.length;
};

/** From the tick: the next of what resumed sources have kept. Tells how many events were opened again. */
export const reopenPaused = async (env: Bindings, now: number): Promise<number> => {
  let count = 0;
  for (const pending of await pendingPauses(env.DB)) count += await reopen(env, pending, now);
  return count;
};

/** Whether there is such a source. What was accepted before the pause was delivered all the same. */
export const resumeSource = async (env: Bindings, name: string, write: Write): Promise<boolean> => {
  const row = await within(findSourceRow(env.DB, name));
  if (row === undefined) return false;
  // Noted first: should this end halfway, the source stays paused, and resuming it once more notes it again.
  if (row.pausedAt !== null) await notePause(env.DB, name, { pausedAt: row.pausedAt, now: write.now });
  const isThere = await setActive(env.DB, name, write);
  await reopenPaused(env, write.now);
  return isThere;
};
