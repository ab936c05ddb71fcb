import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { listRuns, pageQuery, scanEndQuery } from '../../src/storage/run-list.ts';
import type { RunFilter } from '../../src/storage/run-list.ts';
import { recordOf } from '../../src/storage/run-record.ts';
import { saveRuns } from '../../src/storage/runs.ts';
import { aDetail } from './run-builder.ts';

const ROWS = 50_000;
const STARTED = Date.UTC(2026, 10, 1);
const at = (number: number): number => STARTED + number * 1_000;

/** Run number n began n seconds after the first; every tenth is of the flow "rare", number 7 failed. */
const fill = async (): Promise<void> => {
  await env.DB.prepare(
    `INSERT INTO runs (id, flow, version, status, trigger, attempt, revision, created_at, steps, search, caller, detail)
     WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS - 1}),
       ids (i, id) AS (SELECT i, 'run_' || (
         SELECT group_concat(substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + ((${STARTED} + i * 1000) >> (5 * (9 - d))) % 32, 1), '')
         FROM (SELECT value AS d FROM json_each('[0,1,2,3,4,5,6,7,8,9]'))
       ) || '0000000000000000' FROM n)
     SELECT id, CASE WHEN i % 10 = 0 THEN 'rare' ELSE 'usual' END, 1, CASE WHEN i = 7 THEN 'failed' ELSE 'succeeded' END,
       'api', 1, 1, ${STARTED} + i * 1000, 1, CASE WHEN i = 7 THEN 'http_status\nslack said no' ELSE 'ana' END,
       '{"kind":"public","id":null}', '{}' FROM ids`,
  ).run();
};

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  await fill();
});

const planOf = async (query: { toSQL(): { sql: string; params: unknown[] } }): Promise<string[]> => {
  const { sql, params } = query.toSQL();
  const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
    .bind(...params)
    .all<{ detail: string }>();
  return results.map((row) => row.detail);
};

const rowsReadBy = async (query: { toSQL(): { sql: string; params: unknown[] } }): Promise<number> => {
  const { sql, params } = query.toSQL();
  return (
    await env.DB.prepare(sql)
      .bind(...params)
      .run()
  ).meta.rows_read;
};

const FILTERS: [string, RunFilter, string][] = [
  ['nothing', {}, 'SEARCH runs USING PRIMARY KEY (id<?)'],
  ['a time', { from: at(0), to: at(9) }, 'SEARCH runs USING PRIMARY KEY (id>? AND id<?)'],
  ['a flow', { flow: 'rare' }, 'SEARCH runs USING INDEX runs_by_flow (flow=? AND id<?)'],
  ['a status', { status: ['failed'] }, 'SEARCH runs USING PRIMARY KEY (id<?)'],
  ['a text', { q: 'slack' }, 'SEARCH runs USING PRIMARY KEY (id<?)'],
  ['a flow and a text', { flow: 'rare', q: 'x' }, 'SEARCH runs USING INDEX runs_by_flow (flow=? AND id<?)'],
];

describe('the list of runs, of which there are 50,000', () => {
  it.each(FILTERS)('filtered by %s is searched by a key and never sorted', async (_, filter, search) => {
    const plan = await planOf(pageQuery(env.DB, filter, undefined, 51));

    expect(plan).toEqual(['CO-ROUTINE scanned', search, 'SCAN scanned']);
  });

  it.each(FILTERS)('filtered by %s ends its scan by a key too', async (_, filter, search) => {
    const [step] = await planOf(scanEndQuery(env.DB, filter, undefined));

    expect(step).toContain(search.replace('USING INDEX', 'USING COVERING INDEX'));
  });

  it('reads no more rows than it shows when nothing is filtered', async () => {
    expect(await rowsReadBy(pageQuery(env.DB, {}, undefined, 51))).toBeLessThanOrEqual(52);
  });

  it('reads two rows for each that it shows of a flow', async () => {
    expect(await rowsReadBy(pageQuery(env.DB, { flow: 'rare' }, undefined, 51))).toBeLessThanOrEqual(104);
  });

  it('looks through 20,000 rows a page for a text, however many there are', async () => {
    expect(await rowsReadBy(pageQuery(env.DB, { q: 'nowhere' }, undefined, 51))).toBeLessThanOrEqual(20_001);
    expect(await rowsReadBy(scanEndQuery(env.DB, { q: 'nowhere' }, undefined))).toBeLessThanOrEqual(20_001);
  });

  it('finds one run in 50,000 on the third page of such a search', async () => {
    const pages = await allPages({ q: 'SLACK' });

    expect(pages.map((page) => page.length)).toEqual([0, 0, 1]);
  });

  it('pages through all without losing or repeating one', async () => {
    const pages = await allPages({ flow: 'rare', from: at(1_000), to: at(3_000) });

    const seen = pages.flat().map((run) => run.createdAt);
    expect(seen).toEqual(Array.from({ length: 200 }, (_, n) => at(2_990 - n * 10)));
  });

  it('stays where it was while new runs arrive', async () => {
    const first = await listRuns(env.DB, {}, { limit: 2 });
    await saveRuns(env.DB, [await recordOf({ detail: aDetail({}), steps: [], revision: 1, subject: '' })]);

    const second = await listRuns(env.DB, {}, { limit: 2, before: first.next! });

    expect([...first.items, ...second.items].map((run) => run.createdAt)).toEqual(
      [1, 2, 3, 4].map((n) => at(ROWS - n)),
    );
  });

  it('takes all filters together', async () => {
    const { items } = await listRuns(
      env.DB,
      { flow: 'usual', status: ['failed', 'cancelled'], trigger: ['api'], to: at(100), q: 'said NO' },
      { limit: 10 },
    );

    expect(items.map((run) => run.createdAt)).toEqual([at(7)]);
  });
});

const allPages = async (filter: RunFilter) => {
  const pages = [];
  let before: string | undefined;
  do {
    const page: Awaited<ReturnType<typeof listRuns>> = await listRuns(env.DB, filter, { limit: 50, before });
    pages.push(page.items);
    before = page.next ?? undefined;
  } while (before !== undefined);
  return pages;
};
