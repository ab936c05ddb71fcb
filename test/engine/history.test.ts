/** The history of a run: every step with what it was given and gave, its attempts, its times and its errors. */
import { describe, expect, it } from 'vitest';
import type { StepRecord } from '../../src/domain/run.ts';
import { veiled } from '../../src/engine/veil.ts';
import { idle } from './memory-host.ts';
import type { MemoryHost } from './memory-host.ts';
import { hostOf } from './run-flow.ts';
import { answered, failing } from './world.ts';

const stepOf = (host: MemoryHost, path: string): StepRecord => {
  const step = host.history.steps.find((each) => each.path === path);
  if (step === undefined)
    throw new Error(`no step ${path} in ${host.history.steps.map((each) => each.path).join(', ')}`);
  return step;
};
const told = (host: MemoryHost): readonly (readonly [string, string])[] =>
  host.history.steps.map(({ path, status }) => [path, status]);

describe('the history of a run', () => {
  it('tells who started it, with what, when it ended and what came out', async () => {
    const host = hostOf(
      'inputs: { n: { type: integer } }\nsteps: [{ wait: { for: 1m } }, { return: { n: "${{ inputs.n }}" } }]',
      {
        inputs: { n: 3 },
      },
    );
    const begun = host.clock.now;

    await host.finish();

    expect(host.history.detail).toEqual({
      id: host.id,
      flow: 'test',
      version: 1,
      attempt: 1,
      trigger: 'manual',
      caller: { kind: 'token', id: 'tok_test' },
      parent: null,
      origin: null,
      status: 'succeeded',
      steps: 2,
      createdAt: begun,
      finishedAt: begun + 60_000,
      inputs: { n: 3 },
      outputs: { n: 3 },
      response: null,
      error: null,
      reason: null,
      waiting: null,
    });
  });

  it('has a line for every step, in the order in which they began, loops unrolled', async () => {
    const host = hostOf(`
steps:
  - { id: off, when: "\${{ false }}", card: test.echo }
  - { set: { n: 0 } }
  - { id: each, forEach: [a, b], do: [{ id: one, card: test.echo, with: { value: "\${{ item }}" } }] }
  - { id: rounds, while: "\${{ vars.n < 1 }}", do: [{ set: { n: 1 } }] }
  - { id: both, parallel: { left: [{ yield: 1 }] } }
  - { id: tried, try: [{ card: test.fail }], catch: [{ yield: caught }] }
  - stop: enough`);

    await host.finish();

    expect(told(host)).toEqual([
      ['off', 'skipped'],
      ['#1', 'succeeded'],
      ['each', 'succeeded'],
      ['each/0/one', 'succeeded'],
      ['each/1/one', 'succeeded'],
      ['rounds', 'succeeded'],
      ['rounds/0/#0', 'succeeded'],
      ['both', 'succeeded'],
      ['both/left/#0', 'succeeded'],
      ['tried', 'succeeded'],
      ['tried/try/#0', 'failed'],
      ['tried/catch/#0', 'succeeded'],
      ['#6', 'succeeded'],
    ]);
  });

  it('has inputs and outputs of pure steps, effects and blocks', async () => {
    const host = hostOf(`
steps:
  - { id: pure, title: Think, card: test.echo, with: { value: [1] } }
  - { id: effect, card: world.safe, with: { name: x } }
  - { id: vars, set: { n: 1 } }
  - { id: each, forEach: [a, b], do: [{ yield: "\${{ item }}" }] }
  - { id: chosen, if: "\${{ true }}", then: [{ yield: 1 }] }`);

    await host.finish();

    expect(stepOf(host, 'pure')).toMatchObject({
      title: 'Think',
      kind: 'card',
      card: 'test.echo',
      input: { value: [1] },
      output: [1],
    });
    expect(stepOf(host, 'effect')).toMatchObject({ input: { name: 'x' }, output: { name: 'x' } });
    expect(stepOf(host, 'vars')).toMatchObject({ kind: 'set', card: null, output: { n: 1 } });
    expect(stepOf(host, 'each')).toMatchObject({
      input: { items: 2 },
      output: { results: ['a', 'b'], counts: { ok: 2 } },
    });
    expect(stepOf(host, 'chosen')).toMatchObject({ input: { branch: 'then' }, output: 1 });
  });

  it('has every attempt with its time, its error and what became of it', async () => {
    const host = hostOf('steps: [{ id: it, card: world.safe }]');
    host.world.fate = ({ number }) =>
      number === 1 ? { ...failing('busy', { status: 429 }), afterMs: 200 } : answered('well', 300);
    const begun = host.clock.now;

    await host.finish();

    const { attempts, startedAt, finishedAt, error } = stepOf(host, 'it');
    expect([startedAt, finishedAt, error]).toEqual([begun, begun + 1_500, null]);
    expect(attempts.map(({ number, happened, error: of }) => [number, happened, of?.code])).toEqual([
      [1, 'no', 'busy'],
      [2, 'yes', undefined],
    ]);
    const times = attempts.map((each) => [each.startedAt, each.finishedAt, each.retryAt]);
    expect(times).toEqual([
      [begun, begun + 200, begun + 1_200],
      [begun + 1_200, begun + 1_500, null],
    ]);
  });

  it('shows what the run is waiting for: a time, and steps in doubt', async () => {
    const host = hostOf(
      'steps: [{ parallel: { later: [{ wait: { for: 1h } }], unsure: [{ id: it, card: world.once }] } }]',
    );
    host.world.fate = () => failing('network', { happened: 'unknown' }, 'Cut off');
    const begun = host.clock.now;

    await host.go();

    expect(host.history.detail.waiting).toEqual({ until: begun + 3_600_000, inDoubt: ['#0/unsure/it'] });
    expect(stepOf(host, '#0/unsure/it')).toMatchObject({
      status: 'in_doubt',
      finishedAt: null,
      attempts: [{ happened: 'unknown', error: { code: 'in_doubt', message: 'Cut off' } }],
    });
  });

  it('shows steps that are under way as running, and those of a block around them too', async () => {
    const host = hostOf('steps: [{ id: block, if: "${{ true }}", then: [{ id: it, card: world.safe }] }]');
    host.world.fate = () => ({ arrives: true, then: 'silence' });

    void host.begin();
    await idle();

    expect(told(host)).toEqual([
      ['block', 'running'],
      ['block/then/it', 'running'],
    ]);
  });

  it('says of blocks why they ended: their own failure, another one`s, or none', async () => {
    const host = hostOf(`
steps:
  - id: outer
    if: \${{ true }}
    then:
      - id: both
        parallel:
          bad: [{ id: inner, if: "\${{ true }}", then: [{ id: it, card: world.safe, with: { name: bad } }] }]
          beside: [{ id: cut, if: "\${{ true }}", then: [{ wait: { for: 1h } }] }]`);
    host.world.fate = ({ name }) => (name === 'bad' ? failing('bad', { status: 400 }) : answered(name));

    await host.finish();

    expect(told(host)).toEqual([
      ['outer', 'failed'],
      ['outer/then/both', 'failed'],
      ['outer/then/both/bad/inner', 'failed'],
      ['outer/then/both/beside/cut', 'cancelled'],
      ['outer/then/both/bad/inner/then/it', 'failed'],
      ['outer/then/both/beside/cut/then/#0', 'cancelled'],
    ]);
    expect(stepOf(host, 'outer').error?.code).toBe('bad');
  });

  it('ends what was cut short when its loop is left, though the run goes on', async () => {
    const host = hostOf(`
steps:
  - try: [{ parallel: { waits: [{ id: pause, wait: { for: 1h } }], bad: [{ card: test.fail }] } }]
    catch: []
  - { id: after, wait: { for: 1d } }`);

    await host.go();

    expect(told(host).slice(-3)).toEqual([
      ['#0/try/#0/waits/pause', 'cancelled'],
      ['#0/try/#0/bad/#0', 'failed'],
      ['after', 'waiting'],
    ]);
  });

  it('tells the attempts of the run apart: what was recalled is not told again', async () => {
    const host = hostOf(
      'steps: [{ id: a, card: world.once, with: { name: a } }, { id: b, card: world.once, with: { name: b } }]',
    );
    host.world.fate = ({ name, number }) =>
      name === 'b' && number === 1 ? failing('bad', { status: 400 }) : answered(name);
    await host.finish();
    await host.finish(host.retry());

    expect(host.history.steps.map(({ path, status, runAttempt }) => [path, status, runAttempt])).toEqual([
      ['a', 'succeeded', 1],
      ['b', 'failed', 1],
      ['b', 'succeeded', 2],
    ]);
  });

  it('ends what the time limit cut off, in the attempt of the run in which that was', async () => {
    const host = hostOf('settings: { timeout: 1h }\nsteps: [{ id: pause, wait: { for: 90m } }]');
    const begun = host.clock.now;
    await host.finish();
    await host.go(host.retry());

    expect(host.history.steps.map(({ status, finishedAt }) => [status, finishedAt])).toEqual([
      ['cancelled', begun + 3_600_000],
      ['waiting', null],
    ]);
  });

  it('shortens inputs of more than 64 KB', async () => {
    const host = hostOf(
      'inputs: { long: { type: string } }\nsteps: [{ id: it, card: world.safe, with: { name: "${{ inputs.long }}" } }]',
      {
        inputs: { long: 'x'.repeat(70_000) },
      },
    );

    await host.finish();

    expect(stepOf(host, 'it').input).toMatchObject({ truncated: true, bytes: 70_011 });
  });
});

