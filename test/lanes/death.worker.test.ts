/**
 * The death test: the lane dies after each of its commits, and inside each of its calls, in turn. Every ending equals the
 * undisturbed one, no `once` effect happens twice, and every loss of certainty shows as in doubt.
 */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StartRequest } from '../../src/domain/lane.ts';
import { copied, die, flowOf, header, openLane, order, type TestLane } from './lane.ts';
import { beginLife, type Fate, mortality, pause, watchCommits } from './mortality.ts';
import { callee, clock, type Call, resetOutside } from './outside.ts';

const flow = flowOf(`
steps:
  - { id: upper, card: text.upperCase, with: { text: ana } }
  - { id: read, card: http.request, with: { url: UP/read } }
  - id: tried
    try:
      - { id: missing, card: http.request, with: { url: UP/missing } }
    catch:
      - { id: mail, card: http.request, with: { url: UP/mail, method: POST, body: { to: "\${{ steps.upper }}" } } }
      - yield: \${{ steps.mail.body }}
  - wait: { for: 3d }
  - { id: made, card: http.request, with: { url: UP/users, method: POST, probe: { url: UP/users/ana } } }
  - id: each
    forEach: [1, 2, 3]
    concurrency: 2
    do:
      - { id: saved, card: http.request, with: { url: "UP/save/\${{ item }}", method: PUT } }
      - yield: \${{ steps.saved.body }}
  - return:
      read: \${{ steps.read.body }}
      tried: \${{ steps.tried }}
      made: \${{ steps.made.body }}
      each: \${{ steps.each.results }}
`);
const OUTPUTS = { read: '/read', tried: '/mail', made: '/users', each: ['/save/1', '/save/2', '/save/3'] };
/** of the `once` effect */
const MAIL = 'tried/catch/mail';

/** What was done out there, and how often. */
const happened = new Map<string, number>();
const times = (path: string): number => happened.get(path) ?? 0;

const world = ({ method, path }: Call): Response => {
  const isUnknown = path === '/missing' || (path === '/users/ana' && times('/users') === 0);
  if (isUnknown) return new Response(null, { status: 404 });
  if (method !== 'GET') happened.set(path, times(path) + 1);
  return Response.json(path === '/users/ana' ? '/users' : path);
};

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  await openLane().inside(watchCommits);
});

/** Lets the lane work until it dies, or the run rests. */
const watch = async (lane: TestLane, runId: string): Promise<void> => {
  let isResting = false;
  while (!mortality.isDead && !isResting) {
    const { commits } = mortality;
    await pause(5);
    if (mortality.isDead) return;
    const row = await lane.row(runId);
    isResting = row !== undefined && row.phase !== 'active' && commits === mortality.commits;
  }
};

const bury = async (lane: TestLane, runId: string): Promise<void> => {
  await lane.inside(mortality.flush);
  await die();
  mortality.resurrect();
  const row = await lane.row(runId);
  // E7: whatever it died of, somebody will look after it.
  if (row !== undefined && row.phase !== 'final') expect(await lane.alarmAt()).not.toBeNull();
};

/** A person looks out there, and says what became of the step in doubt. */
const settle = async (lane: TestLane, runId: string): Promise<string> => {
  const path = (await lane.detail(runId))?.waiting?.inDoubt[0] ?? '';
  const word = times('/mail') > 0 ? 'happened' : 'repeat';
  await lane.stub().settle(header(), runId, path, 'ana', word, '{"body":"/mail"}');
  return path;
};

const DAY = 86_400_000;

/** Sees a run to its end, over waits, deaths and doubts. Gives the steps that a person had to settle. */
const finish = async (lane: TestLane, request: StartRequest): Promise<string[]> => {
  const { runId } = request;
  const settled: string[] = [];
  for (let rounds = 0; rounds < 50; rounds += 1) {
    const row = await lane.row(runId);
    if (row?.phase === 'final' && row.deadline === null) return settled;
    if (row === undefined) void lane.start(request).catch(() => undefined);
    // Nothing is planned but the end of the run's time.
    else if (row.status === 'in_doubt' && (row.until ?? 0) > clock.now + 5 * DAY)
      settled.push(await settle(lane, runId));
    else {
      clock.now = Math.max(clock.now, (await lane.alarmAt()) ?? Infinity);
      void lane.alarm().catch(() => undefined);
    }
    await watch(lane, runId);
    if (mortality.isDead) await bury(lane, runId);
  }
  throw new Error('the run does not end');
};

const lifeOf = async (fate: Fate) => {
  resetOutside();
  happened.clear();
  beginLife(fate, world);
  const lane = openLane();
  const request = order(flow);
  const settled = await finish(lane, request);
  const { commits } = mortality;
  const { outputs } = (await copied(request.runId, 'succeeded')).detail;
  return { outputs, settled, commits, calls: callee.calls.map(({ path }) => path) };
};

/** What holds for every life. */
const expectGood = (fate: Fate, life: Awaited<ReturnType<typeof lifeOf>>): void => {
  expect({ fate, outputs: life.outputs }).toEqual({ fate, outputs: OUTPUTS });
  expect({ fate, mail: times('/mail'), users: times('/users') }).toEqual({ fate, mail: 1, users: 1 });
};

describe('the death test', { timeout: 60_000 }, () => {
  it('has an undisturbed ending to compare with', async () => {
    const life = await lifeOf('to live');

    expectGood('to live', life);
    expect(life.calls).toHaveLength(7);
    expect(life.settled).toEqual([]);
  });

  it('after each commit: the same ending, and `once` happens once', async () => {
    const { commits } = await lifeOf('to live');

    const doubts: string[] = [];
    for (let commit = 1; commit <= commits; commit += 1) {
      const life = await lifeOf({ commit });
      expectGood({ commit }, life);
      doubts.push(...life.settled);
    }

    // Its intent was on disk, and nothing else was: only then nobody knew.
    expect(doubts).toEqual([MAIL]);
  });

  it('inside each call: the same ending, and doubt where `once` was cut short', async () => {
    const { calls } = await lifeOf('to live');

    for (const [at, path] of calls.entries()) {
      const fate = { call: at + 1 };
      const life = await lifeOf(fate);
      expectGood(fate, life);
      expect({ path, settled: life.settled }).toEqual({ path, settled: path === '/mail' ? [MAIL] : [] });
    }
  });
});
