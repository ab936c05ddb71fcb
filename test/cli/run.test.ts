import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fakeSluice, type Answers, type FakeSluice } from './fake-sluice.ts';
import { perform } from './fake-terminal.ts';

const ID = 'run_01m859d0jh00aeeb675ek2qdc3';
const AT = '2026-11-23T12:00:00.000Z';

const started = { id: ID, flow: 'hello', version: 3, status: 'running', url: `http://x/${ID}` };

const run = (status: string, more: object = {}) => ({
  id: ID,
  flow: 'hello',
  version: 3,
  status,
  trigger: 'manual',
  caller: { kind: 'token', id: 'first' },
  attempt: 1,
  createdAt: AT,
  finishedAt: AT,
  error: null,
  steps: 1,
  parent: null,
  inputs: {},
  outputs: null,
  reason: null,
  waiting: null,
  ...more,
});

const sse = (...entries: { type: string }[]): string =>
  entries
    .map(
      (entry, at) => `id: ${at + 1}\nevent: ${entry.type}\ndata: ${JSON.stringify({ at: AT, ...entry })}\n\n`,
    )
    .join('');

const END = 'event: end\ndata: {}\n\n';
const stream = (text: string) => ({ text, type: 'text/event-stream' });

const CREATED = { type: 'created', flow: 'hello', version: 3 };
const STEP = { type: 'succeeded', path: 'greet', value: {} };
const DONE = { type: 'finished', status: 'succeeded', outputs: { greeting: 'Hello' } };

const answersFor = (live: Answers[string], end: object): Answers => ({
  'POST /api/v1/flows/hr%2Fhello/runs': { status: 202, json: started },
  [`GET /api/v1/runs/${ID}/entries`]: live,
  [`GET /api/v1/runs/${ID}`]: { json: end },
});

let fake: FakeSluice;
afterEach(() => fake.close());
const line = (...more: string[]) => ['run', 'hr/hello', '--url', fake.url, '--token', 't', ...more];

