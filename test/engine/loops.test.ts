/** `forEach` and `while`: order, failures, concurrency, rounds, and what is each item's own. */
import { describe, expect, it } from 'vitest';
import { hostOf, outputsOf, runFlow } from './run-flow.ts';
import { answered, failing } from './world.ts';

describe('forEach', () => {
  it('gives the results in the order of the items, whichever is done first', async () => {
    const host = hostOf(`
steps:
  - id: each
    forEach: [slow, quick, slower]
    concurrency: 3
    do: [{ card: world.safe, with: { name: "\${{ item }}" } }]
  - return: { each: "\${{ steps.each }}" }`);
    const takes: Record<string, number> = { slow: 200, quick: 100, slower: 300 };
    host.world.fate = ({ name }) => answered(name, takes[name]);

    const state = await host.finish();

    expect(state.outputs).toEqual({
      each: { results: ['slow', 'quick', 'slower'], failures: [], counts: { ok: 3, failed: 0 } },
    });
  });

  it('runs as many items at once as its concurrency allows, and begins the next when one is done', async () => {
    const host = hostOf(`
steps:
  - forEach: [a, b, c, d]
    concurrency: 2
    do: [{ card: world.safe, with: { name: "\${{ item }}" } }]`);
    const begun = host.clock.now;
    host.world.fate = ({ name }) => answered(name, name === 'a' ? 500 : 200);

    await host.finish();

    const times = host.world.calls.map(({ name, at }) => [name, at - begun]);
    expect(times).toEqual([
      ['a', 0],
      ['b', 0],
      ['c', 200],
      ['d', 400],
    ]);
  });

  it('takes one value for a list of one, and nothing for an empty list', async () => {
    const steps = (items: string) => `
  - set: { one: 7 }
  - { id: each, forEach: "\${{ ${items} }}", do: [{ yield: "\${{ item }}" }] }
  - return: { results: "\${{ steps.each.results }}" }`;

    expect(await outputsOf(steps('vars.one'))).toEqual({ results: [7] });
    expect(await outputsOf(steps('[][0]'))).toEqual({ results: [] });
  });

  it('of loops inside of one another knows every item by the id of its loop', async () => {
    const steps = `
  - id: outer
    forEach: [1, 2]
    do:
      - id: inner
        forEach: [a]
        do: [{ yield: ["\${{ items.outer }}", "\${{ items.inner }}", "\${{ item }}", "\${{ index }}"] }]
      - yield: ["\${{ steps.inner.results[0] }}", "\${{ item }}"]
  - return: { results: "\${{ steps.outer.results }}" }`;

    expect(await outputsOf(steps)).toEqual({
      results: [
        [[1, 'a', 'a', 0], 1],
        [[2, 'a', 'a', 0], 2],
      ],
    });
  });

  it('refuses a list of more than 1 MB', async () => {
    const state = await runFlow(
      `
inputs: { long: { type: string } }
steps: [{ id: each, forEach: ["\${{ inputs.long }}", "\${{ inputs.long }}"], do: [{ yield: 1 }] }]`,
      {
        inputs: { long: 'x'.repeat(600_000) },
      },
    );

    expect(state.error).toMatchObject({ code: 'too_large', step: 'each' });
  });
});

describe('an item that fails', () => {
  const flow = (onError: string, concurrency = 1) => `
steps:
  - id: each
    forEach: [a, b, c, d]
    concurrency: ${concurrency}
    onError: ${onError}
    do: [{ card: world.safe, with: { name: "\${{ item }}" } }]
  - return: { each: "\${{ steps.each }}" }`;
  const failingOn = (yaml: string, ...names: readonly string[]) => {
    const host = hostOf(yaml);
    host.world.fate = ({ name }) =>
      names.includes(name) ? failing('bad', { status: 400 }) : answered(name, 100);
    return host;
  };

  it('fails the loop at once by default: no further item begins', async () => {
    const host = failingOn(flow('fail'), 'b');

    const state = await host.finish();

    expect(state.error).toMatchObject({ code: 'bad', step: 'each/1/#0' });
    expect(host.world.names).toEqual(['a', 'b']);
  });

  it('awaits what is in flight beside it before the loop fails', async () => {
    const host = failingOn(flow('fail', 3), 'b');

    const state = await host.finish();

    expect(state.status).toBe('failed');
    const ended = host.history.steps.map(({ path, status }) => [path, status]);
    expect(ended).toEqual([
      ['each', 'failed'],
      ['each/0/#0', 'succeeded'],
      ['each/1/#0', 'failed'],
      ['each/2/#0', 'succeeded'],
    ]);
  });

  it('is listed, and the others go on, with `continue`', async () => {
    const state = await failingOn(flow('continue'), 'b', 'd').finish();

    expect(state.outputs).toMatchObject({
      each: {
        results: ['a', 'c'],
        failures: [
          { index: 1, item: 'b', error: { code: 'bad' } },
          { index: 3, item: 'd', error: { code: 'bad' } },
        ],
        counts: { ok: 2, failed: 2 },
      },
    });
  });

  it.each([
    ['{ tolerate: 1 }', ['b'], 'succeeded'],
    ['{ tolerate: 1 }', ['b', 'c'], 'failed'],
    ['{ tolerate: 25% }', ['d'], 'succeeded'],
    ['{ tolerate: 25% }', ['a', 'd'], 'failed'],
    ['{ tolerate: 50% }', ['a', 'd'], 'succeeded'],
  ])('is tolerated under `%s` when %j fail: the run has %s', async (onError, names, status) => {
    const state = await failingOn(flow(onError), ...names).finish();

    expect(state.status).toBe(status);
  });

  it('of too many is named by the loop with their number', async () => {
    const state = await failingOn(flow('{ tolerate: 1 }'), 'b', 'c').finish();

    expect(state.error?.code).toBe('too_many_failures');
    expect(state.error?.message).toContain('2 of 4 items failed');
  });
});

