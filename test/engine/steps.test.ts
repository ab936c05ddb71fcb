/** The other steps: conditions, `if`, `parallel`, waits and responses. */
import { describe, expect, it } from 'vitest';
import { hostOf, outputsOf, runFlow } from './run-flow.ts';
import { answered, failing } from './world.ts';

const MINUTE = 60_000;

describe('a step with a condition', () => {
  it('is skipped unless it is true: its value is null, and what is below is nothing', async () => {
    const steps = `
  - { id: off, when: "\${{ false }}", card: test.echo, with: { value: 1 } }
  - { id: unsure, when: "\${{ inputs.missing }}", card: test.echo, with: { value: 1 } }
  - { id: on, when: "\${{ true }}", card: test.echo, with: { value: 1 } }
  - return: ["\${{ steps.off }}", "\${{ steps.unsure }}", "\${{ steps.on }}", "\${{ steps.off.x }}"]`;
    const state = await runFlow(`inputs: { missing: { type: boolean, optional: true } }\nsteps:${steps}`);

    expect(state.outputs).toEqual([null, null, 1]);
  });

  it('fails when the condition is neither true nor false', async () => {
    const state = await runFlow(
      `
inputs: { name: { type: string } }
steps: [{ id: ask, when: "\${{ inputs.name }}", card: test.echo }]`,
      { inputs: { name: 'x' } },
    );

    expect(state.error).toMatchObject({ code: 'not_a_condition', step: 'ask' });
  });
});

describe('if', () => {
  it.each([
    [1, 'then'],
    [2, 'first else-if'],
    [3, 'second else-if'],
    [4, 'else'],
  ])('takes the first branch whose condition holds: for %i the %s', async (n, value) => {
    const state = await runFlow(
      `
inputs: { n: { type: integer } }
steps:
  - id: chosen
    if: \${{ inputs.n = 1 }}
    then: [{ yield: then }]
    elseIf:
      - { if: "\${{ inputs.n = 2 }}", then: [{ yield: first else-if }] }
      - { if: "\${{ inputs.n < 4 }}", then: [{ yield: second else-if }] }
    else: [{ yield: else }]
  - return: { chosen: "\${{ steps.chosen }}" }`,
      { inputs: { n } },
    );

    expect(state.outputs).toEqual({ chosen: value });
  });

  it('without an else gives null when nothing holds, as an empty branch does', async () => {
    const steps = `
  - { id: none, if: "\${{ false }}", then: [{ yield: 1 }] }
  - { id: empty, if: "\${{ true }}", then: [] }
  - return: ["\${{ steps.none }}", "\${{ steps.empty }}"]`;

    expect(await outputsOf(steps)).toEqual([null, null]);
  });
});

describe('parallel', () => {
  const flow = (onError: string) => `
steps:
  - id: both
    onError: ${onError}
    parallel:
      left: [{ card: world.safe, with: { name: left } }]
      right: [{ card: world.safe, with: { name: right } }, { card: world.safe, with: { name: after } }]
  - return: { both: "\${{ steps.both }}" }`;

  it('runs its branches at once and gives the value of each', async () => {
    const host = hostOf(flow('fail'));
    const begun = host.clock.now;
    host.world.fate = ({ name }) => answered(name, 100);

    const state = await host.finish();

    expect(host.world.calls.map(({ name, at }) => [name, at - begun])).toEqual([
      ['left', 0],
      ['right', 0],
      ['after', 100],
    ]);
    expect(state.outputs).toEqual({
      both: { results: { left: 'left', right: 'after' }, failures: [], counts: { ok: 2, failed: 0 } },
    });
  });

  it('fails with the first branch that does: what is in flight is awaited, nothing more begins', async () => {
    const host = hostOf(flow('fail'));
    host.world.fate = ({ name }) => (name === 'left' ? failing('bad', { status: 400 }) : answered(name, 100));

    const state = await host.finish();

    expect(state.error?.code).toBe('bad');
    expect(host.world.names).toEqual(['left', 'right']);
    expect(host.history.steps.find(({ path }) => path === 'both/right/#0')?.status).toBe('succeeded');
  });

  it('that is left while a branch waits goes on at once', async () => {
    const host = hostOf(`
steps:
  - try:
      - parallel:
          waits: [{ wait: { for: 1h } }, { card: world.safe, with: { name: never } }]
          fails: [{ card: world.safe, with: { name: bad } }]
    catch: [{ card: world.safe, with: { name: caught } }]`);
    host.world.fate = ({ name }) => (name === 'bad' ? failing('bad', { status: 400 }) : answered(name));
    const begun = host.clock.now;

    await host.finish();

    expect(host.world.names).toEqual(['bad', 'caught']);
    expect(host.clock.now).toBe(begun);
  });

  it('that fails while a sibling is in flight is caught once, and the catch runs to its end', async () => {
    const host = hostOf(`
steps:
  - id: tried
    try: [{ parallel: { a: [{ card: world.safe, with: { name: bad } }], b: [{ card: world.safe, with: { name: slow } }] } }]
    catch: [{ card: world.safe, with: { name: caught } }, { yield: "\${{ error.code }}" }]
  - return: { tried: "\${{ steps.tried }}" }`);
    host.world.fate = ({ name }) => (name === 'bad' ? failing('bad', { status: 400 }) : answered(name, 100));

    const state = await host.finish();

    expect([state.outputs, host.world.names]).toEqual([{ tried: 'bad' }, ['bad', 'slow', 'caught']]);
  });

  it('lists what failed, and goes on, with `continue`', async () => {
    const host = hostOf(flow('continue'));
    host.world.fate = ({ name }) => (name === 'left' ? failing('bad', { status: 400 }) : answered(name, 100));

    const state = await host.finish();

    expect(state.outputs).toMatchObject({
      both: {
        results: { left: null, right: 'after' },
        failures: [{ key: 'left', error: { code: 'bad' } }],
        counts: { ok: 1, failed: 1 },
      },
    });
  });
});

