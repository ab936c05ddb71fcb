/** The Worker: a table of contents. */
import { version } from '../package.json';
import { createApp } from './app.ts';
import { cards } from './cards.ts';
import { dryRun } from './dry-port.ts';
import type { Bindings } from './storage/bindings.ts';
import { tick } from './triggers/tick.ts';

export { RunLane } from './run-lane.ts';

const app = createApp({ cards, version, dryRun });

export default {
  fetch: app.fetch,
  scheduled: async (controller, env) => {
    await tick(env, controller.scheduledTime);
  },
} satisfies ExportedHandler<Bindings>;
