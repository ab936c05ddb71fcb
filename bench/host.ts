/**
 * A process with Miniflare in it: the subject and the floors as two Workers of one workerd, with their state on disk.
 * Started by runtime.ts, ended by it or with it.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { convertV4MiniflareOptions, Miniflare } from 'miniflare';
import { PROJECT } from '../src/cli/project.ts';

export interface HostOrder {
  /** bundles */
  readonly subject: string;
  readonly floor: string;
  /** where the state is kept */
  readonly data: string;
  readonly token: string;
  readonly inspect: boolean;
}

const COMPATIBILITY = { compatibilityDate: '2026-10-20', compatibilityFlags: ['nodejs_compat'] };

/** Bundles stand outside the project: their own directory is the root of their module names. */
const modulesOf = (bundle: string) => ({
  modules: [{ type: 'ESModule' as const, path: bundle }],
  modulesRoot: dirname(bundle),
});

const subjectOf = (order: HostOrder) => ({
  name: 'sluice',
  ...COMPATIBILITY,
  ...modulesOf(order.subject),
  bindings: {
    SLUICE_TOKEN: order.token,
    SLUICE_KEYS: `k1:${Buffer.alloc(32, 7).toString('base64')}`,
    SLUICE_LINK_KEY: Buffer.alloc(32, 8).toString('base64'),
    SLUICE_HOMES: '1',
    SLUICE_LANES: '1',
    SLUICE_ALLOW_LOOPBACK: 'true',
  },
  d1Databases: { DB: 'sluice' },
  durableObjects: { RUN_LANE: { className: 'RunLane', useSQLite: true } },
  queueProducers: { EVENTS: 'sluice-events', CHILDREN: 'sluice-children' },
  // As wrangler.toml has them.
  queueConsumers: {
    'sluice-events': { maxBatchSize: 100, maxBatchTimeout: 0, maxRetries: 100 },
    'sluice-children': { maxBatchSize: 100, maxBatchTimeout: 0, maxRetries: 100 },
  },
});

const floorOf = (order: HostOrder) => ({
  name: 'floor',
  ...COMPATIBILITY,
  ...modulesOf(order.floor),
  routes: ['*/floor/*'],
  d1Databases: { DB: 'floor', SUBJECT: 'sluice' },
  durableObjects: { LANE: { className: 'FloorLane', useSQLite: true } },
});

const migrate = async (runtime: Miniflare): Promise<void> => {
  const db = await runtime.getD1Database('DB', 'sluice');
  const directory = join(PROJECT, 'migrations');
  for (const file of readdirSync(directory)
    .filter((name) => name.endsWith('.sql'))
    .toSorted()) {
    const text = readFileSync(join(directory, file), 'utf8');
    for (const statement of text.split('--> statement-breakpoint')) await db.prepare(statement).run();
  }
};

const open = async (order: HostOrder): Promise<void> => {
  const isNew = !existsSync(join(order.data, 'd1'));
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      port: 0,
      resourcePersistencePath: order.data,
      telemetry: { enabled: false },
      unsafeTriggerHandlers: true,
      ...(order.inspect ? { inspectorPort: 0 } : {}),
      workers: [subjectOf(order), floorOf(order)],
    }),
  );
  const url = await runtime.ready;
  const inspector = order.inspect ? (await runtime.getInspectorURL()).href : null;
  if (isNew) await migrate(runtime);
  process.send?.({ url: url.origin, inspector });
  const end = async (): Promise<void> => {
    await runtime.dispose();
    process.exit(0);
  };
  process.on('disconnect', () => void end());
  process.on('message', () => void end());
};

process.once('message', (order: HostOrder) => {
  open(order).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
});
