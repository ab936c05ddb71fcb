/** The minute tick, which a deployed Worker gets from its cron trigger and a local runtime from nobody. */

const MINUTE = 60_000;

export interface Ticker {
  readonly stop: () => void;
}

export interface TickerPorts {
  readonly now: () => number;
  readonly later: (call: () => void, ms: number) => () => void;
  readonly tick: (at: number) => Promise<void>;
  /** hears of the first failure in a row, not of each */
  readonly complain: (message: string) => void;
}

/**
 * Ticks at each full minute with that minute's time. Minutes that a sleeping laptop missed are not ticked one by one: the
 * first tick after it woke brings every schedule up to date, by its `missed`.
 */
export const startTicker = ({ now, later, tick, complain }: TickerPorts): Ticker => {
  let cancel: (() => void) | undefined;
  let failing = false;
  const fire = async (): Promise<void> => {
    try {
      await tick(Math.floor(now() / MINUTE) * MINUTE);
      failing = false;
    } catch (error) {
      if (!failing) complain(`The tick failed: ${error instanceof Error ? error.message : String(error)}`);
      failing = true;
    }
  };
  const schedule = (): void => {
    cancel = later(
      () => {
        schedule();
        void fire();
      },
      // A little late, for a timer may fire a millisecond early and would then tick the minute before.
      MINUTE - (now() % MINUTE) + 5,
    );
  };
  schedule();
  return { stop: () => cancel?.() };
};

/** Calls the runtime's route for scheduled events, as the platform's clock would call the Worker. */
export const tickOver =
  (url: string) =>
  async (at: number): Promise<void> => {
    const cron = '*+*+*+*+*';
    const answer = await fetch(`${url}/cdn-cgi/handler/scheduled?cron=${cron}&time=${at}`, {
      signal: AbortSignal.timeout(50_000),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`the runtime answered ${answer.status} ${text.slice(0, 200)}`);
  };
