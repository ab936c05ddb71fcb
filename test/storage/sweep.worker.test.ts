import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { idFloor } from '../../src/domain/ids.ts';
import { recordOf } from '../../src/storage/run-record.ts';
import { saveRuns } from '../../src/storage/runs.ts';
import { sweep, sweepEvents } from '../../src/storage/sweep.ts';
import { aDetail, aStep } from './run-builder.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const DAY = 86_400_000;

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

/** Runs that began so many days after noon, each with 250 steps on two pages. */
const saveDay = async (day: number, runs: number): Promise<void> => {
  const records = Array.from({ length: runs }, (_, at) =>
    recordOf({
      detail: aDetail({ at: day * DAY + at }),
      steps: Array.from({ length: 250 }, (_, step) => aStep(`s${step}`)),
      revision: 1,
      subject: 'Ana',
    }),
  );
  await saveRuns(env.DB, await Promise.all(records));
};

const count = async (table: 'runs' | 'run_pages'): Promise<number> =>
  (await env.DB.prepare(`SELECT count(*) AS rows FROM ${table}`).first<{ rows: number }>())?.rows ?? -1;

const size = async (): Promise<number> => (await env.DB.prepare('SELECT 1').run()).meta.size_after;

describe('retention', () => {
  it('removes runs that began before the time, with their pages, and no others', async () => {
    await saveDay(0, 3);
    await saveDay(5, 2);

    const swept = await sweep(env.DB, NOON + 6 * DAY, 2 * DAY, 100);

    expect(swept).toEqual({ runs: 3, pages: 3 });
    expect([await count('runs'), await count('run_pages')]).toEqual([2, 2]);
  });

  it('removes so many at a time at most, pages first', async () => {
    await saveDay(6, 5);
    const later = NOON + 20 * DAY;

    expect(await sweep(env.DB, later, DAY, 4)).toEqual({ pages: 4, runs: 0 });
    expect(await sweep(env.DB, later, DAY, 4)).toEqual({ pages: 3, runs: 4 });
    expect(await sweep(env.DB, later, DAY, 4)).toEqual({ pages: 0, runs: 3 });
  });

  it('keeps the size of the database flat, however many days go by', async () => {
    const sizes: number[] = [];
    for (let day = 0; day < 12; day++) {
      await saveDay(100 + day, 20);
      await sweep(env.DB, NOON + (100 + day) * DAY, 3 * DAY, 1_000);
      sizes.push(await size());
    }

    expect(sizes[5]).toBeGreaterThan(sizes[0] ?? Infinity);
    expect(sizes.slice(6).every((bytes) => bytes <= (sizes[5] ?? 0) * 1.02)).toBe(true);
  });
});

const keepEvent = (day: number, number: number) =>
  env.DB.prepare(
    `INSERT INTO events (id, source, source_id, type, accepted_at, raw) VALUES (?1, 'okta', ?1, 'a', ?2, '{}')`,
  )
    .bind(idFloor('evt', NOON + day * DAY).padEnd(30, String(number)), NOON + day * DAY)
    .run();
const refuse = (day: number) =>
  env.DB.prepare(
    `INSERT INTO refusals (source, hour, reason, count, sample) VALUES ('okta', ?1, 'too_old', 1, '')`,
  )
    .bind(NOON + day * DAY)
    .run();
const rows = async (table: 'events' | 'refusals'): Promise<unknown> =>
  env.DB.prepare(`SELECT count(*) AS rows FROM ${table}`).first('rows');

describe('retention of events', () => {
  it('removes those that came before the time, open or not, so many at a time at most', async () => {
    for (const number of [1, 2, 3]) await keepEvent(0, number);
    await keepEvent(5, 1);
    const [now, keep] = [NOON + 6 * DAY, 2 * DAY];

    expect(await sweepEvents(env.DB, now, keep, 2)).toBe(2);
    expect(await sweepEvents(env.DB, now, keep, 2)).toBe(1);
    expect(await sweepEvents(env.DB, now, keep, 2)).toBe(0);
    expect(await rows('events')).toBe(1);
  });

  it('removes old counts of refused posts once an hour', async () => {
    await refuse(0);
    await refuse(5);
    const now = NOON + 6 * DAY;

    await sweepEvents(env.DB, now + 60_000, 2 * DAY, 10);
    expect(await rows('refusals')).toBe(2);
    await sweepEvents(env.DB, now, 2 * DAY, 10);
    expect(await rows('refusals')).toBe(1);
  });
});
