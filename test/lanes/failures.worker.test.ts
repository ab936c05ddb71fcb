/** `settings.onFailure`: who is told of failed runs, what they are told, and of what nobody is. */
import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { cards } from '../../src/cards.ts';
import type { RunDetail } from '../../src/domain/run.ts';
import { lanePorts } from '../../src/lane-ports.ts';
import { openLane as assemble } from '../../src/lanes/open-lane.ts';
import { start } from '../../src/lanes/start.ts';
import { listRuns } from '../../src/storage/run-list.ts';
import { getRun } from '../../src/storage/run-copy.ts';
import { named, save } from './callable.ts';
import { copied, die, flowOf, header, openLane, order } from './lane.ts';
import { beginLife, mortality, pause, watchCommits } from './mortality.ts';
import { clock, resetOutside, until } from './outside.ts';

const lane = openLane('lane-0');
const HOUR = 3_600_000;

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  resetOutside();
  const fields = `run flow version error startedAt url held`.split(' ');
  const types: Record<string, string> = { version: 'integer', held: 'integer', error: 'object' };
  const inputs = fields.map((field) => `${field}: { type: ${types[field] ?? 'string'} }`).join(', ');
  await save(named('alert', `inputs: { ${inputs} }\nsteps: [{ return: {} }]`));
  await save(named('narrow', 'inputs: { run: { type: string } }\nsteps: [{ return: {} }]'));
  await save(named('broken', 'steps: [{ call: broken-too }]\nsettings: { onFailure: alert }'));
  await save(
    named('broken-too', 'steps: [{ fail: { code: never, message: Never } }]\nsettings: { onFailure: alert }'),
  );
  await lane.inside(watchCommits);
});
beforeEach(() => {
  resetOutside();
  beginLife('to live', () => new Response());
  // Another hour for each test.
  clock.move(beganAt);
  beganAt += 2 * HOUR;
});
let beganAt = 0;

const failing = (helper: string) =>
  flowOf(`steps: [{ fail: { code: nope, message: Never } }]\nsettings: { onFailure: ${helper} }`);

/** The runs of a helper that were started for failures. */
const told = async (flow: string, failed: string): Promise<RunDetail[]> => {
  const { items } = await listRuns(env.DB, { flow }, { limit: 200 });
  const about = items.filter(({ caller }) => caller.id === failed);
  const copies = await Promise.all(about.map(async ({ id }) => (await getRun(env.DB, id))?.detail));
  return copies.filter((copy) => copy !== undefined);
};

const onceTold = (flow: string, failed: string): Promise<RunDetail> =>
  until(async () => (await told(flow, failed))[0]);

describe('a flow with settings.onFailure', () => {
  it('has its helper told of each failed run, once', async () => {
    const flow = failing('alert');
    const request = order(flow);

    await lane.start(request);

    const { inputs, trigger, parent } = await onceTold('alert', request.runId);
    expect(inputs).toEqual({
      run: request.runId,
      flow: flow.name,
      version: 1,
      error: { code: 'nope', message: 'Never', step: '#0' },
      startedAt: new Date(clock.now).toISOString(),
      url: `https://sluice.example/runs/${request.runId}`,
      held: 0,
    });
    expect([trigger, parent]).toEqual(['helper', null]);
    await until(async () => (await lane.count('failures')) === 0);
    await lane.alarm();
    expect(await told('alert', request.runId)).toHaveLength(1);
  });

  it('gives it only what it declares', async () => {
    const request = order(failing('narrow'));

    await lane.start(request);

    expect((await onceTold('narrow', request.runId)).inputs).toEqual({ run: request.runId });
  });

  it('tells again of a retried run that fails again', async () => {
    const request = order(failing('alert'));
    await lane.start(request);
    await onceTold('alert', request.runId);

    await lane.stub().retry(header(), request.runId, 'ana', null, null);

    await until(async () => (await told('alert', request.runId)).length === 2);
  });

  it('has nobody told when the helper fails, nor when what that has called does', async () => {
    const request = order(failing('broken'));

    await lane.start(request);

    const helper = await onceTold('broken', request.runId);
    await copied(helper.id, 'failed');
    await until(async () => (await lane.count('failures')) === 0);
    const all = await listRuns(env.DB, { flow: 'broken-too' }, { limit: 10 });
    expect(all.items.map(({ status }) => status)).toEqual(['failed']);
    const counted = await lane.sql<{ id: string }>('SELECT id FROM told_failures');
    const failures = counted.map(({ id }) => id.split(':')[0]);
    expect(failures).toContain(request.runId);
    expect(failures).not.toContain(helper.id);
    expect(failures).not.toContain(all.items[0]?.id);
  });

  it('has at most sixty told an hour, and the next one of how many were held back', async () => {
    const flow = failing('alert');
    const requests = Array.from({ length: 65 }, () => order(flow));
    for (const request of requests) await lane.start(request);
    await until(async () => (await lane.count('failures')) === 0 || (void (await lane.alarm()), false));
    expect((await lane.sql('SELECT held FROM told_failures WHERE held IS NULL')).length).toBe(5);

    clock.move(HOUR);
    const next = order(flow);
    await lane.start(next);

    expect((await onceTold('alert', next.runId)).inputs).toMatchObject({ held: 5 });
  });

  it('is told although the lane dies with the commit that ends the run', async () => {
    const request = order(failing('alert'));
    mortality.fate = { commit: mortality.commits + 1 };
    void lane.start(request).catch(() => undefined);
    while (!mortality.isDead) await pause(5);
    await lane.inside(mortality.flush);
    await die();
    mortality.resurrect();
    mortality.fate = 'to live';
    expect(await lane.count('failures')).toBe(1);
    expect(await lane.alarmAt()).not.toBeNull();

    await lane.alarm();

    await onceTold('alert', request.runId);
  });

  it('need not name one when the installation does', async () => {
    const flow = flowOf('steps: [{ fail: { code: nope, message: Never } }]');
    const request = order(flow);

    await openLane().inside((storage) => {
      const all = { ...env, SLUICE_ON_FAILURE: 'alert' };
      return start(assemble(storage, all, lanePorts(all, cards)), request);
    });

    expect((await onceTold('alert', request.runId)).inputs).toMatchObject({ flow: flow.name });
  });

  it('hangs nothing when there is no such helper', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue(undefined);
    const request = order(failing('nowhere'));

    await lane.start(request);

    await copied(request.runId, 'failed');
    await until(async () => (await lane.count('failures')) === 0);
    expect(log.mock.calls.flat().join()).toContain('it is missing');
  });
});
