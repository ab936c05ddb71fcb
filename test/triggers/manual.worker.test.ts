import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { TRIGGER_KINDS } from '../../src/domain/flow.ts';
import { setStatus } from '../../src/storage/flows.ts';
import type { DryOrder, ManualPorts } from '../../src/triggers/manual/door.ts';
import { json, openDoors, problem, publish, setUp, tokenWith } from './doorway.ts';

const TRIGGERS = {
  manual: '{ kind: manual }',
  helper: '{ kind: helper }',
  api: '{ kind: api, methods: [GET] }',
  schedule: '{ kind: schedule, cron: "0 9 * * 1-5" }',
  event: '{ kind: event, source: okta, types: [user.lifecycle.*] }',
  delegated: '{ kind: delegated, allow: [ana@example.com] }',
};
const flowWith = (trigger: string): string =>
  `trigger: ${trigger}\ninputs: { name: { type: string, default: world } }\nsteps: [{ return: {} }]`;

let starter = '';
beforeAll(async () => {
  await setUp();
  const all = Object.entries(TRIGGERS).map(([kind, trigger]) => [`of/${kind}`, flowWith(trigger)]);
  await publish({
    ...Object.fromEntries(all),
    off: flowWith('{ kind: manual }'),
    gone: flowWith('{ kind: manual }'),
  });
  await setStatus(env.DB, 'off', { status: 'disabled', at: Date.now() });
  await setStatus(env.DB, 'gone', { status: 'archived', at: Date.now() });
  starter = await tokenWith(['runs:start', 'flows:write']);
});

const by = (token: string) => ({ Authorization: `Bearer ${token}` });
const post = (body: unknown, headers: Record<string, string> = {}) =>
  json(body, { ...by(starter), ...headers });

describe('a run by hand', () => {
  it('is answered at once with its id, its version and where it can be seen', async () => {
    const { ask, lanes, created } = openDoors({ respond: () => ({ status: 'queued' }) });

    const response = await ask('/api/v1/flows/of%2Fmanual/runs', post({ inputs: { name: 'Stella' } }));

    const [id = ''] = lanes.allRuns();
    expect(response.status).toBe(202);
    expect(response.headers.get('Location')).toBe(`/api/v1/runs/${id}`);
    expect(await response.json()).toEqual({
      id,
      flow: 'of/manual',
      version: 1,
      status: 'queued',
      url: `https://sluice.example/api/v1/runs/${id}`,
    });
    expect(created()[0]).toMatchObject({
      trigger: 'manual',
      inputs: { name: 'Stella' },
      caller: { kind: 'token', id: expect.stringMatching(/^tok_/) },
    });
  });

  it.each(TRIGGER_KINDS)('may be of a flow with the trigger %s', async (kind) => {
    const response = await openDoors().ask(`/api/v1/flows/of%2F${kind}/runs`, {
      method: 'POST',
      headers: by(starter),
    });

    expect(response.status).toBe(202);
  });

  it('has a sample of what the trigger would bring', async () => {
    const { ask, created } = openDoors();

    for (const kind of ['event', 'schedule', 'api']) await ask(`/api/v1/flows/of%2F${kind}/runs`, post({}));

    const brought = (member: string) => created().find((entry) => member in entry)?.[member];
    expect(brought('event')).toMatchObject({
      specversion: '1.0',
      source: 'okta',
      type: 'user.lifecycle.sample',
      data: { eventType: 'user.lifecycle.sample', target: [{ type: 'User' }, { type: 'UserGroup' }] },
    });
    expect(brought('schedule')).toMatchObject({ at: expect.stringMatching(/:00\.000Z$/) });
    expect(brought('request')).toMatchObject({
      method: 'GET',
      body: { name: 'world' },
      rawBody: '{"name":"world"}',
    });
  });

  it('has what was sent in place of the sample', async () => {
    const { ask, created } = openDoors();

    await ask('/api/v1/flows/of%2Fevent/runs', post({ event: { type: 'mine' } }));

    expect(created()[0]).toMatchObject({ event: { type: 'mine' } });
  });

  it('has no sample when none is wanted', async () => {
    const { ask, created } = openDoors();

    await ask('/api/v1/flows/of%2Fevent/runs', post({ sample: false }));

    expect(created()[0]).not.toHaveProperty('event');
  });

  it('is one and the same for one Idempotency-Key', async () => {
    const { ask, lanes } = openDoors();
    const send = (inputs: object) =>
      ask('/api/v1/flows/of%2Fmanual/runs', post({ inputs }, { 'Idempotency-Key': 'k' }));

    const [first, second] = [await send({ name: 'a' }), await send({ name: 'a' })];

    expect(second.headers.get('Idempotency-Replayed')).toBe('true');
    expect(await second.json()).toEqual(await first.json());
    expect(await problem(send({ name: 'b' }))).toMatchObject({ status: 422, code: 'key_reused' });
    expect(lanes.allRuns()).toHaveLength(1);
  });

  it('is refused for wrong inputs, unknown members and any query, and then nothing starts', async () => {
    const { ask, lanes } = openDoors();
    const path = '/api/v1/flows/of%2Fmanual/runs';

    expect((await problem(ask(path, post({ inputs: { name: 1 } })))).errors).toMatchObject([
      { path: 'name' },
    ]);
    const misspelt = await problem(ask(path, post({ input: {} })));
    expect(misspelt).toMatchObject({ status: 422, errors: [{ path: 'input' }] });
    expect(misspelt.errors?.[0]?.message).toContain('did you mean "inputs"?');
    expect(await problem(ask(`${path}?dry=true`, post({})))).toMatchObject({ status: 422 });
    expect(await problem(ask(path, { ...post({}), body: '{' }))).toMatchObject({ status: 400 });
    expect(await problem(ask(path, post({}, { 'Content-Type': 'text/plain' })))).toMatchObject({
      status: 415,
    });
    expect(lanes.calls).toEqual([]);
  });

  it('is not found for a flow that is unknown or archived, and in conflict with a disabled one', async () => {
    const { ask } = openDoors();

    expect(await problem(ask('/api/v1/flows/nobody/runs', post({})))).toMatchObject({ status: 404 });
    expect(await problem(ask('/api/v1/flows/gone/runs', post({})))).toMatchObject({ status: 404 });
    expect(await problem(ask('/api/v1/flows/off/runs', post({})))).toMatchObject({
      status: 409,
      code: 'conflict',
    });
  });

  it('needs a token that may start runs', async () => {
    const { ask } = openDoors();
    const reader = await tokenWith(['runs:read', 'invoke:of/manual']);

    expect((await ask('/api/v1/flows/of%2Fmanual/runs', json({}))).status).toBe(401);
    expect((await ask('/api/v1/flows/of%2Fmanual/runs', json({}, by(reader)))).status).toBe(403);
  });

  it('is started by POST only', async () => {
    const refused = await problem(
      openDoors().ask('/api/v1/flows/of%2Fmanual/runs', { headers: by(starter) }),
    );

    expect(refused).toMatchObject({ status: 405 });
    expect(refused.headers.get('Allow')).toBe('POST');
  });
});

