import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { mintRunId } from '../../src/domain/ids.ts';
import type { RunDetail, StepRecord } from '../../src/domain/run.ts';
import { recordOf } from '../../src/storage/run-record.ts';
import { saveRuns } from '../../src/storage/runs.ts';
import { aDetail, aStep } from '../storage/run-builder.ts';
import { call, get, migrate, putFlow, read, refusal } from './client.ts';

beforeAll(migrate);

const keep = async (detail: RunDetail, steps: readonly StepRecord[] = [], subject = ''): Promise<string> => {
  await saveRuns(env.DB, [await recordOf({ detail, steps, revision: 1, subject })]);
  return detail.id;
};

const unknownId = (lane = 0): string => mintRunId(Date.now(), lane, (length) => new Uint8Array(length));

const Line = z.looseObject({ id: z.string() });
const Family = z.looseObject({
  totals: z.record(z.string(), z.number()),
  items: z.array(Line),
  next: z.string().nullable(),
});
const Tree = z.looseObject({
  run: Line,
  descendants: z.array(Line.extend({ depth: z.number() })),
  isWhole: z.boolean(),
});
const Page = z.looseObject({
  items: z.array(z.looseObject({ id: z.string() })),
  next: z.string().nullable(),
});
const idsOf = async (query: string): Promise<string[]> =>
  (await read(await get(`/api/v1/runs${query}`), Page)).items.map(({ id }) => id);

describe('the list of runs', () => {
  it('takes several words of a state, a time and a text together', async () => {
    const failed = await keep(
      aDetail({ flow: 'listed', status: 'failed', error: { code: 'x', message: 'Slack said no' } }),
    );
    await keep(aDetail({ flow: 'listed', status: 'failed' }));
    await keep(aDetail({ flow: 'listed', status: 'succeeded' }), [], 'Slack');

    const query =
      '?flow=listed&status=failed&status=cancelled&q=sLACK&from=2026-11-23&to=2026-11-23T12:00:01Z';

    expect(await idsOf(query)).toEqual([failed]);
  });

  it('is read through by its cursor, newest first', async () => {
    const ids = [];
    for (let at = 0; at < 5; at++) ids.push(await keep(aDetail({ flow: 'paged', at })));

    const first = await read(await get('/api/v1/runs?flow=paged&limit=3'), Page);
    const second = await read(await get(`/api/v1/runs?flow=paged&limit=3&cursor=${first.next}`), Page);

    expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids.toReversed());
    expect(second.next).toBeNull();
  });

  it.each([
    ['?stauts=failed', 'stauts', 'did you mean "status"?'],
    ['?status=done', 'status', ''],
    ['?limit=201', 'limit', ''],
    ['?from=yesterday', 'from', ''],
    ['?limit=5&limit=6', 'limit', ''],
  ])('refuses the query %s and says what is wrong', async (query, path, hint) => {
    const { code, errors } = await refusal(await get(`/api/v1/runs${query}`));

    expect(code).toBe('invalid_input');
    expect(errors?.[0]?.path).toBe(path);
    expect(errors?.[0]?.message).toContain(hint);
  });
});

describe('a run that only D1 knows', () => {
  it('is shown with its first 200 steps, the rest page by page', async () => {
    const steps = Array.from({ length: 300 }, (_, at) => aStep(`s${at}`));
    const id = await keep(aDetail({ steps: 300 }), steps);
    const Steps = z.looseObject({
      items: z.array(z.looseObject({ path: z.string() })),
      next: z.string().nullable(),
    });

    const run = await read(
      await get(`/api/v1/runs/${id}`),
      z.looseObject({ firstSteps: z.array(z.unknown()) }),
    );
    const first = await read(await get(`/api/v1/runs/${id}/steps?limit=200`), Steps);
    const rest = await read(await get(`/api/v1/runs/${id}/steps?limit=200&cursor=${first.next}`), Steps);

    expect(run.firstSteps).toHaveLength(200);
    expect([...first.items, ...rest.items].map(({ path }) => path)).toEqual(steps.map(({ path }) => path));
    expect(rest.next).toBeNull();
  });

  it('tells its entries from the copy', async () => {
    const error = { code: 'http_status', message: 'Slack answered 500' };
    const steps = [
      aStep('late', { finishedAt: Date.UTC(2026, 10, 23, 12, 0, 5) }),
      aStep('early', { finishedAt: Date.UTC(2026, 10, 23, 12, 0, 1), status: 'failed', error }),
    ];
    const id = await keep(aDetail({ status: 'succeeded' }), steps);

    const { items, next } = await read(
      await get(`/api/v1/runs/${id}/entries`),
      z.looseObject({
        items: z.array(z.looseObject({ type: z.string(), path: z.string().optional() })),
        next: z.null(),
      }),
    );

    expect(items.map(({ type, path }) => [type, path])).toEqual([
      ['created', undefined],
      ['failed', 'early'],
      ['succeeded', 'late'],
      ['finished', undefined],
    ]);
    expect(next).toBeNull();
  });

  it('has ended: it can neither be cancelled nor retried', async () => {
    const id = await keep(aDetail({ status: 'succeeded' }));

    expect((await refusal(await call('POST', `/api/v1/runs/${id}/cancel`))).code).toBe('already_final');
    expect((await refusal(await call('POST', `/api/v1/runs/${id}/retry`))).code).toBe('already_final');
  });

  it('has its children counted and listed, in the order of the calls', async () => {
    const parent = await keep(aDetail({}));
    const first = await keep(aDetail({ at: 5, parent, status: 'failed' }));
    const second = await keep(aDetail({ at: 6, parent, status: 'succeeded' }));
    await keep(aDetail({ at: 7 }));

    const path = `/api/v1/runs/${parent}/children`;
    const all = await read(await get(path), Family);
    const failed = await read(await get(`${path}?status=failed`), Family);
    const page = await read(await get(`${path}?limit=1`), Family);
    const rest = await read(await get(`${path}?limit=1&cursor=${page.next ?? ''}`), Family);

    const totals = { total: 2, done: 1, failed: 1, cancelled: 0, running: 0, waiting: 0 };
    expect(all).toMatchObject({ totals, items: [{ id: first }, { id: second }], next: null });
    expect(failed).toMatchObject({ totals, items: [{ id: first }] });
    expect([page.items[0]?.id, rest.items[0]?.id, rest.next]).toEqual([first, second, null]);
  });

  it('has the whole tree below it shown, nearest first', async () => {
    const root = await keep(aDetail({}));
    const child = await keep(aDetail({ at: 5, parent: root }));
    const grandchild = await keep(aDetail({ at: 6, parent: child }));
    const other = await keep(aDetail({ at: 7, parent: root }));

    const tree = await read(await get(`/api/v1/runs/${root}/tree`), Tree);

    expect(tree).toMatchObject({ run: { id: root }, isWhole: true });
    expect(tree.descendants.map(({ id, depth }) => [id, depth])).toEqual([
      [child, 1],
      [other, 1],
      [grandchild, 2],
    ]);
  });
});