describe('the setting `history`', () => {
  const flow = (history: string) => `
inputs: { login: { type: string } }
settings: { history: ${history} }
steps:
  - { id: made, card: world.safe, with: { name: "\${{ inputs.login }}" } }
  - { id: bad, card: world.safe, with: { name: bad }, onError: continue }
  - { forEach: ["\${{ inputs.login }}"], do: [{ yield: "\${{ item }}" }] }
  - respond: { headers: { X-Login: "\${{ inputs.login }}" }, body: { login: "\${{ inputs.login }}" } }
  - stop: "\${{ inputs.login }} is done"`;
  const ran = async (history: string): Promise<MemoryHost> => {
    const host = hostOf(flow(history), { inputs: { login: 'ana' } });
    host.world.fate = ({ name }) =>
      name === 'bad' ? failing('bad', { status: 400, body: 'ana' }, 'No ana') : answered({ name });
    await host.finish();
    return host;
  };
  const seenOf = (host: MemoryHost): string => {
    const { detail, steps, state } = host.history;
    return JSON.stringify({ detail, steps, live: host.journal.map((entry) => veiled(state, entry)) });
  };

  it('full keeps everything', async () => {
    expect(stepOf(await ran('full'), 'made').output).toEqual({ name: 'ana' });
  });

  it('masked keeps the shape of values, and no value', async () => {
    const host = await ran('masked');

    expect(stepOf(host, 'made')).toMatchObject({ input: { name: '••••••' }, output: { name: '••••••' } });
    expect(seenOf(host)).not.toContain('ana');
  });

  it('none keeps what happened and when, with the codes of errors', async () => {
    const host = await ran('none');

    expect(stepOf(host, 'made')).toMatchObject({ status: 'succeeded', input: null, output: null });
    expect(stepOf(host, 'bad').error).toMatchObject({ code: 'bad', status: 400, body: null });
    expect(host.history.detail).toMatchObject({ status: 'succeeded', inputs: null, outputs: null });
    expect(seenOf(host)).not.toContain('ana');
  });
});
