import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  chooseEvents,
  choiceQuery,
  eventPageQuery,
  eventScanEnd,
  getEvent,
  listEvents,
} from '../../src/storage/event-list.ts';
import type { EventFilter } from '../../src/storage/event-list.ts';

const ROWS = 50_000;
const BEGAN = Date.UTC(2026, 10, 1);
const at = (number: number): number => BEGAN + number * 1_000;

/**
 * Event n came n seconds after the first. Every tenth is of "github", its type `push`; of the others every second one is
 * a session, else a group change. Number 7 started a run of "alert"; all were filtered by "sync".
 */
const fill = async (): Promise<void> => {
  await env.DB.prepare(
    `INSERT INTO events (id, source, source_id, type, subject, time, accepted_at, verdicts, closed_at, sends, raw)
     WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ${ROWS - 1}),
       ids (i, id) AS (SELECT i, 'evt_' || (
         SELECT group_concat(substr('0123456789abcdefghjkmnpqrstvwxyz', 1 + ((${BEGAN} + i * 1000) >> (5 * (9 - d))) % 32, 1), '')
         FROM (SELECT value AS d FROM json_each('[0,1,2,3,4,5,6,7,8,9]'))
       ) || '0000000000000000' FROM n)
     SELECT id, CASE WHEN i % 10 = 0 THEN 'github' ELSE 'okta' END, 'id-' || i,
       CASE WHEN i % 10 = 0 THEN 'push' WHEN i % 2 = 0 THEN 'user.session.start' ELSE 'group.user_membership.add' END,
       'user' || (i % 100) || '@example.com', ${BEGAN} + i * 1000, ${BEGAN} + i * 1000,
       CASE WHEN i = 7 THEN '{"alert":{"verdict":"started","at":1,"run":"run_x"},"sync":{"verdict":"filtered","at":1}}'
         WHEN i > 49990 THEN NULL ELSE '{"sync":{"verdict":"filtered","at":1}}' END,
       1, 0, '{"n":' || i || '}' FROM ids`,
  ).run();
};

beforeAll(async () => {
  await applyD1Migrations(env.DB, env.MIGRATIONS);
  await fill();
});

interface Query {
  readonly toSQL: () => { sql: string; params: unknown[] };
}