describe('a run that nobody knows', () => {
  it.each([
    ['of a lane', unknownId()],
    ['of a lane that does not exist', unknownId(1000)],
    ['that is no id', 'run_1'],
  ])('is not found: an id %s', async (_, id) => {
    for (const path of ['', '/steps', '/children', '/tree', '/entries']) {
      expect((await get(`/api/v1/runs/${id}${path}`)).status).toBe(404);
    }
    expect((await call('POST', `/api/v1/runs/${id}/cancel`)).status).toBe(404);
    expect(
      (await call('POST', `/api/v1/runs/${id}/settle`, { body: { path: 'a', word: 'fail' } })).status,
    ).toBe(404);
  });
});

const WAITING = `trigger: { kind: manual }
steps:
  - id: pause
    wait: { for: 1h }
  - return: { ok: true }
`;

const FAILING = `trigger: { kind: manual }
steps:
  - fail: { code: nope, message: Never }
`;

const start = async (name: string): Promise<string> => {
  const response = await call('POST', `/api/v1/flows/${name}/runs`, { body: {} });
  return (await read(response, z.looseObject({ id: z.string() }))).id;
};

const statusOf = async (id: string): Promise<string> =>
  (await read(await get(`/api/v1/runs/${id}`), z.looseObject({ status: z.string() }))).status;

const becomes = (id: string, status: string): Promise<void> =>
  vi.waitFor(async () => expect(await statusOf(id)).toBe(status), { timeout: 5_000, interval: 20 });

describe('a run under way', () => {
  beforeAll(async () => {
    await putFlow('waiting', WAITING);
    await putFlow('failing', FAILING);
  });

  it('is read from its lane before D1 has a copy', async () => {
    const id = await start('waiting');

    await becomes(id, 'waiting');
  });

  it('sends its entries live until it ends', async () => {
    const id = await start('waiting');
    await becomes(id, 'waiting');

    const response = await get(`/api/v1/runs/${id}/entries`, { headers: { Accept: 'text/event-stream' } });
    await call('POST', `/api/v1/runs/${id}/cancel`);
    const text = await response.text();

    expect(response.headers.get('Content-Type')).toBe('text/event-stream; charset=utf-8');
    expect(text).toMatch(/^retry: 1000\n\nid: 1\nevent: created\ndata: \{.*\}\n\n/);
    expect(text).toMatch(/event: end\ndata: \{"status":"cancelled"\}\n\n$/);
  });

  it('goes on after the entry that a client saw last', async () => {
    const id = await start('waiting');
    await becomes(id, 'waiting');

    const response = await get(`/api/v1/runs/${id}/entries?after=0`, {
      headers: { Accept: 'text/event-stream', 'Last-Event-ID': '1' },
    });
    await call('POST', `/api/v1/runs/${id}/cancel`);
    const text = await response.text();

    expect(text).not.toContain('event: created');
  });

  it('can be cancelled once', async () => {
    const id = await start('waiting');
    await becomes(id, 'waiting');

    const response = await call('POST', `/api/v1/runs/${id}/cancel`, { body: {} });

    expect(await read(response, z.object({ id: z.string(), status: z.string() }))).toEqual({
      id,
      status: 'cancelled',
    });
    expect((await refusal(await call('POST', `/api/v1/runs/${id}/cancel`))).code).toBe('already_final');
  });

  it('that failed can be retried, in the newest version too', async () => {
    const id = await start('failing');
    await becomes(id, 'failed');
    await putFlow(
      'failing',
      FAILING.replace('fail: { code: nope, message: Never }', 'return: { now: well }'),
    );

    const response = await call('POST', `/api/v1/runs/${id}/retry`, { body: { version: 'newest' } });

    expect(response.status).toBe(200);
    await becomes(id, 'succeeded');
  });

  it('has no step to settle unless one is in doubt', async () => {
    const id = await start('waiting');
    await becomes(id, 'waiting');

    const response = await call('POST', `/api/v1/runs/${id}/settle`, {
      body: { path: 'pause', word: 'repeat' },
    });

    expect((await refusal(response)).code).toBe('conflict');
  });

  it('takes an output only with the word that it happened', async () => {
    const body = { path: 'a', word: 'fail', output: 1 };

    const { errors } = await refusal(await call('POST', `/api/v1/runs/${unknownId()}/settle`, { body }));

    expect(errors?.[0]?.path).toBe('output');
  });
});
