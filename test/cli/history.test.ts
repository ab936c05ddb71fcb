import { afterEach, describe, expect, it } from 'vitest';
import { fakeSluice, type FakeSluice } from './fake-sluice.ts';
import { perform } from './fake-terminal.ts';

const AT = '2026-11-23T11:00:00.000Z';
const LATER = '2026-11-23T11:00:03.400Z';

const run = (id: string, more: object = {}) => ({
  id,
  flow: 'hello',
  version: 3,
  status: 'succeeded',
  trigger: 'api',
  caller: { kind: 'public', id: null },
  attempt: 1,
  createdAt: AT,
  finishedAt: LATER,
  error: null,
  steps: 1,
  parent: null,
  ...more,
});

let fake: FakeSluice;
afterEach(() => fake.close());

describe('sluice runs', () => {
  it('asks for what was filtered, and reads short pages to the end', async () => {
    fake = await fakeSluice({
      'GET /api/v1/runs': [
        { json: { items: [run('run_1')], next: 'more' } },
        { json: { items: [], next: 'yet-more' } },
        { json: { items: [run('run_2')], next: null } },
      ],
    });

    const { exit, stdout } = await perform(['runs', '--flow', 'hello', '--since', '2h', '--url', fake.url]);

    expect(exit).toBe(0);
    expect(stdout.split('\n').map((line) => line.split(' ')[0])).toEqual(['RUN', 'run_1', 'run_2']);
    const query = fake.asked.map(({ path }) => new URL(path, fake.url).searchParams);
    expect(query.map((each) => each.get('cursor'))).toEqual([null, 'more', 'yet-more']);
    expect(query[0]?.get('from')).toBe('2026-11-23T10:00:00.000Z');
  });

  it('--json gives what was sent, and no more than was asked for', async () => {
    fake = await fakeSluice({
      'GET /api/v1/runs': { json: { items: [run('run_1'), run('run_2')], next: 'more' } },
    });

    const { stdout } = await perform(['runs', '--limit', '1', '--json', '--url', fake.url]);

    expect(JSON.parse(stdout)).toEqual([run('run_1')]);
  });

  it('keeps an error on one line, without its control characters', async () => {
    const error = { code: 'http', message: 'no\nway \u001b[31mred' };
    fake = await fakeSluice({
      'GET /api/v1/runs': { json: { items: [run('run_1', { error })], next: null } },
    });

    const { stdout } = await perform(['runs', '--url', fake.url]);

    expect(stdout.split('\n')[1]).toMatch(/3\.4 s {2}http: no way red$/);
  });
});

describe('sluice show', () => {
  it('draws a run with every step, its attempts and its error', async () => {
    const error = { code: 'http', message: 'The server answered 503', step: 'send' };
    const attempt = { effect: 'safe', happened: 'no', startedAt: AT, finishedAt: LATER };
    const step = { id: 'send', title: null, kind: 'card', card: 'http.request', runAttempt: 1 };
    fake = await fakeSluice({
      'GET /api/v1/runs/run_1': {
        json: run('run_1', {
          status: 'failed',
          inputs: { a: 1 },
          outputs: null,
          reason: null,
          waiting: null,
          error,
        }),
      },
      'GET /api/v1/runs/run_1/steps': {
        json: {
          items: [
            {
              ...step,
              path: 'all/0/send',
              status: 'failed',
              startedAt: AT,
              finishedAt: LATER,
              input: { url: 'https://x' },
              output: null,
              error,
              attempts: [
                { ...attempt, number: 1, error, retryAt: '2026-11-23T11:00:05.400Z' },
                { ...attempt, number: 2, error, retryAt: null },
              ],
            },
          ],
          next: null,
        },
      },
    });

    const { exit, stdout } = await perform(['show', 'run_1', '--url', fake.url]);

    expect(exit).toBe(0);
    expect(stdout.split('\n')).toEqual(
      expect.arrayContaining([
        'hello@3  failed  3.4 s',
        'inputs    {"a":1}',
        'error     http: The server answered 503 (step send)',
        '      ✗ send  http.request  3.4 s',
        '        attempt 1, safe, 3.4 s: http: The server answered 503, again after 2.0 s',
        '        attempt 2, safe, 3.4 s: http: The server answered 503',
      ]),
    );
  });
});

describe('what a run has called', () => {
  const failed = { status: 'failed', error: { code: 'http', message: 'no' }, parent: 'run_1' };

  it('is counted and listed', async () => {
    const totals = { total: 3, done: 2, failed: 1, cancelled: 0, running: 0, waiting: 0 };
    fake = await fakeSluice({
      'GET /api/v1/runs/run_1/children': { json: { totals, items: [run('run_2', failed)], next: null } },
    });

    const { stdout } = await perform(['runs', 'children', 'run_1', '--status', 'failed', '--url', fake.url]);

    expect(stdout).toMatch(/^3 runs: 2 done, 1 failed\n/);
    expect(stdout).toMatch(/run_2 .*failed .*http: no/);
    expect(fake.asked.at(-1)?.path).toContain('status=failed');
  });

  it('is drawn as a tree', async () => {
    const descendants = [
      { ...run('run_2', { parent: 'run_1', flow: 'one' }), depth: 1 },
      { ...run('run_3', { parent: 'run_1', flow: 'two' }), depth: 1 },
      { ...run('run_4', { ...failed, parent: 'run_2', flow: 'below' }), depth: 2 },
    ];
    fake = await fakeSluice({
      'GET /api/v1/runs/run_1/tree': { json: { run: run('run_1'), descendants, isWhole: false } },
    });

    const { stdout } = await perform(['show', 'run_1', '--tree', '--url', fake.url]);

    expect(stdout.split('\n').map((line) => line.split('  run_')[0])).toEqual([
      'hello@3  succeeded  3.4 s',
      '  one@3  succeeded  3.4 s',
      '    below@3  failed  3.4 s',
      '  two@3  succeeded  3.4 s',
      'Only the nearest 3 are shown; sluice runs children RUN lists those of one.',
    ]);
  });
});

describe('what a person may do to a run', () => {
  it.each([
    [['cancel', 'run_1'], '/api/v1/runs/run_1/cancel', {}],
    [['retry', 'run_1'], '/api/v1/runs/run_1/retry', { version: 'same' }],
    [['retry', 'run_1', '--newest'], '/api/v1/runs/run_1/retry', { version: 'newest' }],
    [['settle', 'run_1', 'pay', 'repeat'], '/api/v1/runs/run_1/settle', { path: 'pay', word: 'repeat' }],
    [
      ['settle', 'run_1', 'pay', 'happened', '--output', '{"id":7}'],
      '/api/v1/runs/run_1/settle',
      { path: 'pay', word: 'happened', output: { id: 7 } },
    ],
  ])('%j', async (line, path, body) => {
    fake = await fakeSluice({ [`POST ${path}`]: { json: { id: 'run_1', status: 'running' } } });

    const { exit, stdout } = await perform([...line, '--url', fake.url]);

    expect({ exit, stdout }).toEqual({ exit: 0, stdout: 'run_1 running' });
    expect(fake.asked[0]?.body).toEqual(body);
  });
});
