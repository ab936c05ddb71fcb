/** The Worker that index.ts deploys; dev.ts adds the sign-in of made-up people to it. */
import { createApp } from './app.ts';
import type { AppParts } from './app.ts';
import { cards } from './cards.ts';
import { dryRun } from './dry-port.ts';
import { openLogBy } from './log-port.ts';
import type { Bindings } from './storage/bindings.ts';
import { consume } from './triggers/consume.ts';
import { tick } from './triggers/tick.ts';
import { VERSION } from './version.ts';

export const makeWorker = (more: Pick<AppParts, 'development'> = {}) => {
  const app = createApp({ cards, version: VERSION, dryRun, ...more });
  return {
    fetch: app.fetch,
    scheduled: async (controller, env) => {
      // A tick may be delivered late: what is due is judged by the clock on the wall.
      const now = Math.max(controller.scheduledTime, Date.now());
      await tick(env, now, { now: Date.now, openLog: openLogBy(env, cards) });
    },
    queue: (batch, env) => consume(env, batch, Date.now()),
  } satisfies ExportedHandler<Bindings>;
};
