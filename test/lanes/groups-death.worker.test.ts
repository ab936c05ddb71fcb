/**
 * The death test of groups: the lane dies after each of its commits, in turn. Every life starts each run once, in the
 * same order, one at a time, and leaves no row of the group behind.
 */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StartRequest } from '../../src/domain/lane.ts';
import { grouped } from './grouped.ts';
import { die, flowOf, openLane, type TestLane } from './lane.ts';
import { beginLife, type Fate, mortality, pause, watchCommits } from './mortality.ts';
import { callee, clock, failHistory, resetOutside } from './outside.ts';

const flow = flowOf(
  `steps: [{ forEach: [1, 2], do: [{ card: http.request, with: { url: "UP/\${{ event.id }}", method: PUT } }] }]`,
  '{ kind: event, source: okta, types: ["*"] }',
);
const gathering = flowOf(
  `steps: [{ card: http.request, with: { url: "UP/\${{ $join([events.id], '-') }}", method: PUT } }]`,
  '{ kind: event, source: okta, types: ["*"] }',
);

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  await openLane().inside(watchCommits);
});

/** Lets the lane work until it dies, or commits nothing more. */
const watch = async (): Promise<void> => {
  for (let quiet = 0; quiet < 4 && !mortality.isDead;) {
    const { commits } = mortality;
    await pause(5);
    quiet = commits === mortality.commits ? quiet + 1 : 0;
  }
};

const bury = async (lane: TestLane): Promise<void> => {
  await lane.inside(mortality.flush);
  await die();
  mortality.resurrect();
  const open = await lane.sql<{ n: number }>("SELECT count(*) AS n FROM runs WHERE phase <> 'final'");
  // E7: whoever waits or is under way will be looked after.
  if ((open[0]?.n ?? 0) > 0) expect(await lane.alarmAt()).not.toBeNull();
};

/** Doors repeat their starts until they are answered; a lane that died answers nobody. */
const ask = async (lane: TestLane, requests: readonly StartRequest[]): Promise<void> => {
  let open = requests;
  for (let tries = 0; tries < 20 && open.length > 0; tries += 1) {
    const answered = open.map((request) =>
      lane.start(request).then(
        ({ outcome }) => outcome !== 'restarting',
        () => false,
      ),
    );
    await watch();
    if (mortality.isDead) await bury(lane);
    else {
      const were = await Promise.all(answered);
      open = open.filter((_, at) => were[at] === false);
    }
  }
  if (open.length > 0) throw new Error('nobody answers');
};

/** Runs that had to wait for their turn. */
const BEGUN = `SELECT count(DISTINCT run) AS n FROM journal WHERE entries LIKE '%"begun"%'`;

const isOver = async (lane: TestLane): Promise<boolean> =>
  (await lane.sql("SELECT id FROM runs WHERE phase <> 'final'")).length === 0;

const lifeOf = async (fate: Fate, requests: () => readonly StartRequest[]) => {
  resetOutside();
  beginLife(fate, () => Response.json({}));
  // Journals go when the history has the runs; here they are looked into.
  const bringBack = failHistory();
  const lane = openLane();
  await ask(lane, requests());
  for (let rounds = 0; rounds < 60 && !(await isOver(lane)); rounds += 1) {
    clock.now = Math.max(clock.now, (await lane.alarmAt()) ?? clock.now);
    void lane.alarm().catch(() => undefined);
    await watch();
    if (mortality.isDead) await bury(lane);
  }
  bringBack();
  const paths = callee.calls.map(({ path }) => path);
  return {
    commits: mortality.commits,
    // What is safe to repeat may be, when the lane died inside it.
    order: paths.filter((path, at) => path !== paths[at - 1]),
    runs: await lane.sql<{ status: string }>('SELECT status FROM runs ORDER BY id'),
    turns: (await lane.sql<{ n: number }>(BEGUN))[0]?.n,
    left: (await lane.count('groups')) + (await lane.count('queue')),
  };
};

const everyDeath = async (requests: () => readonly StartRequest[]) => {
  const { commits, turns, ...undisturbed } = await lifeOf('to live', requests);
  for (let commit = 1; commit <= commits; commit += 1) {
    const { commits: _, turns: __, ...life } = await lifeOf({ commit }, requests);
    expect({ commit, ...life }).toEqual({ commit, ...undisturbed });
  }
  return { ...undisturbed, turns };
};

describe('the death test of groups', { timeout: 120_000 }, () => {
  it('G1, G3: runs that queue begin once each, one at a time, whatever commit was the last', async () => {
    const life = await everyDeath(() =>
      ['a', 'b', 'c'].map((id, n) => grouped(flow, id, { key: id, at: clock.now + n })),
    );

    expect(life.order).toEqual(['/a', '/b', '/c']);
    expect(life.turns).toBe(2);
    expect(life.runs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(life.left).toBe(0);
  });

  it('T1: events that settle are in their run once each, whatever commit was the last', async () => {
    const life = await everyDeath(() =>
      ['a', 'b', 'c'].map((id, n) =>
        grouped(gathering, id, { key: id, settleMs: 600_000, at: clock.now + n }),
      ),
    );

    expect(life.order).toEqual(['/a-b-c']);
    expect(life.runs).toEqual([{ status: 'succeeded' }]);
    expect(life.left).toBe(0);
  });
});
