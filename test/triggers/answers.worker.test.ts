import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { RunAnswer } from '../../src/domain/lane.ts';
import { mintRunId } from '../../src/domain/ids.ts';
import { DONE, doorsSaying, json, problem, publish, RUNNING, setUp } from './doorway.ts';

beforeAll(async () => {
  await setUp();
  await publish({
    waiting: 'trigger: { kind: api, auth: public, wait: 10s }\nsteps: [{ return: {} }]',
    accepting: 'trigger: { kind: api, auth: public, reply: accept }\nsteps: [{ return: {} }]',
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const failed = (error: object): RunAnswer => ({ status: 'failed', error: JSON.stringify(error) });
const responding = (response: object, status: RunAnswer['status'] = 'succeeded'): RunAnswer => ({
  status,
  response: JSON.stringify({ status: 200, headers: {}, body: null, ...response }),
});

describe('a run that ends in time', () => {
  it('without outputs answers with an empty object', async () => {
    const response = await doorsSaying({ status: 'succeeded' }).call();

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({});
    expect(response.headers.get('Cache-Control')).toBe('no-store');
  });

  it('by failing says the run and nothing of what went wrong inside', async () => {
    const { call, lanes } = doorsSaying(
      failed({ code: 'http_status', message: 'db.internal said no', status: 403 }),
    );

    const refused = await problem(call());

    expect(refused).toMatchObject({ status: 500, code: 'run_failed', run: lanes.allRuns()[0] });
    expect(JSON.stringify(refused)).not.toContain('db.internal');
    expect(refused.headers.get('Sluice-Run')).toBe(lanes.allRuns()[0]);
  });

  it('by `fail` says what the flow chose to say, with its status', async () => {
    const error = { code: 'kind', message: 'No such kind', status: 400, fromFlow: true };

    const refused = await problem(doorsSaying(failed(error)).call());

    expect(refused).toMatchObject({
      status: 400,
      code: 'run_failed',
      detail: 'No such kind',
      error: { code: 'kind', message: 'No such kind' },
    });
  });

  it.each([undefined, 200, 399, 600])('by `fail` with the status %s is a 500', async (status) => {
    const error = { code: 'kind', message: 'No', fromFlow: true, ...(status && { status }) };

    expect((await doorsSaying(failed(error)).call()).status).toBe(500);
  });

  it('by being cancelled is a failure', async () => {
    expect(await problem(doorsSaying({ status: 'cancelled' }).call())).toMatchObject({
      status: 500,
      code: 'run_failed',
      detail: 'The run was cancelled.',
    });
  });
});

describe('a flow that responds', () => {
  it('answers as written', async () => {
    const headers = { 'content-type': 'text/csv', 'x-count': '2', 'cache-control': 'max-age=60' };

    const response = await doorsSaying(responding({ status: 201, headers, body: 'a,b' })).call();

    expect(response.status).toBe(201);
    expect(Object.fromEntries(response.headers)).toMatchObject(headers);
    expect(await response.text()).toBe('a,b');
  });

  it('answers before its run ends', async () => {
    const response = await doorsSaying(responding({ body: { early: true } }, 'running')).call();

    expect(response.status).toBe(200);
    expect(response.headers.get('Content-Type')).toBe('application/json');
    expect(await response.json()).toEqual({ early: true });
  });

  it('counts with its response although the run failed after it', async () => {
    const answer = { ...responding({ status: 202, body: 'taken' }), status: 'failed' as const, error: '{}' };

    expect(await (await doorsSaying(answer).call()).text()).toBe('taken');
  });

  it('does not get through what is about the connection, our cookies or our own headers', async () => {
    const headers = {
      connection: 'close',
      'transfer-encoding': 'chunked',
      upgrade: 'h2c',
      'content-length': '999',
      'set-cookie': '__Host-sluice=stolen',
      'sluice-run': 'run_other',
      'sluice-anything': 'x',
    };
    const { call, lanes } = doorsSaying(responding({ headers, body: 'ok' }));

    const response = await call();

    expect(response.headers.get('Sluice-Run')).toBe(lanes.allRuns()[0]);
    expect(response.headers.getSetCookie()).toEqual([]);
    for (const name of ['connection', 'transfer-encoding', 'upgrade', 'sluice-anything']) {
      expect(response.headers.has(name)).toBe(false);
    }
    expect(await response.text()).toBe('ok');
  });

  it('cannot make a page that has our cookies', async () => {
    const headers = { 'content-type': 'text/html', 'content-security-policy': "img-src 'self'" };

    const response = await doorsSaying(responding({ headers, body: '<script></script>' })).call();

    expect(response.headers.get('Content-Security-Policy')).toMatch(/^img-src 'self', sandbox/);
  });

  it('may answer without a body', async () => {
    const response = await doorsSaying(responding({ status: 204, body: 'ignored' })).call();

    expect(response.status).toBe(204);
    expect(await response.text()).toBe('');
  });
});

describe('a run that takes longer than its caller waits', () => {
  it('is answered with 202 and a link, behind which its answer will be', async () => {
    const { call, ask, lanes, change } = doorsSaying(RUNNING);

    const sentAway = await call();
    const link = sentAway.headers.get('Location') ?? '';
    const tooEarly = await ask(link);
    change(DONE);
    const late = await ask(link);

    expect(sentAway.status).toBe(202);
    expect(sentAway.headers.get('Retry-After')).toBe('1');
    expect(await sentAway.json()).toEqual({ id: lanes.allRuns()[0], status: 'running' });
    expect(tooEarly.status).toBe(202);
    expect(tooEarly.headers.get('Location')).toBe(link);
    expect(late.status).toBe(200);
    expect(late.headers.get('Sluice-Run')).toBe(lanes.allRuns()[0]);
    expect(await late.json()).toEqual({ ok: true });
  });

  it('is answered so at once with `reply: accept`, however fast it is', async () => {
    const { ask, lanes } = doorsSaying(DONE);

    const response = await ask('/invoke/accepting', json({}));

    expect(response.status).toBe(202);
    expect(await response.json()).toMatchObject({ id: lanes.allRuns()[0] });
    expect(await (await ask(response.headers.get('Location') ?? '')).json()).toEqual({ ok: true });
  });

  it('shows failures and responses behind the link as the endpoint would have', async () => {
    const { call, ask, change } = doorsSaying(RUNNING);
    const link = (await call()).headers.get('Location') ?? '';

    change(failed({ code: 'gone', message: 'Gone', status: 410, fromFlow: true }));
    expect(await problem(ask(link))).toMatchObject({ status: 410, code: 'run_failed', detail: 'Gone' });
    change(responding({ status: 418, body: 'teapot' }));
    expect((await ask(link)).status).toBe(418);
  });
});

const linkOfRun = async () => {
  const doors = doorsSaying(RUNNING);
  const link = (await doors.call()).headers.get('Location') ?? '';
  return { ...doors, link };
};

describe('a link to a result', () => {
  it('is good for 24 hours', async () => {
    const { ask, link, change } = await linkOfRun();
    change(DONE);
    const start = Date.now();

    vi.useFakeTimers({ now: start + 24 * 3_600_000 - 60_000, toFake: ['Date'] });
    expect((await ask(link)).status).toBe(200);
    vi.setSystemTime(start + 24 * 3_600_000 + 60_000);
    expect(await problem(ask(link))).toMatchObject({ status: 410, code: 'expired' });
  });

  it('is not found with another signature, of another run, or none', async () => {
    const { ask, link, lanes } = await linkOfRun();
    const calls = lanes.calls.length;
    const [run = '', mac = ''] = link.slice('/results/'.length).split('.');
    const other = mintRunId(Date.now(), 1, (length) => new Uint8Array(length));
    const flipped = (mac.startsWith('A') ? 'B' : 'A') + mac.slice(1);

    for (const forged of [`${run}.${flipped}`, `${other}.${mac}`, run, `${run}.`, `${run}.${mac}.x`, 'x.y']) {
      expect(await problem(ask(`/results/${forged}`))).toMatchObject({ status: 404, code: 'not_found' });
    }
    expect(lanes.calls).toHaveLength(calls);
  });

  it('is gone when the lane has forgotten the answer', async () => {
    const { ask, link, lanes } = await linkOfRun();
    for (const lane of lanes.objects.values()) lane.runs.clear();

    expect(await problem(ask(link))).toMatchObject({ status: 410, code: 'expired' });
  });

  it('can be read only', async () => {
    const { ask, link } = await linkOfRun();

    const refused = await problem(ask(link, { method: 'POST' }));

    expect(refused).toMatchObject({ status: 405 });
    expect(refused.headers.get('Allow')).toBe('GET, HEAD');
    expect((await ask(link, { method: 'HEAD' })).status).toBe(202);
  });
});
