/** Messages about ticks that nobody has settled yet: taken to be sent again, less and less often, and given up in time. */
import { within } from './deadline.ts';
import { FIRST_RESEND_MS, parseSend } from './due-schedules.ts';
import type { TickSend } from './due-schedules.ts';

const MAX_RESEND_MS = 3_600_000;

/** Doubles with each send. A shift by more than seven is beyond the hour anyway, and by 64 it would be nothing. */
const TAKE = `
  UPDATE tick_sends SET sends = sends + 1, send_at = ?1 + min(?4, ?3 << min(sends, 7))
  WHERE id IN (SELECT id FROM tick_sends WHERE send_at <= ?1 ORDER BY id LIMIT ?2)
  RETURNING id, ticks, made_at AS madeAt`;

export interface OpenSend extends TickSend {
  readonly madeAt: number;
}

/** Those that are due to be sent again, at most `limit`. Of two ticks at once each gets others. */
export const takeOpen = async (db: D1Database, now: number, limit: number): Promise<readonly OpenSend[]> => {
  const query = db.prepare(TAKE).bind(now, limit, FIRST_RESEND_MS, MAX_RESEND_MS);
  const { results } = await within(query.all<{ id: string; ticks: string; madeAt: number }>());
  return results.map((row) => ({ ...parseSend(row), madeAt: row.madeAt }));
};
