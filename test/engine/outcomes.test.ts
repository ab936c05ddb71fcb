/** The five outcomes: what `yield`, `next`, `return`, `stop` and `fail` end, from wherever they stand. */
import { describe, expect, it } from 'vitest';
import { hostOf, outputsOf, runFlow } from './run-flow.ts';
import { answered, failing } from './world.ts';

describe('yield', () => {
  it('ends the block it stands in, with its value', async () => {
    const steps = `
  - id: chosen
    if: \${{ true }}
    then: [{ yield: 1 }, { card: test.fail }]
  - return: { chosen: "\${{ steps.chosen }}" }`;

    expect(await outputsOf(steps)).toEqual({ chosen: 1 });
  });

  it('ends the inner block alone: the one around it goes on', async () => {
    const steps = `
  - id: outer
    if: \${{ true }}
    then:
      - { id: inner, if: "\${{ true }}", then: [{ yield: 1 }] }
      - yield: { inner: "\${{ steps.inner }}", after: true }
  - return: { outer: "\${{ steps.outer }}" }`;

    expect(await outputsOf(steps)).toEqual({ outer: { inner: 1, after: true } });
  });
});

describe('next', () => {
  it('ends the item from any depth, with its result', async () => {
    const steps = `
  - id: each
    forEach: [1, 2]
    do:
      - if: \${{ item = 1 }}
        then: [{ try: [{ next: one }] }]
      - yield: other
  - return: { results: "\${{ steps.each.results }}" }`;

    expect(await outputsOf(steps)).toEqual({ results: ['one', 'other'] });
  });

  it('ends the innermost loop`s item alone', async () => {
    const steps = `
  - id: outer
    forEach: [1, 2]
    do:
      - { id: inner, forEach: [a, b], do: [{ when: "\${{ item = 'a' }}", next: null }, { yield: "\${{ item }}" }] }
      - yield: \${{ steps.inner.results }}
  - return: { results: "\${{ steps.outer.results }}" }`;

    expect(await outputsOf(steps)).toEqual({ results: [['b'], ['b']] });
  });

  it('of null leaves the item out of the results, and counts it as well', async () => {
    const steps = `
  - { id: each, forEach: [1, 2, 3], do: [{ when: "\${{ item = 2 }}", next: null }, { yield: "\${{ item }}" }] }
  - return: { each: "\${{ steps.each }}" }`;

    expect(await outputsOf(steps)).toEqual({
      each: { results: [1, 3], failures: [], counts: { ok: 3, failed: 0 } },
    });
  });

  it('ends the round of a while', async () => {
    const steps = `
  - set: { n: 0 }
  - id: rounds
    while: \${{ vars.n < 3 }}
    do:
      - set: { n: "\${{ vars.n + 1 }}" }
      - when: \${{ vars.n = 2 }}
        next: two
      - yield: \${{ vars.n }}
  - return: { rounds: "\${{ steps.rounds }}" }`;

    expect(await outputsOf(steps)).toEqual({ rounds: { results: [1, 'two', 3], rounds: 3 } });
  });

  it('from a branch of parallel ends the item around it, and what runs beside is cut short', async () => {
    const host = hostOf(`
steps:
  - id: each
    forEach: [1]
    do:
      - parallel:
          quick: [{ next: gone }]
          slow: [{ wait: { for: 1h } }, { card: world.safe, with: { name: late } }]
      - yield: never
  - return: { results: "\${{ steps.each.results }}" }`);

    const state = await host.finish();

    expect(state.outputs).toEqual({ results: ['gone'] });
    expect(host.world.names).toEqual([]);
  });
});

describe('return', () => {
  it('ends the run from any depth, well, with its outputs', async () => {
    const state = await runFlow(`
steps:
  - forEach: [1, 2]
    do:
      - try: [{ if: "\${{ true }}", then: [{ return: { item: "\${{ item }}" } }] }]
        catch: [{ card: test.fail }]
  - card: test.fail`);

    expect([state.status, state.outputs]).toEqual(['succeeded', { item: 1 }]);
  });

  it('fits the outputs to their declaration, and fails when they cannot be fitted', async () => {
    const flow = (value: string) => `
outputs: { days: { type: integer } }
steps: [{ id: last, return: { days: "\${{ ${value} }}" } }]`;

    expect((await runFlow(flow('3'))).outputs).toEqual({ days: 3 });
    expect((await runFlow(flow("'soon'"))).error).toMatchObject({ code: 'invalid_outputs', step: 'last' });
  });
});

