import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { getRun } from '../../src/storage/run-copy.ts';
import { API, copied, die, flowOf, header, openLane, order } from './lane.ts';
import { callee, clock, failHistory, gate, NOON, resetOutside, until } from './outside.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
beforeEach(resetOutside);

const answering = flowOf('steps: [{ return: { done: true } }]', API);
const waiting = flowOf('steps: [{ wait: { for: 1h } }, { return: { done: true } }]');
const failing = flowOf('steps: [{ fail: { code: no, message: No } }]');
const calling = flowOf('steps: [{ id: a, card: http.request, with: { url: UP/a } }, { return: {} }]');

/** Runs that the history has not been given yet. */
const left = 'SELECT id FROM runs WHERE deadline IS NOT NULL';

describe('E5: while D1 does not answer', () => {
  it('runs go on and answer, and their copies arrive once it is back', async () => {
    const lane = openLane();
    const repair = failHistory();
    const request = order(answering, { waitMs: 1_000 });

    const reply = await lane.start(request);
    const journal = await lane.entries(request.runId);
    repair();

    expect(reply).toMatchObject({ answer: { status: 'succeeded', outputs: '{"done":true}' } });
    expect(journal.map(({ type }) => type)).toEqual(['created', 'left', 'finished']);
    expect((await copied(request.runId, 'succeeded')).revision).toBe(3);
  });

  it('waits that are over are woken, however many copies are outstanding', async () => {
    const lane = openLane();
    failHistory();
    const sleeper = order(waiting);
    await lane.start(sleeper);
    await Promise.all(Array.from({ length: 150 }, () => lane.start(order(answering, { waitMs: 1_000 }))));

    clock.move(3_600_000);
    await lane.alarm();

    expect(await lane.row(sleeper.runId)).toMatchObject({ status: 'succeeded' });
  });

  it('nothing is forgotten by a lane that dies meanwhile', async () => {
    const lane = openLane();
    const repair = failHistory();
    const requests = Array.from({ length: 250 }, () => order(answering, { waitMs: 1_000 }));
    await Promise.all(requests.map(lane.start));
    await die();
    repair();

    clock.move(30_000);
    await lane.alarmsUntilQuiet();

    await until(async () => (await lane.sql(left)).length === 0);
    expect(await lane.count('journal')).toBe(0);
    expect((await Promise.all(requests.map(({ runId }) => getRun(env.DB, runId)))).every(Boolean)).toBe(true);
  });

  it('the alarm looks after outstanding copies at ease, not in a loop', async () => {
    const lane = openLane();
    failHistory();
    await lane.start(order(answering, { waitMs: 1_000 }));

    clock.move(30_000);
    await lane.alarm();

    expect(await lane.alarmAt()).toBe(clock.now + 300_000);
  });
});

describe('E5: a journal', () => {
  it('goes only after D1 has the run', async () => {
    const lane = openLane();
    const repair = failHistory();
    const request = order(answering, { waitMs: 1_000 });
    await lane.start(request);
    const before = await lane.count('runs WHERE entries IS NOT NULL');
    repair();

    await copied(request.runId, 'succeeded');

    expect(before).toBe(1);
    await until(async () => (await lane.count('runs WHERE entries IS NOT NULL')) === 0);
  });

  it('stays while D1 refuses just this run, and the other runs are copied', async () => {
    const lane = openLane();
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const [bad, good] = [order(answering, { waitMs: 1_000 }), order(answering, { waitMs: 1_000 })];
    await env.DB.exec(
      `CREATE TRIGGER refuse BEFORE INSERT ON runs WHEN NEW.id = '${bad.runId}' BEGIN SELECT RAISE(ABORT, 'no'); END`,
    );

    await Promise.all([lane.start(bad), lane.start(good)]);
    await copied(good.runId, 'succeeded');
    await until(async () => (await lane.row(bad.runId))?.deadline === clock.now + 3_600_000);
    await env.DB.exec('DROP TRIGGER refuse');

    expect(await lane.entries(bad.runId)).toHaveLength(3);
    clock.move(3_600_000);
    await lane.alarm();
    await copied(bad.runId, 'succeeded');
  });

  it('of a failed run stays after its copy: it may be retried', async () => {
    const lane = openLane();
    const request = order(failing);
    await lane.start(request);

    await copied(request.runId, 'failed');

    await until(async () => (await lane.row(request.runId))?.deadline === null);
    expect(await lane.entries(request.runId)).toHaveLength(3);
  });
});

describe('the copy of a run', () => {
  it('is written again with every revision, and never by an older one', async () => {
    const lane = openLane();
    const request = order(waiting);
    await lane.start(request);
    const parked = await copied(request.runId, 'waiting');

    clock.move(3_600_000);
    await lane.alarm();
    const ended = await copied(request.runId, 'succeeded');

    expect(ended.revision).toBeGreaterThan(parked.revision);
    await env.DB.prepare('UPDATE runs SET revision = 99 WHERE id = ?').bind(request.runId).run();
    await lane.sql('UPDATE runs SET deadline = ? WHERE id = ?', clock.now, request.runId);
    await lane.nudge();
    expect((await getRun(env.DB, request.runId))?.revision).toBe(99);
  });

  it('shows a run that takes long while it is under way', async () => {
    const lane = openLane();
    const { open, pass } = gate();
    callee.answer = async () => {
      await pass();
      return Response.json({});
    };
    const request = order(calling);
    await lane.start(request);

    clock.move(1_500);
    const copy = await copied(request.runId, 'running');
    open();

    expect(copy.steps).toMatchObject([{ id: 'a', status: 'running' }]);
    await copied(request.runId, 'succeeded');
  });

  it('E8: of a run whose history cannot be told holds up no other', async () => {
    const lane = openLane();
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const repair = failHistory();
    const napping = flowOf('steps: [{ wait: { for: 10m } }]');
    const [bad, good] = [order(napping), order(answering, { waitMs: 1_000 })];
    await Promise.all([lane.start(bad), lane.start(good)]);
    const lie = JSON.stringify([{ type: 'finished' }]);
    await lane.sql('UPDATE journal SET entries = ? WHERE run = ?', lie, bad.runId);
    repair();

    await copied(good.runId, 'succeeded');

    // It is tried again in an hour, and woken before, when its wait is over.
    const nap = 600_000;
    await until(async () => (await lane.row(bad.runId))?.deadline === NOON + nap);
    expect(await getRun(env.DB, bad.runId)).toBeUndefined();
  });
});

describe('the journal', () => {
  it('keeps what is too long for a row of SQLite, to the last character', async () => {
    const lane = openLane();
    const text = `${'x'.repeat(599_990)}${'😀'.repeat(700_000)}`;
    const request = order(waiting, { inputs: { text } });

    await lane.start(request);
    await die();

    const [created] = await lane.entries(request.runId);
    expect(created).toMatchObject({ type: 'created', inputs: { text } });
    const [row] = await lane.sql<{ most: number }>(
      'SELECT max(length(CAST(entries AS BLOB))) AS most FROM journal',
    );
    expect(row?.most).toBeLessThan(2_000_000);
  });

  it('that is being deleted is gone: without its beginning it tells nothing', async () => {
    const lane = openLane();
    const request = order(waiting);
    await lane.start(request);

    await lane.sql('UPDATE journal SET first = 2 WHERE run = ?', request.runId);

    expect(await lane.stub().view(header(), request.runId, 0, 10)).toEqual({ found: false });
  });
});
