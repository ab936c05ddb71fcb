/** Runs that call others which live in objects of their own: what they say to each other may get lost. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { cards } from '../../src/cards.ts';
import { isRunId, laneOf } from '../../src/domain/ids.ts';
import { lanePorts } from '../../src/lane-ports.ts';
import { openLane as assemble } from '../../src/lanes/open-lane.ts';
import { OWN_LANE } from '../../src/storage/lanes.ts';
import { named, save } from './callable.ts';
import { copied, die, flowOf, header, openLane, order } from './lane.ts';
import { beginLife, type Fate, mortality, pause, watchCommits } from './mortality.ts';
import { callee, clock, resetOutside, until } from './outside.ts';

const lane = openLane('lane-0');
const HOUR = 3_600_000;

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  resetOutside();
  await save(
    named(
      'heavy',
      `steps:
  - { id: put, card: http.request, with: { url: UP/put, method: PUT } }
  - wait: { for: 1h }
  - return: { path: "\${{ steps.put.body }}" }
settings: { lane: own }`,
    ),
  );
  await lane.inside(watchCommits);
});
beforeEach(() => {
  resetOutside();
  beginLife('to live', ({ path }) => Response.json(path));
});

const flow = flowOf('steps: [{ id: far, call: heavy }, { return: "${{ steps.far }}" }]');

/** The run that the parent has called, by its journal. */
const childOf = (parent: string): Promise<string> =>
  until(async () => {
    const called = (await lane.entries(parent)).find((entry) => entry.type === 'called');
    return called?.type === 'called' ? called.run : undefined;
  });

/** Starts a run, and gives the object of its child once both wait. */
const bothWaiting = async () => {
  const request = order(flow);
  await lane.start(request);
  const child = await childOf(request.runId);
  const far = openLane(`own:${child}`);
  await far.reaches(child, 'waiting');
  await lane.reaches(request.runId, 'waiting');
  return { parent: request.runId, child, far };
};

describe('a helper with a lane of its own', () => {
  it('lives in an object of its own, and its end is heard', async () => {
    const { parent, child, far } = await bothWaiting();
    clock.move(HOUR);

    await far.alarm();

    expect([isRunId(child), laneOf(child)]).toEqual([true, OWN_LANE]);
    expect((await copied(parent, 'succeeded')).detail.outputs).toEqual({ path: '/put' });
    await until(async () => (await far.sql('SELECT id FROM runs WHERE owed IS NOT NULL')).length === 0);
  });

  it('is cancelled with the run that called it', async () => {
    const { parent, child } = await bothWaiting();

    await lane.stub().cancel(header(), parent, 'ana');

    expect((await copied(child, 'cancelled')).detail.parent).toBe(parent);
    await copied(parent, 'cancelled');
  });

  /** The child's lane dies with the commit that ends its run: nobody was told. */
  const dieWithTheEnd = async () => {
    const both = await bothWaiting();
    // Their copies are made: no other commit comes in between.
    await until(async () => {
      const rows = [await both.far.row(both.child), await lane.row(both.parent)];
      return rows.every((row) => row?.deadline === row?.until);
    });
    clock.move(HOUR);
    const fate: Fate = { commit: mortality.commits + 1 };
    mortality.fate = fate;
    void both.far.alarm().catch(() => undefined);
    while (!mortality.isDead) await pause(5);
    await both.far.inside(mortality.flush);
    await die();
    mortality.resurrect();
    mortality.fate = 'to live';
    return both;
  };

  it('tells its end again when it was not heard', async () => {
    const { parent, child, far } = await dieWithTheEnd();
    expect(await far.row(child)).toMatchObject({ status: 'succeeded', owed: parent });

    clock.move(30_000);
    await far.alarm();

    expect((await copied(parent, 'succeeded')).detail.outputs).toEqual({ path: '/put' });
    expect(callee.calls).toHaveLength(1);
  });

  it('is asked how it ended when it tells nothing', async () => {
    const { parent, child, far } = await dieWithTheEnd();
    expect(await far.row(child)).toMatchObject({ status: 'succeeded', owed: parent });

    clock.move(60_000);
    await lane.alarm();

    expect((await copied(parent, 'succeeded')).detail.outputs).toEqual({ path: '/put' });
    // Told later, it counts for nothing, and is heard all the same.
    await far.alarm();
    await until(async () => (await far.sql('SELECT id FROM runs WHERE owed IS NOT NULL')).length === 0);
  });

  it('keeps its journal for the one that called it, although the history has it', async () => {
    const { parent, child, far } = await dieWithTheEnd();

    await far.inside((storage) => assemble(storage, env, lanePorts(env, cards)).copies.soon([child]));
    await copied(child, 'succeeded');
    await until(async () => (await far.row(child))?.deadline === (await far.row(child))?.until);

    expect(await far.count('journal')).toBeGreaterThan(0);
    clock.move(60_000);
    await lane.alarm();
    expect((await copied(parent, 'succeeded')).detail.outputs).toEqual({ path: '/put' });
    await far.alarm();
    await until(async () => (await far.count('journal')) === 0);
    expect(await far.row(child)).toMatchObject({ owed: null, deadline: null, until: null });
  });

  it('whose start got lost is started by the same id', async () => {
    const request = order(flow);
    // With the parent's first commit the call is on disk, and nothing has left.
    mortality.fate = { commit: mortality.commits + 1 };
    void lane.start(request).catch(() => undefined);
    while (!mortality.isDead) await pause(5);
    await lane.inside(mortality.flush);
    await die();
    mortality.resurrect();
    mortality.fate = 'to live';
    const child = await childOf(request.runId);
    expect(await openLane(`own:${child}`).row(child)).toBeUndefined();

    await lane.alarm();

    await openLane(`own:${child}`).reaches(child, 'waiting');
    expect(callee.calls).toHaveLength(1);
  });
});
