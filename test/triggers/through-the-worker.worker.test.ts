/** The doors before the real lanes: what the fake of the other tests claims, played through the whole Worker. */
import { env, exports } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { mintRunId } from '../../src/domain/ids.ts';
import { json, problem, publish, setUp, tokenWith } from './doorway.ts';

const greet = (more: string) => `
trigger: { kind: api, auth: public${more} }
inputs: { name: { type: string, default: world } }
steps: [{ return: { greeting: "Hello, \${{ inputs.name }}" } }]`;

beforeAll(async () => {
  await setUp();
  await publish({
    hello: greet(', methods: [GET, POST]'),
    own: `${greet('')}\nsettings: { lane: own }`,
    accepting: greet(', reply: accept'),
    limited: greet(', rateLimit: { requests: 1, per: 1h }'),
    slow: 'trigger: { kind: api, auth: public, wait: 100ms }\nsteps: [{ wait: { for: 1h } }, { return: {} }]',
    early:
      'trigger: { kind: api, auth: public }\nsteps: [{ respond: { status: 201, body: early } }, { wait: { for: 1h } }]',
    failing:
      'trigger: { kind: api, auth: public }\nsteps: [{ fail: { code: kind, message: No such kind, status: 400 } }]',
    event:
      'trigger: { kind: event, source: okta, types: [a.b] }\nsteps: [{ return: { type: "${{ event.type }}" } }]',
  });
});

const ask = (path: string, init?: RequestInit): Promise<Response> =>
  exports.default.fetch(new Request(`https://sluice.example${path}`, init));

const keyed = (flow: string): Promise<Response> =>
  ask(`/invoke/${flow}`, json({}, { 'Idempotency-Key': 'k-1' }));

describe('an endpoint before the real lanes', () => {
  it.each(['hello', 'own'])('answers with the outputs of %s', async (flow) => {
    const response = await ask(`/invoke/${flow}`, json({ name: 'Stella' }));

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ greeting: 'Hello, Stella' });
    expect(response.headers.get('X-Request-Id')).toMatch(/^req_/);
  });

  it.each(['hello', 'own'])(
    'T1: starts one run of %s for one key, and gives its one answer',
    async (flow) => {
      const send = (name: string) =>
        ask(`/invoke/${flow}`, json({ name }, { 'Idempotency-Key': `k-${flow}` }));

      const [first, second, other] = [await send('Ann'), await send('Ann'), await send('Bob')];

      expect(second.headers.get('Idempotency-Replayed')).toBe('true');
      expect(second.headers.get('Sluice-Run')).toBe(first.headers.get('Sluice-Run'));
      expect(await second.json()).toEqual(await first.json());
      expect(await problem(Promise.resolve(other))).toMatchObject({ status: 422, code: 'key_reused' });
    },
  );

  it('T1: starts one run for twenty requests with one key at the same time', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => ask('/invoke/hello', json({}, { 'Idempotency-Key': 'crowd' }))),
    );

    const runs = new Set(answers.flatMap(({ headers }) => headers.get('Sluice-Run') ?? []));
    expect(runs.size).toBe(1);
    for (const { status } of answers) expect([200, 409]).toContain(status);
  });

  it('sends the caller of a slow run away, and a second one with its key after it', async () => {
    const [first, second] = [await keyed('slow'), await keyed('slow')];

    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.headers.get('Location')).toBe(first.headers.get('Location'));
    expect((await ask(first.headers.get('Location') ?? '')).status).toBe(202);
  });

  it('lets the result of an accepted run be fetched', async () => {
    const accepted = await ask('/invoke/accepting', json({ name: 'Ann' }));
    const link = accepted.headers.get('Location') ?? '';

    let late = await ask(link);
    for (let tries = 0; late.status === 202 && tries < 50; tries++) late = await ask(link);

    expect(accepted.status).toBe(202);
    expect(await late.json()).toEqual({ greeting: 'Hello, Ann' });
  });

  it('answers early, and replays it', async () => {
    const [first, second] = [await keyed('early'), await keyed('early')];

    expect([first.status, await first.text()]).toEqual([201, 'early']);
    expect([second.status, await second.text()]).toEqual([201, 'early']);
  });

  it('says what `fail` says', async () => {
    expect(await problem(ask('/invoke/failing', json({})))).toMatchObject({
      status: 400,
      code: 'run_failed',
      detail: 'No such kind',
      error: { code: 'kind', message: 'No such kind' },
    });
  });

  it('limits the rate', async () => {
    expect((await ask('/invoke/limited', json({}))).status).toBe(200);
    expect(await problem(ask('/invoke/limited', json({})))).toMatchObject({
      status: 429,
      code: 'rate_limited',
    });
  });

  it('refuses a body over 2 MB, whether it says so or not', async () => {
    const big = 'x'.repeat(3_000_000);
    const stream = new Response(big).body;

    expect(await problem(ask('/invoke/hello', json({ name: big })))).toMatchObject({ status: 413 });
    const unsaid = { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: stream };
    expect(await problem(ask('/invoke/hello', unsaid))).toMatchObject({ status: 413 });
  });

  it('does not find a run whose id was invented', async () => {
    const token = await tokenWith(['runs:read']);
    const invented = mintRunId(Date.now(), 900, (length) => new Uint8Array(length));

    const response = await ask(`/api/v1/runs/${invented}`, { headers: { Authorization: `Bearer ${token}` } });

    expect(response.status).toBe(404);
  });
});

describe('a run by hand before the real lanes', () => {
  it('has the sample of its trigger', async () => {
    const token = await tokenWith(['runs:start', 'runs:read']);
    const headers = { Authorization: `Bearer ${token}` };

    const started = await ask('/api/v1/flows/event/runs', { method: 'POST', headers });
    const { id, status }: { id: string; status: string } = await started.json();
    const show = async (): Promise<{ status: string; outputs: unknown }> =>
      (await ask(`/api/v1/runs/${id}`, { headers })).json();
    let run = await show();
    for (let tries = 0; run.status !== 'succeeded' && tries < 50; tries++) run = await show();

    expect(started.status).toBe(202);
    expect(status).not.toBe('');
    expect(run).toMatchObject({ status: 'succeeded', outputs: { type: 'a.b' } });
  });

  it('of a text needs no saved flow', async () => {
    const token = await tokenWith(['runs:start', 'flows:write']);
    const text = 'trigger: { kind: manual }\nsteps: [{ return: {} }]';

    const dry = await ask('/api/v1/runs', json({ text, dry: true }, { Authorization: `Bearer ${token}` }));
    const real = await ask('/api/v1/runs', json({ text }, { Authorization: `Bearer ${token}` }));

    expect(await dry.json()).toMatchObject({ status: 'succeeded', effects: [] });
    expect(real.status).toBe(202);
    const { results } = await env.DB.prepare("SELECT name FROM flows WHERE name = 'unsaved'").all();
    expect(results).toEqual([]);
  });
});
