/** What a run may not exceed, and how it is told. */
import { describe, expect, it } from 'vitest';
import { LIMITS } from '../../src/domain/run.ts';
import type { Posted } from '../../src/engine/drive.ts';
import { hostOf, runFlow } from './run-flow.ts';
import { answered } from './world.ts';

describe('the limit of steps', () => {
  const loop = (rounds: number) => `
steps:
  - set: { n: 0 }
  - while: \${{ vars.n < ${rounds} }}
    limit: 10000
    do: [{ set: { n: "\${{ vars.n + 1 }}" } }]`;

  it('ends a run that goes past 10,000, and says what to do', async () => {
    const state = await runFlow(loop(9_000));

    expect(state.error?.code).toBe('too_many_steps');
    expect(state.error?.message).toContain('10000 steps; split it');
  });

  it('lets a run end that stays below', async () => {
    expect((await runFlow(loop(4_900))).status).toBe('succeeded');
  });

  it('counts steps that were skipped, and rounds: no loop runs for nothing without end', async () => {
    const state = await runFlow(`
steps:
  - while: \${{ true }}
    limit: 10000
    do: [{ when: "\${{ false }}", card: test.fail }, { while: "\${{ false }}", do: [] }]`);

    expect(state.error?.code).toBe('too_many_steps');
  });
});

describe('the limit of a step`s output', () => {
  const long = 'x'.repeat(LIMITS.outputBytes);

  it.each([
    ['a pure step', '{ id: big, card: test.echo, with: { value: "${{ inputs.long }}" } }'],
    ['set', '{ id: big, set: { a: "${{ inputs.long }}" } }'],
    ['an outcome', '{ id: big, return: { a: "${{ inputs.long }}" } }'],
  ])('fails %s that gives more than 1 MB', async (_, step) => {
    const state = await runFlow(`inputs: { long: { type: string } }\nsteps: [${step}]`, { inputs: { long } });

    expect(state.error).toMatchObject({ code: 'too_large', step: 'big' });
  });

  it('fails an effect that answers too much, which happened and is not tried again', async () => {
    const host = hostOf('steps: [{ id: big, card: world.safe }]');
    host.world.fate = () => answered(long);

    const state = await host.finish();

    expect([state.error?.code, host.world.calls.length]).toEqual(['too_large', 1]);
    expect(host.history.steps[0]?.attempts[0]?.happened).toBe('yes');
  });

  it('counts bytes, not characters', async () => {
    const state = await runFlow(
      'inputs: { long: { type: string } }\nsteps: [{ set: { a: "${{ inputs.long }}" } }]',
      {
        inputs: { long: 'ä'.repeat(LIMITS.outputBytes / 2) },
      },
    );

    expect(state.error?.code).toBe('too_large');
  });
});

describe('the limit of called runs', () => {
  it('ends a run that has called more than 100,000 others, in all its attempts', async () => {
    const host = hostOf('steps: [{ wait: { for: 1h } }, { card: world.safe }]');
    await host.go();
    const word: Posted = (state, now) => {
      state.children = LIMITS.childrenPerRun + 1;
      return { entry: { type: 'succeeded', at: now, path: '#0', value: null } };
    };

    const state = await host.finish(word);

    expect([state.error?.code, host.world.calls]).toEqual(['too_many_children', []]);
  });
});

describe('the limit of a run', () => {
  it.each([
    ['outputs', '{ card: test.echo, with: { value: "${{ inputs.long }}" } }'],
    ['variables', '{ set: { a: "${{ inputs.long }}" } }'],
    ['results of items', '{ yield: "${{ inputs.long }}" }'],
  ])('ends one whose %s exceed 25 MB in all', async (_, step) => {
    const items = JSON.stringify(Array.from({ length: 30 }, (_, index) => index));
    const state = await runFlow(
      `inputs: { long: { type: string } }\nsteps: [{ forEach: ${items}, do: [${step}] }]`,
      {
        inputs: { long: 'x'.repeat(900_000) },
      },
    );

    expect(state.error?.code).toBe('run_too_large');
  });
});
