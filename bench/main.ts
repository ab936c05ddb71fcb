/** `npm run bench`: builds the Worker, measures it beside the floors, prints a table and writes bench/results/<date>.json. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { build } from './build.ts';
import type { Bundles } from './build.ts';
import { measureChildren } from './children.ts';
import type { Pace as FanPace } from './children.ts';
import { measureCost } from './cost.ts';
import { measureEffects } from './effects.ts';
import { measureEventCost, measureEvents } from './events.ts';
import type { Pace as EventPace } from './events.ts';
import { PROJECT } from '../src/cli/project.ts';
import { report } from './report.ts';
import type { Results } from './report.ts';
import type { HostOrder } from './host.ts';
import { openRuntime } from './runtime.ts';
import type { Runtime } from './runtime.ts';
import { measureSchedules } from './schedules.ts';
import type { Many } from './schedules.ts';
import { measureStartup } from './startup.ts';
import { post, saveFlows, TOKEN } from './subject.ts';
import { measureThroughput } from './throughput.ts';
import type { Pace } from './throughput.ts';

interface Order {
  readonly runs: Pace;
  readonly children: FanPace;
  readonly events: EventPace;
  readonly schedules: Many;
}

const FULL: Order = {
  runs: { connections: [1, 16, 64], rounds: 5, roundMs: 2_000, warmUpMs: 3_000 },
  children: { rounds: 5, items: 1_000 },
  events: { rounds: 5, roundMs: 2_000, posts: 2_000 },
  schedules: { all: 10_000, due: 2_000 },
};
const QUICK: Order = {
  runs: { connections: [16], rounds: 2, roundMs: 1_000, warmUpMs: 1_000 },
  children: { rounds: 2, items: 200 },
  events: { rounds: 2, roundMs: 1_000, posts: 200 },
  schedules: { all: 1_000, due: 200 },
};

const say = (text: string): void => void process.stderr.write(`${text}\n`);

/** A runtime with the flows in it, for as long as it is used. */
const withRuntime = async <T>(order: HostOrder, use: (runtime: Runtime) => Promise<T>): Promise<T> => {
  const runtime = await openRuntime(order);
  try {
    await saveFlows(runtime.url);
    await post(`${runtime.url}/floor/setup`, '{}');
    return await use(runtime);
  } finally {
    await runtime.stop();
  }
};

const measure = async (bundles: Bundles, scratch: string, pace: Order): Promise<Results> => {
  const { subject, floor } = bundles;
  const order = { subject, floor, data: join(scratch, 'state'), token: TOKEN, inspect: false };
  const machine = { cores: cpus().length, model: cpus()[0]?.model ?? 'unknown', node: process.version };
  say('five pure steps …');
  const under = await withRuntime(order, async (runtime) => ({
    throughput: await measureThroughput(runtime, pace.runs),
    effects: await measureEffects(runtime.url, pace.runs.rounds),
  }));
  say('calls …');
  const children = await withRuntime({ ...order, data: join(scratch, 'children') }, ({ url }) =>
    measureChildren(url, pace.children),
  );
  say('events …');
  const events = await withRuntime({ ...order, data: join(scratch, 'events') }, (runtime) =>
    measureEvents(runtime, pace.events),
  );
  say('start-up …');
  const startup = await measureStartup(order, pace.runs.rounds);
  say('rows and bytes …');
  const counted = (name: string) => ({ ...order, subject: bundles.counted, data: join(scratch, name) });
  const cost = await withRuntime(counted('counted'), measureCost);
  const eventCost = await withRuntime(counted('counted-events'), measureEventCost);
  say('schedules …');
  const schedules = await withRuntime(counted('schedules'), (runtime) =>
    measureSchedules(runtime, pace.schedules),
  );
  const more = { children, events, eventCost, schedules };
  return { at: new Date().toISOString(), machine, ...under, startup, cost, ...more };
};

const main = async (): Promise<void> => {
  const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
  const scratch = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  try {
    say('build …');
    const results = await measure(await build(scratch), scratch, values.quick ? QUICK : FULL);
    console.log(report(results));
    const directory = join(PROJECT, 'bench/results');
    mkdirSync(directory, { recursive: true });
    const file = join(directory, `${results.at.slice(0, 19).replaceAll(':', '-')}.json`);
    writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
    say(`\nwritten to ${file}`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
};

await main();
