import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { idFloor } from '../../src/domain/ids.ts';
import type { Bindings } from '../../src/storage/bindings.ts';
import type { BackfillPorts } from '../../src/triggers/event/backfill.ts';
import { tick } from '../../src/triggers/tick.ts';
import { setUp } from './doorway.ts';
import { fakeLanes, laneEnv, type FakeLanes } from './fake-lane.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const DAY = 86_400_000;

/** No source of these tests has a log. */
const LOGS: BackfillPorts = {
  now: () => NOW,
  openLog: async (name) => {
    throw new Error(`Nobody asks for the log of ${name}.`);
  },
};

beforeAll(setUp);

const around = (lanes: FakeLanes, settings: Partial<Bindings> = {}): Bindings => ({
  ...env,
  RUN_LANE: lanes.namespace,
  SLUICE_HOMES: '2',
  SLUICE_LANES: '3',
  ...settings,
});

const keep = (id: string) =>
  env.DB.prepare(
    `INSERT INTO runs (id, flow, version, status, trigger, attempt, revision, created_at, steps, search, caller, detail)
     VALUES (?1, 'hello', 1, 'succeeded', 'api', 1, 1, 0, 0, '', '{}', '{}')`,
  )
    .bind(id)
    .run();
const kept = async (): Promise<unknown[]> =>
  (await env.DB.prepare('SELECT id FROM runs ORDER BY id').all()).results.map(({ id }) => id);

describe('the tick', () => {
  it('wakes every lane', async () => {
    const lanes = fakeLanes();

    const ticked = await tick(around(lanes), NOW, LOGS);

    expect(lanes.calls.toSorted()).toEqual(['lane-0 nudge', 'lane-1 nudge', 'lane-2 nudge']);
    expect(ticked).toMatchObject({ nudged: 3, silent: [] });
  });

  it('says which lanes are silent, and wakes the others', async () => {
    const lanes = fakeLanes();
    lanes.faults.set('lane-1 nudge', ['overloaded_object']);
    lanes.faults.set('lane-0 nudge', ['bug']);

    expect(await tick(around(lanes), NOW, LOGS)).toMatchObject({ nudged: 1, silent: ['lane-0', 'lane-1'] });
  });

  it('removes runs that are older than SLUICE_KEEP_RUNS, and no others', async () => {
    const [old, young] = [idFloor('run', NOW - 8 * DAY), idFloor('run', NOW - 6 * DAY)].map((floor) =>
      floor.padEnd(30, '0'),
    );
    await keep(old ?? '');
    await keep(young ?? '');

    const ticked = await tick(around(fakeLanes(), { SLUICE_KEEP_RUNS: '7d' }), NOW, LOGS);

    expect(ticked.swept.runs).toBe(1);
    expect(await kept()).toEqual([young]);
  });

  it('removes events that are older than SLUICE_KEEP_EVENTS, and no others', async () => {
    for (const days of [9, 7]) {
      const keepEvent = env.DB.prepare(
        `INSERT INTO events (id, source, source_id, type, accepted_at, raw) VALUES (?1, 'okta', ?1, 'a', 0, '')`,
      );
      await keepEvent.bind(idFloor('evt', NOW - days * DAY)).run();
    }

    const ticked = await tick(around(fakeLanes(), { SLUICE_KEEP_EVENTS: '8d' }), NOW, LOGS);

    expect(ticked.swept.events).toBe(1);
    expect(await env.DB.prepare('SELECT count(*) AS rows FROM events').first('rows')).toBe(1);
  });

  it('wakes the lanes although the history cannot be swept, and fails then', async () => {
    const lanes = fakeLanes();
    const { DB: broken } = laneEnv(fakeLanes(), { homes: 1, lanes: 1 });

    await expect(tick(around(lanes, { DB: broken }), NOW, LOGS)).rejects.toThrow(
      'reaches neither the database',
    );
    expect(lanes.calls).toHaveLength(3);
  });

  it('refuses a SLUICE_KEEP_RUNS that is no length of time', async () => {
    const settings = around(fakeLanes(), { SLUICE_KEEP_RUNS: 'forever' });

    await expect(tick(settings, NOW, LOGS)).rejects.toThrow('SLUICE_KEEP_RUNS is "forever"');
  });
});
