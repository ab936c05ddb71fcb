import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { API, copied, flowOf, openLane, order, type TestLane } from './lane.ts';
import { clock, failHistory, resetOutside, until } from './outside.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
beforeEach(resetOutside);

const DAY = 86_400_000;
const quick = flowOf('steps: [{ return: { done: true } }]', API);
const failing = flowOf('steps: [{ fail: { code: no, message: No } }]');
const waiting = flowOf('steps: [{ wait: { for: 60d } }]\nsettings: { timeout: 90d }');

const isCopied = (lane: TestLane) =>
  until(
    async () =>
      (await lane.sql("SELECT id FROM runs WHERE phase = 'final' AND deadline IS NOT NULL")).length === 0,
  );

describe('housekeeping', { timeout: 30_000 }, () => {
  it('keeps the object as big as it is while thousands of runs come and go', async () => {
    const lane = openLane();
    const size = () => lane.inside((storage) => storage.sql.databaseSize);
    const tables = ['meta', 'flows', 'runs', 'runs WHERE entries IS NOT NULL', 'journal', 'keys', 'rates'];
    const sizes: number[] = [];
    const rows: number[][] = [];

    for (let day = 0; day < 24; day += 1) {
      await Promise.all(
        Array.from({ length: 120 }, (_, at) => {
          const key = { hash: `${day}-${at}`, body: '', firstAt: clock.now };
          return lane.start(order(quick, { key, waitMs: 3_000 }));
        }),
      );
      await isCopied(lane);
      sizes.push(await size());
      rows.push(await Promise.all(tables.map(lane.count)));
      clock.move(DAY);
      await lane.nudge();
    }

    // It grows for the eight days that rows are kept, and not by a single row after.
    for (const day of rows.slice(10)) expect(day).toEqual(rows[9]);
    // Random ids split pages a little differently each
    // day, 151 to 162 of them in 64 days; a row that stayed of every run would add three quarters in eight days.
    const mean = (days: readonly number[]) => days.reduce((sum, size) => sum + size, 0) / days.length;
    expect(sizes[12]).toBeGreaterThan(sizes[0]! * 3);
    expect(mean(sizes.slice(16))).toBeLessThanOrEqual(mean(sizes.slice(8, 16)) * 1.1);
    expect(await lane.count('runs')).toBeLessThanOrEqual(8 * 120);
    expect(await lane.count('keys')).toBeLessThanOrEqual(9 * 120);
    expect(await lane.count('journal')).toBe(0);
  });

  it('removes a bounded number of rows at a tick', async () => {
    const lane = openLane();
    await lane.inside(({ sql }) => {
      for (let at = 0; at < 25_000; at += 1) {
        const id = `run_00000000000${String(at).padStart(15, '0')}`;
        sql.exec(
          "INSERT INTO runs VALUES (?, 'old', 1, 'succeeded', 'final', 1, NULL, NULL, 0, NULL, NULL, NULL)",
          id,
        );
      }
    });

    await lane.nudge();
    const left = await lane.count('runs');
    await lane.nudge();

    expect(left).toBe(5_000);
    expect(await lane.count('runs')).toBe(0);
  });

  it('leaves alone what the history does not have (E5)', async () => {
    const lane = openLane();
    const repair = failHistory();
    const request = order(quick, { waitMs: 1_000 });
    await lane.start(request);

    clock.move(9 * DAY);
    await lane.nudge();
    expect(await lane.row(request.runId)).toMatchObject({ status: 'succeeded' });
    repair();

    await copied(request.runId, 'succeeded');
    await isCopied(lane);
    await lane.nudge();
    expect(await lane.row(request.runId)).toBeUndefined();
  });

  it('leaves alone what still waits, however long', async () => {
    const lane = openLane();
    const request = order(waiting);
    await lane.start(request);

    clock.move(40 * DAY);
    await lane.nudge();
    clock.move(20 * DAY);
    await lane.alarm();

    expect(await lane.row(request.runId)).toMatchObject({ status: 'succeeded' });
  });

  it('keeps failed runs, which may be retried, for 30 days', async () => {
    const lane = openLane();
    const request = order(failing);
    await lane.start(request);
    await isCopied(lane);

    clock.move(30 * DAY);
    await lane.nudge();
    const before = [await lane.count('runs'), await lane.count('runs WHERE entries IS NOT NULL')];
    clock.move(DAY);
    await lane.nudge();

    expect(before).toEqual([1, 1]);
    expect(await lane.count('runs')).toBe(0);
  });

  it('removes a flow that was never saved with its run', async () => {
    const lane = openLane();
    await lane.start(order(quick, { version: 0 }));
    await lane.start(order(quick));
    await isCopied(lane);

    clock.move(9 * DAY);
    await lane.nudge();

    expect(await lane.sql('SELECT name, version FROM flows')).toEqual([{ name: quick.name, version: 1 }]);
  });
});
