/** Hands due ticks to the queue. What cannot be sent stays in `tick_sends`, and the tick sends it again. */
import type { Bindings } from '../../storage/bindings.ts';
import { FIRST_RESEND_MS, type TickSend } from '../../storage/due-schedules.ts';
import { expireSend } from '../../storage/tick-outcomes.ts';
import { takeOpen } from '../../storage/tick-sends.ts';
import { REDELIVERY_MS } from '../placement.ts';
import type { TicksMessage } from '../messages.ts';

/** Of a hundred ticks each: well below the 256 KB that the queue takes at once. */
const MESSAGES_A_CALL = 10;
/** A backlog must not multiply itself. */
const RESENT_A_TICK = 100;

const messageOf = ({ id, ticks }: TickSend): MessageSendRequest<TicksMessage> => ({
  body: { v: 1, kind: 'ticks', id, ticks: [...ticks] },
  contentType: 'json',
});

/** How many ticks were sent. */
export const sendTicks = async (env: Bindings, sends: readonly TickSend[]): Promise<number> => {
  let sent = 0;
  for (let at = 0; at < sends.length; at += MESSAGES_A_CALL) {
    const group = sends.slice(at, at + MESSAGES_A_CALL);
    try {
      await env.EVENTS.sendBatch(group.map(messageOf));
      sent += group.reduce((sum, { ticks }) => sum + ticks.length, 0);
    } catch (error) {
      const again = `They are sent again in ${FIRST_RESEND_MS / 1_000} seconds.`;
      console.error(`The queue took none of ${group.length} messages about due ticks. ${again}`, error);
    }
  }
  return sent;
};

/** Sends again what nobody has settled, and gives up what is too old to be started once. */
export const sendOpenTicks = async (env: Bindings, now: number): Promise<number> => {
  const open = await takeOpen(env.DB, now, RESENT_A_TICK);
  const isOld = ({ madeAt }: { readonly madeAt: number }): boolean => now - madeAt > REDELIVERY_MS;
  for (const send of open.filter(isOld)) await expireSend(env.DB, send, now);
  return sendTicks(
    env,
    open.filter((send) => !isOld(send)),
  );
};