describe('wait', () => {
  it.each([
    ['for: 3d', 3 * 24 * 60 * MINUTE],
    ['for: "${{ 90 }}"', 90_000],
    ['until: 2026-11-23T13:00', 60 * MINUTE],
    ['until: 2020-01-01', 0],
  ])('`%s` parks the run for so long, and no longer', async (wait, ms) => {
    const host = hostOf(`steps: [{ wait: { ${wait} } }, { card: world.safe, with: { name: after } }]`);
    const begun = host.clock.now;

    const end = await host.go();
    const state = await host.finish();

    expect(end).toEqual(ms === 0 ? { kind: 'final' } : { kind: 'parked', until: begun + ms });
    expect([state.status, host.world.calls[0]?.at]).toEqual(['succeeded', begun + ms]);
  });

  it('is not over when the run is woken too early', async () => {
    const host = hostOf('steps: [{ wait: { for: 1h } }, { card: world.safe }]');
    await host.go();
    host.clock.moveTo(host.clock.now + 59 * MINUTE);

    await host.go();

    expect([host.state.status, host.world.names]).toEqual(['waiting', []]);
  });

  it('until a time without a zone is in the zone of the flow', async () => {
    const host = hostOf(`
settings: { timezone: Europe/Berlin }
steps: [{ wait: { until: 2026-11-23T14:00 } }]`);

    expect(await host.go()).toEqual({ kind: 'parked', until: Date.UTC(2026, 10, 23, 13) });
  });

  it('fails when it is given no time', async () => {
    const state = await runFlow(
      `
inputs: { when: { type: string } }
steps: [{ id: pause, wait: { until: "\${{ inputs.when }}" } }]`,
      { inputs: { when: 'soon' } },
    );

    expect(state.error).toMatchObject({ code: 'invalid_date', step: 'pause' });
  });
});

describe('respond', () => {
  it('answers before the run ends, and the first answer counts', async () => {
    const host = hostOf(`
steps:
  - respond: { status: 202, headers: { X-Seen: "\${{ 1 }}" }, body: { ok: true } }
  - wait: { for: 1h }
  - respond: { status: 500 }`);

    await host.go();
    const early = host.state.response;
    const state = await host.finish();

    expect(early).toEqual({ status: 202, headers: { 'x-seen': '1' }, body: { ok: true } });
    expect(state.response).toEqual(early);
  });

  it.each([
    ['status: "${{ 99 }}"', 'a status that does not exist'],
    ['headers: { X-A: "${{ inputs.split }}" }', 'a header that would be two'],
    ['headers: { X-A: { a: 1 } }', 'a header that is no text'],
  ])('refuses %s', async (part) => {
    const state = await runFlow(`inputs: { split: { type: string } }\nsteps: [{ respond: { ${part} } }]`, {
      inputs: { split: 'a\r\nSet-Cookie: b' },
    });

    expect(state.error?.code).toBe('invalid_response');
  });
});