describe('sluice run', () => {
  it('tells the run step by step on standard error, and gives the outputs on standard output', async () => {
    const live = stream(sse(CREATED, STEP, DONE) + END);
    fake = await fakeSluice(answersFor(live, run('succeeded', { outputs: { greeting: 'Hello' } })));

    const { exit, stdout, stderr } = await perform(line());

    expect(exit).toBe(0);
    expect(stdout).toBe('{"greeting":"Hello"}');
    expect(stderr).toContain('▶ hello@3');
    expect(stderr).toContain('✓ greet');
    expect(stderr).toContain('■ succeeded');
    expect(fake.asked[0]).toMatchObject({ token: 't', body: { inputs: {} } });
  });

  it.each([
    ['failed', 1],
    ['in_doubt', 1],
    ['cancelled', 5],
    ['succeeded', 0],
  ])('ends for a run that is %s with %i', async (status, ending) => {
    fake = await fakeSluice(answersFor(stream(sse(CREATED) + END), run(status)));

    expect((await perform(line())).exit).toBe(ending);
  });

  it('goes on where it was when the connection breaks, and tells nothing twice', async () => {
    const broken = { ...stream(sse(CREATED, STEP)), breaks: true };
    const rest = stream(`id: 3\nevent: finished\ndata: ${JSON.stringify({ at: AT, ...DONE })}\n\n${END}`);
    fake = await fakeSluice(answersFor([broken, rest], run('succeeded')));

    const { exit, stderr } = await perform(line());

    expect(exit).toBe(0);
    expect(stderr.match(/✓ greet/g)).toHaveLength(1);
    const seen = fake.asked.filter(({ path }) => path.endsWith('/entries'));
    expect(seen.map(({ headers }) => headers['last-event-id'])).toEqual([undefined, '2']);
  });

  it('stops at a doubt that only a person can settle, and says how', async () => {
    const doubt = { type: 'doubted', path: 'pay', reason: 'no answer' };
    const open = run('in_doubt', { waiting: { until: null, inDoubt: ['pay'] } });
    fake = await fakeSluice(answersFor(stream(sse(CREATED, doubt)), open));

    const { exit, stderr } = await perform(line());

    expect(exit).toBe(1);
    expect(stderr).toContain(`sluice settle ${ID} pay happened|repeat|fail`);
  });

  it('ends with 6 when --wait is over', async () => {
    fake = await fakeSluice(answersFor(stream(sse(CREATED)), run('waiting', { finishedAt: null })));

    const { exit, stderr } = await perform(line('--wait', '200ms'));

    expect(exit).toBe(6);
    expect(stderr).toContain('still waiting');
  });

  it('--no-follow gives the id and leaves', async () => {
    fake = await fakeSluice(answersFor(stream(''), run('running')));

    expect(await perform(line('--no-follow'))).toMatchObject({ exit: 0, stdout: ID });
    expect(fake.asked).toHaveLength(1);
  });

  it('--json gives each entry as it was sent, one a line', async () => {
    fake = await fakeSluice(answersFor(stream(sse(CREATED, STEP, DONE) + END), run('succeeded')));

    const { stdout, stderr } = await perform(line('--json'));

    const sent = [CREATED, STEP, DONE].map((entry) => ({ at: AT, ...entry }));
    expect(stdout.split('\n').map((text) => JSON.parse(text) as unknown)).toEqual(sent);
    expect(stderr).toBe('');
  });

  it('takes inputs from standard input, and single ones over them: JSON where it is JSON, else text', async () => {
    fake = await fakeSluice(answersFor(stream(END), run('succeeded')));

    await perform(line('--input', '-', '--set', 'days=5', '--set', 'name=Ana', '--set', 'list=["a"]'), {
      input: '{"name":"Stella","team":"hr"}',
    });

    expect(fake.asked[0]?.body).toEqual({ inputs: { name: 'Ana', team: 'hr', days: 5, list: ['a'] } });
  });

  it('sends its idempotency key', async () => {
    fake = await fakeSluice(answersFor(stream(END), run('succeeded')));

    await perform(line('--key', 'k-1'));

    expect(fake.asked[0]?.headers['idempotency-key']).toBe('k-1');
  });

  it('refuses inputs that are no object before anything is sent', async () => {
    fake = await fakeSluice({});

    const { exit, stderr } = await perform(line('--input', '-'), { input: '[1]' });

    expect(exit).toBe(2);
    expect(stderr).toContain('Standard input holds no JSON object');
    expect(fake.asked).toEqual([]);
  });

  it('prints what a callee wrote without letting it command the terminal', async () => {
    const evil = {
      type: 'failed',
      path: 'greet',
      error: { code: 'http', message: '\u001b[2J\u001b]0;x\u0007gone\nnext' },
    };
    fake = await fakeSluice(answersFor(stream(sse(CREATED, evil) + END), run('failed')));

    const { stderr } = await perform(line());

    expect(stderr).not.toContain('\u001b');
    expect(stderr).toContain('gone next');
  });
});

describe('sluice run of a file', () => {
  it('sends its text, and its name as it would be saved', async () => {
    const cwd = mkdtempSync(join(tmpdir(), 'sluice-test-'));
    writeFileSync(join(cwd, 'hello.yaml'), 'title: Hello\n');
    fake = await fakeSluice({
      'POST /api/v1/runs': { status: 202, json: started },
      [`GET /api/v1/runs/${ID}/entries`]: stream(END),
      [`GET /api/v1/runs/${ID}`]: { json: run('succeeded') },
    });

    const { exit } = await perform(['run', 'hello.yaml', '--url', fake.url], { cwd });
    rmSync(cwd, { recursive: true });

    expect(exit).toBe(0);
    expect(fake.asked[0]?.body).toEqual({ name: 'hello', text: 'title: Hello\n', inputs: {} });
  });

  it('that is not there is refused', async () => {
    fake = await fakeSluice({});

    expect(await perform(['run', 'nowhere.yaml', '--url', fake.url])).toMatchObject({
      exit: 3,
      stderr: 'sluice: There is no file nowhere.yaml.',
    });
  });
});

describe('a dry run', () => {
  it('lists the requests that were not sent', async () => {
    const effects = [
      { path: 'pay', card: 'http.request', effect: 'once', request: { method: 'POST', url: 'https://x' } },
    ];
    const dry = { status: 'succeeded', outputs: { ok: true }, error: null, effects };
    fake = await fakeSluice({ 'POST /api/v1/flows/hr%2Fhello/runs': { json: dry } });

    const { exit, stdout, stderr } = await perform(line('--dry'));

    expect(exit).toBe(0);
    expect(stdout).toBe('{"ok":true}');
    expect(stderr).toContain('pay  http.request, not sent');
    expect(stderr).toContain('{"method":"POST","url":"https://x"}');
    expect(fake.asked[0]?.body).toEqual({ inputs: {}, dry: true });
  });
});
