/**
 * The local runtime, started by `start.ts` as a child. It ends when the channel to its parent closes, however the
 * parent ended: nobody else would end it.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { PROJECT } from './project.ts';
import { HOST } from './local/port.ts';
import { killGroup } from './local/processes.ts';
import type { RuntimeReport } from './local/runtime-process.ts';

const Options = z.object({ port: z.int(), persist: z.string(), secrets: z.string() });
const Variables = z.record(z.string(), z.string());

const report = (message: RuntimeReport): void => {
  process.send?.(message);
};

const leave = (worker: { dispose(): Promise<void> } | undefined): void => {
  // A runtime that does not end in time is killed with all that it started, this process included.
  setTimeout(() => killGroup(process.pid), 3_000);
  void Promise.resolve(worker?.dispose()).finally(() => process.exit(0));
};

const start = async (): Promise<void> => {
  const options = Options.parse(JSON.parse(process.argv[2] ?? '{}'));
  const variables = Variables.parse(JSON.parse(process.env.SLUICE_VARIABLES ?? '{}'));
  const { unstable_startWorker } = await import('wrangler');
  const worker = await unstable_startWorker({
    config: join(PROJECT, 'wrangler.toml'),
    // Not what is deployed: here made-up people may sign in.
    entrypoint: join(PROJECT, 'src/dev.ts'),
    envFiles: [options.secrets],
    bindings: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, { type: 'plain_text', value }]),
    ),
    dev: {
      server: { hostname: HOST, port: options.port },
      persist: options.persist,
      inspector: false,
      liveReload: false,
      logLevel: 'warn',
      testScheduled: true,
    },
  });
  process.once('disconnect', () => leave(worker));
  await worker.ready;
  const url = await worker.url;
  await fetch(new URL('/health', url));
  report({ report: 'ready', url: `http://localhost:${url.port}` });
};

process.once('disconnect', () => leave(undefined));
// Ctrl-C is for the parent, which then closes the channel.
process.on('SIGINT', () => {});
try {
  await start();
} catch (error) {
  report({ report: 'failed', message: error instanceof Error ? error.message : String(error) });
  leave(undefined);
}