describe('stop', () => {
  it('ends the run well, without outputs, and keeps the reason', async () => {
    const state = await runFlow(
      `steps: [{ if: "\${{ true }}", then: [{ stop: Not today }] }, { card: test.fail }]`,
    );

    expect(state).toMatchObject({ status: 'succeeded', outputs: null, reason: 'Not today' });
  });
});

describe('fail', () => {
  it('ends the run when nothing catches it, with what it was given', async () => {
    const state = await runFlow(`
steps: [{ id: no, fail: { code: kind, message: No such kind, status: 400, data: { seen: 1 } } }]`);

    expect(state.status).toBe('failed');
    expect(state.error).toEqual({
      code: 'kind',
      message: 'No such kind',
      status: 400,
      data: { seen: 1 },
      step: 'no',
      fromFlow: true,
    });
  });

  it('takes a sentence for its message', async () => {
    const state = await runFlow(`steps: [{ fail: "\${{ 'Not so' }}" }]`);

    expect(state.error).toMatchObject({ code: 'failed', message: 'Not so' });
  });

  it('in a catch passes the error on, with the step that failed first', async () => {
    const state = await runFlow(`
steps: [{ try: [{ id: broken, card: test.fail }], catch: [{ fail: "\${{ error }}" }] }]`);

    expect(state.error).toMatchObject({ code: 'broken', message: 'It said broken', step: 'broken' });
  });
});

describe('a run that nothing ends before its time', () => {
  it('ends well, with no outputs', async () => {
    expect(await runFlow('steps: [{ card: test.echo, with: { value: 1 } }]')).toMatchObject({
      status: 'succeeded',
      outputs: {},
    });
  });

  it('ends well when it has no steps to take', async () => {
    expect((await runFlow('steps: [{ when: "${{ false }}", card: test.fail }]')).status).toBe('succeeded');
  });
});

describe('finally', () => {
  const flow = (outcome: string) => `
steps:
  - set: { seen: 0 }
  - forEach: [1]
    do:
      - try: [{ ${outcome} }]
        finally: [{ card: world.safe, with: { name: audit } }]
      - card: world.safe
        with: { name: after }`;

  it.each([
    ['yield: 1', ['audit', 'after'], 'succeeded'],
    ['next: 1', ['audit'], 'succeeded'],
    ['return: { a: 1 }', ['audit'], 'succeeded'],
    ['stop: enough', ['audit'], 'succeeded'],
    ['fail: { code: no, message: No }', ['audit'], 'failed'],
  ])('runs after `%s`, which then has its way', async (outcome, names, status) => {
    const host = hostOf(flow(outcome));

    const state = await host.finish();

    expect([host.world.names, state.status]).toEqual([names, status]);
  });

  it('gives way to what it fails with itself', async () => {
    const state = await runFlow(`
steps: [{ try: [{ return: { a: 1 } }], finally: [{ card: test.fail, with: { code: worse } }] }]`);

    expect(state.error?.code).toBe('worse');
  });

  it('leaves the value of the try as it was', async () => {
    const steps = `
  - { id: tried, try: [{ yield: 1 }], finally: [{ yield: 2 }] }
  - return: { tried: "\${{ steps.tried }}" }`;

    expect(await outputsOf(steps)).toEqual({ tried: 1 });
  });

  it('runs in the items that the failure of another one cuts short', async () => {
    const host = hostOf(`
steps:
  - forEach: [bad, good]
    concurrency: 2
    do:
      - { when: "\${{ item = 'bad' }}", card: world.safe, with: { name: bad } }
      - try: [{ wait: { for: 1h } }]
        finally: [{ card: world.safe, with: { name: "clean up \${{ item }}" } }]
      - { card: world.safe, with: { name: after } }`);
    host.world.fate = ({ name }) =>
      name === 'bad' ? { ...failing('bad', { status: 400 }), afterMs: 100 } : answered(name);

    const state = await host.finish();

    expect([state.status, host.world.names]).toEqual(['failed', ['bad', 'clean up good']]);
  });
});