const planOf = async (query: Query): Promise<string[]> => {
  const { sql, params } = query.toSQL();
  const explain = env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`).bind(...params);
  return (await explain.all<{ detail: string }>()).results.map((row) => row.detail);
};

const rowsReadBy = async (query: Query): Promise<number> => {
  const { sql, params } = query.toSQL();
  return (
    await env.DB.prepare(sql)
      .bind(...params)
      .run()
  ).meta.rows_read;
};

const everyPage = async (filter: EventFilter) => {
  const pages = [];
  let before: string | undefined;
  do {
    const page: Awaited<ReturnType<typeof listEvents>> = await listEvents(env.DB, filter, {
      limit: 50,
      before,
    });
    pages.push(page.items);
    before = page.next ?? undefined;
  } while (before !== undefined);
  return pages;
};

const numbersOf = async (filter: EventFilter): Promise<number[]> =>
  (await everyPage(filter)).flat().map((event) => (event.acceptedAt - BEGAN) / 1_000);

const FILTERS: [string, EventFilter][] = [
  ['nothing', {}],
  ['a time', { from: at(0), to: at(9) }],
  ['a source', { source: 'github' }],
  ['a type', { types: ['user.session.*'] }],
  ['a subject', { subject: 'user7@example.com' }],
  ['a verdict', { verdicts: ['started'] }],
  ['a flow', { flow: 'alert' }],
];

describe('the list of events, of which there are 50,000', () => {
  it.each(FILTERS)('filtered by %s is searched by the primary key and never sorted', async (_, filter) => {
    const plan = await planOf(eventPageQuery(env.DB, filter, undefined, 51));

    expect(plan.slice(0, 2)).toEqual([
      'CO-ROUTINE scanned',
      expect.stringMatching(/^SEARCH events USING PRIMARY KEY/),
    ]);
    expect(plan.join()).not.toContain('TEMP B-TREE');
  });

  it('reads no more rows than it shows when nothing is filtered', async () => {
    expect(await rowsReadBy(eventPageQuery(env.DB, {}, undefined, 51))).toBeLessThanOrEqual(52);
  });

  it('looks through 20,000 rows a page for what is rare, however many there are', async () => {
    const rare: EventFilter = { subject: 'nobody@example.com' };

    expect(await rowsReadBy(eventPageQuery(env.DB, rare, undefined, 51))).toBeLessThanOrEqual(20_001);
    expect(await rowsReadBy(eventScanEnd(env.DB, rare, undefined))).toBeLessThanOrEqual(20_001);
  });

  it('finds the one event that started a run on the third page of such a search', async () => {
    const pages = await everyPage({ verdicts: ['started'] });

    expect(pages.map((page) => page.length)).toEqual([0, 0, 1]);
  });

  it('pages through all without losing or repeating one', async () => {
    const numbers = await numbersOf({ source: 'github', from: at(1_000), to: at(3_000) });

    expect(numbers).toEqual(Array.from({ length: 200 }, (_, n) => 2_990 - n * 10));
  });

  it('takes a * at the end of a type for anything, and nothing else for more than itself', async () => {
    const within = { from: at(0), to: at(20) };

    expect(await numbersOf({ ...within, types: ['push', 'user.*'] })).toEqual([
      18, 16, 14, 12, 10, 8, 6, 4, 2, 0,
    ]);
    expect(await numbersOf({ ...within, types: ['user_session%'] })).toEqual([]);
    expect(await numbersOf({ ...within, types: ['USER.*'] })).toEqual([]);
  });

  it('asks for a verdict of the flow that is named', async () => {
    const early = { from: at(0), to: at(20) };

    expect(await numbersOf({ ...early, flow: 'alert' })).toEqual([7]);
    expect(await numbersOf({ ...early, flow: 'sync', verdicts: ['started'] })).toEqual([]);
    expect(await numbersOf({ ...early, flow: 'alert', verdicts: ['started', 'error'] })).toEqual([7]);
    expect(await numbersOf({ from: at(49_985), flow: 'sync' })).toEqual([
      49_990, 49_989, 49_988, 49_987, 49_986, 49_985,
    ]);
  });

  it('takes all filters together', async () => {
    const numbers = await numbersOf({
      source: 'okta',
      types: ['group.*'],
      subject: 'user7@example.com',
      verdicts: ['started'],
      flow: 'alert',
      to: at(100),
    });

    expect(numbers).toEqual([7]);
  });
});

describe('a choice of events, oldest first', () => {
  it.each(FILTERS)('by %s is searched by the primary key and never sorted', async (_, filter) => {
    const plan = await planOf(choiceQuery(env.DB, filter, { limit: 51 }));

    expect(plan[1]).toMatch(/^SEARCH events USING PRIMARY KEY/);
    expect(plan.join()).not.toContain('TEMP B-TREE');
  });

  it('looks through 20,000 rows at a time, and comes to all of them', async () => {
    const rare: EventFilter = { subject: 'user7@example.com', from: at(25_000), to: at(49_000) };
    expect(await rowsReadBy(choiceQuery(env.DB, rare, { limit: 1_000 }))).toBeLessThanOrEqual(20_001);

    const chosen: string[] = [];
    let after: string | undefined;
    do {
      const part: Awaited<ReturnType<typeof chooseEvents>> = await chooseEvents(env.DB, rare, {
        after,
        limit: 90,
      });
      chosen.push(...part.ids);
      after = part.next ?? undefined;
    } while (after !== undefined);

    expect(chosen).toHaveLength(240);
    expect(chosen).toEqual([...new Set(chosen)].toSorted());
  });

  it('finds what a replay has brought for a flow under its name', async () => {
    const [first] = (await chooseEvents(env.DB, {}, { limit: 1 })).ids;
    const verdicts = { 'mail#rpl_1': { verdict: 'started', at: 1, run: 'run_y' } };
    const update = env.DB.prepare('UPDATE events SET verdicts = ?2 WHERE id = ?1');
    await update.bind(first, JSON.stringify(verdicts)).run();

    const early = { to: at(10) };
    expect((await chooseEvents(env.DB, { ...early, flow: 'mail' }, { limit: 5 })).ids).toEqual([first]);
    expect((await chooseEvents(env.DB, { ...early, flow: 'mai' }, { limit: 5 })).ids).toEqual([]);
  });
});

describe('one event', () => {
  it('has its raw text and its verdicts', async () => {
    const [found] = (await listEvents(env.DB, { flow: 'alert', to: at(10) }, { limit: 1 })).items;

    expect(await getEvent(env.DB, found?.id ?? '')).toMatchObject({
      raw: '{"n":7}',
      verdicts: { alert: { verdict: 'started', run: 'run_x' }, sync: { verdict: 'filtered' } },
    });
    expect(await getEvent(env.DB, 'evt_nowhere')).toBeUndefined();
  });
});
