/**
 * The minute tick of the schedules: what is due gets its rows in the ledger, its next time, and its messages.
 *
 * T4: a nominal time is either after its schedule's `through`, and then a coming tick judges it, or it has a row; and a
 * row that is `due` has a message in `tick_sends` until its outcome is known. All of it is written in one batch, so a
 * tick may die anywhere, come twice or late: the next one goes on from what the batch left.
 */
import { mintId } from '../../domain/ids.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { findDue, moveOn, type DuePage, type DueSchedule, type Move } from '../../storage/due-schedules.ts';
import { keepRunsMs } from '../../storage/retention.ts';
import { move } from './move.ts';
import { sendOpenTicks, sendTicks } from './send-ticks.ts';

const PAGE = 1_000;
/** Bounds what one batch binds, to half of what D1 takes. */
const TICKS_A_BATCH = 4_000;
const TICKS_A_SCHEDULE = 500;
/** What remains of a long absence is done by the next tick. */
const TICKS_A_TICK = 50_000;
const ROUNDS = 500;

export interface TickedSchedules {
  /** schedules that were due, each counted once */
  readonly due: readonly DueSchedule[];
  /** rows of the ledger that were judged */
  readonly ticks: number;
  /** ticks that went to the queue */
  readonly sent: number;
  /** schedules that could not be judged; the log says why */
  readonly broken: readonly string[];
}

interface Account {
  readonly env: Bindings;
  readonly now: number;
  readonly keepMs: number;
  readonly seen: Map<string, DueSchedule>;
  readonly broken: Set<string>;
  ticks: number;
  sent: number;
}

const mint = (now: number): string =>
  mintId('tck', now, (length) => crypto.getRandomValues(new Uint8Array(length)));

/** One schedule that cannot be judged must not stop the others: the watchdog tells of it. */
const movesOf = (rows: readonly DueSchedule[], account: Account): readonly Move[] => {
  const { now, keepMs, broken } = account;
  const share = Math.floor(TICKS_A_BATCH / Math.max(1, rows.length));
  const limit = Math.min(TICKS_A_SCHEDULE, Math.max(1, share));
  return rows.flatMap((row) => {
    try {
      return [move(row, { now, keepMs, limit })];
    } catch (error) {
      if (!broken.has(row.flow)) console.error(`The schedule of flow ${row.flow} cannot be judged.`, error);
      broken.add(row.flow);
      return [];
    }
  });
};

/** Every schedule that is due, once. True when some are still due, after the rows that one batch may write. */
const round = async (account: Account): Promise<boolean> => {
  const { env, now } = account;
  let after: DuePage['after'];
  let isMore = false;
  for (;;) {
    const rows = await findDue(env.DB, now, { after, limit: PAGE });
    for (const row of rows) if (!account.seen.has(row.flow)) account.seen.set(row.flow, row);
    const moves = movesOf(rows, account);
    if (moves.length > 0) {
      const sends = await moveOn(env.DB, moves, now, () => mint(now));
      account.ticks += moves.reduce((sum, { ticks }) => sum + ticks.length, 0);
      account.sent += await sendTicks(env, sends);
    }
    isMore ||= moves.some(({ nextAt }) => nextAt !== null && nextAt <= now);
    after = rows.at(-1);
    if (rows.length < PAGE || account.ticks >= TICKS_A_TICK) return isMore;
  }
};

/** Brings every schedule up to `now`, and sends again what nobody has settled. */
export const tickSchedules = async (env: Bindings, now: number): Promise<TickedSchedules> => {
  const keepMs = keepRunsMs(env);
  const account: Account = { env, now, keepMs, seen: new Map(), broken: new Set(), ticks: 0, sent: 0 };
  for (let rounds = 0; rounds < ROUNDS && account.ticks < TICKS_A_TICK; rounds++) {
    if (!(await round(account))) break;
  }
  account.sent += await sendOpenTicks(env, now);
  const { seen, broken, ticks, sent } = account;
  return { due: [...seen.values()], ticks, sent, broken: [...broken] };
};
