/**
 * The death test of a fan-out: parent and children live in one lane, which dies after each of its commits and inside each
 * of its calls, in turn. Every ending is the undisturbed one; each item has its effect under one key, and one end.
 */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StartRequest } from '../../src/domain/lane.ts';
import { named, save } from './callable.ts';
import { copied, die, flowOf, openLane, order, type TestLane } from './lane.ts';
import { beginLife, type Fate, mortality, pause, watchCommits } from './mortality.ts';
import { callee, clock, resetOutside } from './outside.ts';

const ITEMS = [1, 2, 3, 4, 5, 6, 7];

const HELPER = named(
  'save-one',
  `inputs: { n: { type: integer } }
steps:
  - { id: saved, card: http.request, with: { url: "UP/save/\${{ inputs.n }}", method: PUT } }
  - { when: "\${{ inputs.n = 4 }}", wait: { for: 1h } }
  - { when: "\${{ inputs.n = 6 }}", fail: { code: six, message: not six } }
  - return: { path: "\${{ steps.saved.body }}" }
outputs: { path: { type: string } }`,
);

const flow = flowOf(`steps:
  - id: all
    forEach: [${ITEMS.join(', ')}]
    concurrency: 3
    onError: continue
    do: [{ call: save-one, with: { n: "\${{ item }}" } }]
  - return: { paths: "\${{ steps.all.results.path }}", failed: "\${{ steps.all.failures.error.code }}" }`);
const OUTPUTS = { paths: [1, 2, 3, 4, 5, 7].map((n) => `/save/${n}`), failed: 'six' };

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  resetOutside();
  await save(HELPER);
  await openLane().inside(watchCommits);
});

/** Lets the lane work until it dies, or nothing more happens. */
const watch = async (lane: TestLane): Promise<void> => {
  let isQuiet = false;
  while (!mortality.isDead && !isQuiet) {
    const { commits } = mortality;
    await pause(5);
    if (mortality.isDead) return;
    const active = await lane.sql("SELECT id FROM runs WHERE phase = 'active'");
    isQuiet = active.length === 0 && commits === mortality.commits;
  }
};

const bury = async (lane: TestLane): Promise<void> => {
  await lane.inside(mortality.flush);
  await die();
  mortality.resurrect();
  // E7: whatever it died of, somebody will look after those that are left.
  const open = await lane.sql("SELECT id FROM runs WHERE phase <> 'final' OR owed IS NOT NULL");
  if (open.length > 0) expect(await lane.alarmAt()).not.toBeNull();
};

/** Sees all runs of the lane to their ends, over waits and deaths. */
const finish = async (lane: TestLane, request: StartRequest): Promise<void> => {
  for (let rounds = 0; rounds < 50; rounds += 1) {
    const row = await lane.row(request.runId);
    const open = await lane.sql('SELECT id FROM runs WHERE deadline IS NOT NULL');
    if (row !== undefined && open.length === 0) return;
    if (row === undefined) void lane.start(request).catch(() => undefined);
    else {
      clock.now = Math.max(clock.now, (await lane.alarmAt()) ?? Infinity);
      void lane.alarm().catch(() => undefined);
    }
    await watch(lane);
    if (mortality.isDead) await bury(lane);
  }
  throw new Error('the runs do not end');
};

const lifeOf = async (fate: Fate) => {
  resetOutside();
  beginLife(fate, ({ path }) => Response.json(path));
  const lane = openLane();
  const request = order(flow);
  await finish(lane, request);
  const { commits } = mortality;
  const { detail } = await copied(request.runId, 'succeeded');
  const children = await lane.sql<{ status: string }>("SELECT status FROM runs WHERE flow = 'save-one'");
  const owed = await lane.sql('SELECT id FROM runs WHERE owed IS NOT NULL');
  const statuses = children.map(({ status }) => status).toSorted();
  const keys = new Map<string, Set<string | null>>();
  for (const { path, key } of callee.calls) keys.set(path, (keys.get(path) ?? new Set()).add(key));
  return {
    outputs: detail.outputs,
    statuses,
    owed,
    keys,
    commits,
    calls: callee.calls.length,
    took: clock.now,
  };
};

/** What holds for every life. */
const expectGood = (fate: Fate, life: Awaited<ReturnType<typeof lifeOf>>): void => {
  expect({ fate, outputs: life.outputs }).toEqual({ fate, outputs: OUTPUTS });
  expect({ fate, statuses: life.statuses }).toEqual({
    fate,
    statuses: ['failed', ...ITEMS.slice(1).map(() => 'succeeded')],
  });
  expect({ fate, owed: life.owed }).toEqual({ fate, owed: [] });
  expect([...life.keys.keys()].toSorted()).toEqual(ITEMS.map((n) => `/save/${n}`));
  for (const [path, keys] of life.keys)
    expect({ fate, path, keys: keys.size }).toEqual({ fate, path, keys: 1 });
};

describe('the death test of a fan-out', { timeout: 120_000 }, () => {
  it('has an undisturbed ending to compare with', async () => {
    const life = await lifeOf('to live');

    expectGood('to live', life);
    expect(life.calls).toBe(7);
  });

  it('after each commit: the same ending, one run and one end for each item', async () => {
    const { commits } = await lifeOf('to live');

    for (let commit = 1; commit <= commits; commit += 1) expectGood({ commit }, await lifeOf({ commit }));
  });

  it('inside each call: the same ending, under the same key', async () => {
    const { calls } = await lifeOf('to live');

    for (let call = 1; call <= calls; call += 1) expectGood({ call }, await lifeOf({ call }));
  });
});