describe('a run of a text that is not saved', () => {
  it('is a run of version 0, which brings its definition along', async () => {
    const { ask, lanes, created } = openDoors();

    const response = await ask('/api/v1/runs', post({ name: 'draft', text: flowWith('{ kind: manual }') }));

    expect(await response.json()).toMatchObject({ flow: 'draft', version: 0 });
    expect(created()[0]).toMatchObject({ flow: 'draft', version: 0, inputs: { name: 'world' } });
    expect(lanes.calls).toHaveLength(1);
  });

  it('is refused with every place in the text that is wrong', async () => {
    const { ask, lanes } = openDoors();

    const refused = await problem(
      ask('/api/v1/runs', post({ text: 'trigger: { kind: manuel }\nsteps: [{ card: text.nobody }]' })),
    );

    expect(refused).toMatchObject({ status: 422, code: 'invalid_flow' });
    expect(refused.errors?.length).toBeGreaterThan(1);
    expect(refused.errors?.[0]).toMatchObject({ line: 1 });
    expect(lanes.calls).toEqual([]);
  });

  it('needs a token that may write flows, for a text can do all that a flow can', async () => {
    const token = await tokenWith(['runs:start']);

    expect((await openDoors().ask('/api/v1/runs', json({ text: '' }, by(token)))).status).toBe(403);
  });
});

const dryDoors = () => {
  const orders: DryOrder[] = [];
  const ports: ManualPorts = {
    dryRun: async (_, order) => {
      orders.push(order);
      return { status: 'succeeded', outputs: {}, effects: [] };
    },
  };
  return { orders, ...openDoors({ ports }) };
};

describe('a dry run', () => {
  it('is performed by the engine, with the same start, and no lane hears of it', async () => {
    const { ask, orders, lanes } = dryDoors();

    const response = await ask('/api/v1/flows/of%2Fevent/runs', post({ dry: true, event: { type: 'mine' } }));

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ status: 'succeeded', outputs: {}, effects: [] });
    expect(orders).toMatchObject([
      { flow: { name: 'of/event' }, version: 1, start: { trigger: 'manual', event: { type: 'mine' } } },
    ]);
    expect(lanes.calls).toEqual([]);
  });

  it('may be of a disabled flow, and of a text', async () => {
    const { ask, orders } = dryDoors();

    await ask('/api/v1/flows/off/runs', post({ dry: true }));
    await ask('/api/v1/runs', post({ dry: true, text: flowWith('{ kind: manual }') }));

    expect(orders.map(({ flow, version }) => [flow.name, version])).toEqual([
      ['off', 1],
      ['unsaved', 0],
    ]);
  });
});
