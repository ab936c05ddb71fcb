/**
 * From the tick: sends again what was accepted and has no last verdict yet.
 *
 * T4: after 30 s, then twice as long each time, at most an hour; after ten sends the verdict is `undeliverable`. At most
 * 1,000 events a tick, each claimed by compare-and-set, so that a backlog does not multiply itself.
 */
import { idFloor } from '../../domain/ids.ts';
import type { Bindings } from '../../storage/bindings.ts';
import {
  claimSends,
  moveWalk,
  readWalk,
  unclaimSends,
  walkOpen,
  type OpenEvent,
} from '../../storage/open-events.ts';
import { closeUndeliverable } from '../../storage/undeliverable.ts';
import { sendEvents } from './send-events.ts';

export const FIRST_SEND_MS = 30_000;
const LONGEST_MS = 3_600_000;
export const MOST_SENDS = 10;
export const MOST_A_TICK = 1_000;
const ROWS_A_PAGE = 20_000;
const PAGES_A_TICK = 5;

const REASON = `It was sent ${MOST_SENDS} times, and some flow could not be started or asked. Replay it.`;

export interface Resent {
  readonly sent: number;
  readonly undeliverable: number;
}

/** How long after the n-th send the next one comes. */
const pauseMs = (sends: number): number => Math.min(LONGEST_MS, FIRST_SEND_MS * 2 ** sends);

const send = async (env: Bindings, due: readonly OpenEvent[], now: number): Promise<number> => {
  const claims = due.map(({ id, sends }) => ({ id, sends, next: now + pauseMs(sends + 1) }));
  const claimed = await claimSends(env.DB, claims);
  const mine = due.filter(({ id }) => claimed.has(id));
  try {
    await sendEvents(env, mine);
    return mine.length;
  } catch (error) {
    console.error(`${mine.length} events wait: the queue does not take them.`, error);
    await unclaimSends(
      env.DB,
      mine.map(({ id }) => id),
      now,
    );
    return 0;
  }
};

interface Found {
  readonly open: readonly OpenEvent[];
  readonly moveOn: () => Promise<boolean>;
}

/** Open events, at most so many, in the next pages of the walk over all events. */
const find = async (env: Bindings, now: number): Promise<Found> => {
  const below = idFloor('evt', Math.max(0, now - FIRST_SEND_MS));
  const { walk: begin, mark } = await readWalk(env.DB);
  const open: OpenEvent[] = [];
  let walk = begin;
  for (let page = 0; page < PAGES_A_TICK && open.length < MOST_A_TICK; page++) {
    const most = MOST_A_TICK - open.length;
    const stretch = await walkOpen(env.DB, walk, { below, rows: ROWS_A_PAGE, most });
    open.push(...stretch.open);
    walk = stretch.walk;
    if (stretch.isDone) break;
  }
  return { open, moveOn: () => moveWalk(env.DB, mark, walk) };
};

export const resend = async (env: Bindings, now: number): Promise<Resent> => {
  const { open, moveOn } = await find(env, now);
  const due = open.filter(({ sendAt }) => sendAt === null || sendAt <= now);
  const spent = due.filter(({ sends }) => sends >= MOST_SENDS).map(({ id }) => id);
  await closeUndeliverable(env.DB, spent, { at: now, reason: REASON });
  const sent = await send(
    env,
    due.filter(({ sends }) => sends < MOST_SENDS),
    now,
  );
  await moveOn();
  return { sent, undeliverable: spent.length };
};