describe('variables', () => {
  it('set first in an item are that item`s; outer ones fold', async () => {
    const steps = `
  - set: { sum: 0 }
  - id: each
    forEach: [1, 2, 3]
    do:
      - set: { own: "\${{ item }}", sum: "\${{ vars.sum + item }}" }
      - yield: \${{ vars.own }}
  - return: { sum: "\${{ vars.sum }}", results: "\${{ steps.each.results }}" }`;

    expect(await outputsOf(steps)).toEqual({ sum: 6, results: [1, 2, 3] });
  });

  it('set first in a round are that round`s, and their names are free for the next', async () => {
    const steps = `
  - set: { n: 0 }
  - id: rounds
    while: \${{ vars.n < 2 }}
    do:
      - { when: "\${{ vars.n = 0 }}", set: { own: first } }
      - set: { n: "\${{ vars.n + 1 }}" }
      - yield: { own: "\${{ vars.own }}" }
  - return: { results: "\${{ steps.rounds.results }}" }`;

    expect(await outputsOf(steps)).toEqual({ results: [{ own: 'first' }, {}] });
  });

  it('of one branch are unknown to the other', async () => {
    const steps = `
  - id: both
    parallel:
      left: [{ set: { x: left } }, { yield: "\${{ vars.x }}" }]
      right: [{ set: { x: right } }, { yield: "\${{ vars.x }}" }]
  - return: { results: "\${{ steps.both.results }}" }`;

    expect(await outputsOf(steps)).toEqual({ results: { left: 'left', right: 'right' } });
  });

  it('live where the text sets them first, even if that set was skipped', async () => {
    const steps = `
  - { when: "\${{ false }}", set: { last: 0 } }
  - forEach: [1, 2]
    do: [{ set: { last: "\${{ item }}" } }]
  - return: { last: "\${{ vars.last }}" }`;

    expect(await outputsOf(steps)).toEqual({ last: 2 });
  });

  it('are emptied by an expression that finds nothing, and can be set again from within', async () => {
    const steps = `
  - set: { last: 0 }
  - set: { last: "\${{ [][0] }}" }
  - { id: gone, card: test.echo, with: { value: "\${{ $exists(vars.last) }}" } }
  - forEach: [1, 2]
    do: [{ set: { last: "\${{ item }}" } }]
  - return: { gone: "\${{ steps.gone }}", last: "\${{ vars.last }}" }`;

    expect(await outputsOf(steps)).toEqual({ gone: false, last: 2 });
  });
});

describe('while', () => {
  it('gives the results of its rounds and their number; null ones are left out', async () => {
    const steps = `
  - set: { n: 0 }
  - id: rounds
    while: \${{ vars.n < 3 }}
    do: [{ set: { n: "\${{ vars.n + 1 }}" } }, { yield: "\${{ vars.n = 2 ? null : index }}" }]
  - return: { rounds: "\${{ steps.rounds }}" }`;

    expect(await outputsOf(steps)).toEqual({ rounds: { results: [0, 2], rounds: 3 } });
  });

  it('does nothing when its condition is false at once', async () => {
    const steps = `
  - { id: rounds, while: "\${{ false }}", do: [{ card: test.fail }] }
  - return: { rounds: "\${{ steps.rounds }}" }`;

    expect(await outputsOf(steps)).toEqual({ rounds: { results: [], rounds: 0 } });
  });

  it('fails past its limit, after as many rounds', async () => {
    const host = hostOf(`
steps: [{ id: ever, while: "\${{ true }}", limit: 3, do: [{ card: world.safe, with: { name: "\${{ index }}" } }] }]`);

    const state = await host.finish();

    expect(state.error).toMatchObject({ code: 'too_many_rounds', step: 'ever' });
    expect(host.world.names).toEqual(['0', '1', '2']);
  });

  it('fails when a round does', async () => {
    const state = await runFlow('steps: [{ while: "${{ true }}", do: [{ card: test.fail }] }]');

    expect(state.error?.code).toBe('broken');
  });
});
