import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { StoreUnavailable } from '../../src/storage/deadline.ts';
import { getRun, getRunSteps } from '../../src/storage/run-copy.ts';
import { recordOf } from '../../src/storage/run-record.ts';
import { saveRuns } from '../../src/storage/runs.ts';
import { aDetail, aStep } from './run-builder.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

const save = async (detail: ReturnType<typeof aDetail>, steps: number, revision = 1) =>
  saveRuns(env.DB, [
    await recordOf({
      detail,
      steps: Array.from({ length: steps }, (_, at) => aStep(`s${at}`)),
      revision,
      subject: 'Ana',
    }),
  ]);

describe('saving runs', () => {
  it('writes a hundred runs with one statement', async () => {
    const records = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        recordOf({ detail: aDetail({ at }), steps: [], revision: 1, subject: '' }),
      ),
    );

    const saved = await saveRuns(env.DB, records);

    expect(saved).toEqual(records.map((record) => record.summary.id));
    const { count } = (await env.DB.prepare('SELECT count(*) AS count FROM runs').first<{
      count: number;
    }>())!;
    expect(count).toBe(100);
  });

  it('gives back what was saved', async () => {
    const detail = aDetail({
      status: 'failed',
      error: { code: 'http_status', message: 'Slack answered 500' },
    });

    await save(detail, 3);

    const copy = await getRun(env.DB, detail.id);
    expect(copy?.detail).toEqual(detail);
    expect(copy?.steps).toEqual([aStep('s0'), aStep('s1'), aStep('s2')]);
  });

  it('E5: never writes an older copy over a newer one', async () => {
    const detail = aDetail({ status: 'succeeded' });
    await save(detail, 1, 7);

    const saved = await save({ ...detail, status: 'running' }, 1, 6);

    expect(saved).toEqual([detail.id]);
    expect((await getRun(env.DB, detail.id))?.detail.status).toBe('succeeded');
  });

  it('cuts the steps of a long run into pages and reads them through', async () => {
    const detail = aDetail({});
    await save(detail, 450);
    const copy = (await getRun(env.DB, detail.id))!;

    const read: string[] = [];
    for (let from: number | null = 0; from !== null;) {
      const page: Awaited<ReturnType<typeof getRunSteps>> = await getRunSteps(env.DB, copy, from, 150);
      read.push(...page.steps.map((step) => step.path));
      from = page.next;
    }

    expect(read).toEqual(Array.from({ length: 450 }, (_, at) => `s${at}`));
  });

  it('does not mix pages of two revisions', async () => {
    const detail = aDetail({});
    await save(detail, 450, 1);
    await save(detail, 210, 2);
    const copy = (await getRun(env.DB, detail.id))!;

    const page = await getRunSteps(env.DB, copy, 200, 200);

    expect(page.steps).toHaveLength(10);
    expect(page.next).toBeNull();
  });

  it('costs two rows a short run: its own, and one in the index', async () => {
    const statements: D1Result[] = [];
    const record = await recordOf({ detail: aDetail({}), steps: [aStep('a')], revision: 1, subject: '' });

    await saveRuns(listening(env.DB, statements), [record]);

    expect(statements.map(({ meta }) => meta.rows_written)).toEqual([2]);
  });

  it('E8: leaves out a run that SQLite refuses, and saves the others', async () => {
    const good = await recordOf({ detail: aDetail({}), steps: [], revision: 1, subject: '' });
    const bad = {
      ...good,
      summary: { ...good.summary, id: aDetail({}).id, version: null as unknown as number },
    };

    const saved = await saveRuns(env.DB, [bad, good]);

    expect(saved).toEqual([good.summary.id]);
    expect(await getRun(env.DB, good.summary.id)).toBeDefined();
  });

  it('cuts what is too much for one statement', async () => {
    const statements: D1Result[] = [];
    const inputs = { text: 'x'.repeat(60_000) };
    const records = await Promise.all(
      Array.from({ length: 60 }, (_, at) =>
        recordOf({ detail: aDetail({ at, inputs }), steps: [], revision: 1, subject: '' }),
      ),
    );

    const saved = await saveRuns(listening(env.DB, statements), records);

    expect(saved).toHaveLength(60);
    expect(statements).toHaveLength(3);
  });

  it('throws while D1 does not answer, so that the lane keeps the runs', async () => {
    const record = await recordOf({ detail: aDetail({}), steps: [], revision: 1, subject: '' });
    const silent = new Proxy(env.DB, {
      get: () => () => ({
        bind: () => ({ run: () => Promise.reject(new Error('D1_ERROR: Network connection lost')) }),
      }),
    });

    await expect(saveRuns(silent, [record])).rejects.toThrow(StoreUnavailable);
  });
});

/** The database, which also hands its results to the test. */
const listening = (db: D1Database, heard: D1Result[]): D1Database =>
  new Proxy(db, {
    get: (target, name) => {
      if (name !== 'prepare') return Reflect.get(target, name);
      return (sql: string) => ({
        bind: (...values: unknown[]) => ({
          run: async () => {
            const result = await target
              .prepare(sql)
              .bind(...values)
              .run();
            heard.push(result);
            return result;
          },
        }),
      });
    },
  });
