/** E4: a run keeps the version that it started with; a retry may name another, if what was done is still in its place. */
import { describe, expect, it } from 'vitest';
import { misplaced } from '../../src/engine/versions.ts';
import { flowOf } from './flow-of.ts';
import { hostOf } from './run-flow.ts';
import { answered, failing } from './world.ts';

const first = `
steps:
  - { id: a, card: world.once, with: { name: a } }
  - set: { n: 1 }
  - { id: sum, card: test.echo, with: { value: "\${{ vars.n }}" } }
  - { card: world.once, with: { name: b } }
  - return: { n: "\${{ vars.n }}" }`;

/** A run of the first version that failed at its last effect, and the version to go on in. */
const failedRun = async (second: string, yaml = first) => {
  const host = hostOf(yaml);
  host.world.fate = ({ name }) => (name === 'b' ? failing('bad', { status: 400 }) : answered(name));
  await host.finish();
  host.world.fate = ({ name }) => answered(name);
  const flow = flowOf(second);
  host.versions.set(2, flow);
  return { host, moved: misplaced(host.state, flow, host.ports.cards) };
};

describe('a run', () => {
  it('E4: keeps its version, whatever is deployed while it waits', async () => {
    const host = hostOf('steps: [{ wait: { for: 1h } }, { return: { version: "${{ run.version }}" } }]');
    await host.go();
    host.versions.set(2, flowOf('steps: [{ return: { version: "${{ run.version }}" } }]'));

    const state = await host.finish();

    expect([state.version, state.outputs]).toEqual([1, { version: 1 }]);
  });

  it('E4: goes on in another version only by a retry, and then keeps that', async () => {
    const { host } = await failedRun(first);

    const state = await host.finish(host.retry(2));

    expect([state.version, state.status]).toEqual([2, 'succeeded']);
  });
});

describe('a retry in another version', () => {
  it('does not repeat what was performed, and takes up what was mended', async () => {
    const { host, moved } = await failedRun(first.replace('n: 1', 'n: 2').replace('name: b', 'name: mended'));

    const state = await host.finish(host.retry(2));

    expect(moved).toEqual([]);
    expect([state.outputs, host.world.names]).toEqual([{ n: 2 }, ['a', 'b', 'mended']]);
  });

  it('finds a step with an id in its place though steps without one moved about it', async () => {
    const { host, moved } = await failedRun(
      first.replace('  - set: { n: 1 }', '  - set: { m: 0 }\n  - set: { n: 1 }'),
    );

    const state = await host.finish(host.retry(2));

    expect([moved, state.outputs, host.world.names]).toEqual([[], { n: 1 }, ['a', 'b', 'b']]);
  });

  it('does not take another step for the one that was performed in its place', async () => {
    const yaml = 'steps: [{ card: test.echo, with: { value: 1 } }, { card: world.once, with: { name: b } }]';
    const { host } = await failedRun(
      'steps: [{ wait: { for: 1h } }, { card: test.echo, with: { value: 2 } }, { card: world.once, with: { name: b } }]',
      yaml,
    );

    expect(await host.go(host.retry(2))).toMatchObject({ kind: 'parked' });
    expect((await host.finish()).status).toBe('succeeded');
  });

  it.each([
    ['is gone', 'steps: [{ card: world.once, with: { name: b } }]'],
    ['is another card', first.replace('id: a, card: world.once', 'id: a, card: world.safe')],
    [
      'stands elsewhere',
      first.replace(
        '- { id: a, card: world.once, with: { name: a } }',
        '- try: [{ id: a, card: world.once, with: { name: a } }]',
      ),
    ],
  ])('is refused when an action that was performed %s', async (_, second) => {
    expect((await failedRun(second)).moved).toEqual(['a']);
  });

  it.each([
    ['calls another flow', 'call: other'],
    ['is gone', 'set: { a: 1 }'],
  ])('is refused when a call that was made %s', (_, second) => {
    const before = flowOf('steps: [{ id: it, call: one }, { stop: x }]');
    const host = hostOf('steps: [{ stop: x }]');
    const state = { ...host.state, flow: before };
    state.memo.set('it', { type: 'succeeded', at: 0, path: 'it', value: null });

    expect(misplaced(state, flowOf(`steps: [{ id: it, ${second} }, { stop: x }]`), host.ports.cards)).toEqual(
      ['it'],
    );
    expect(misplaced(state, flowOf('steps: [{ id: it, call: one, timeout: 1h }]'), host.ports.cards)).toEqual(
      [],
    );
  });

  it('is refused when an action without an id is not word for word the same', async () => {
    const yaml = 'steps: [{ card: world.once, with: { name: a } }, { card: world.once, with: { name: b } }]';

    expect((await failedRun(yaml.replace('name: a', 'name: c'), yaml)).moved).toEqual(['#0']);
    expect(
      (await failedRun(yaml.replace('{ name: a }', '{ name: a }, note: As before'), yaml)).moved,
    ).toEqual([]);
  });

  it('is refused when the loop around a performed action goes through something else', async () => {
    const yaml = (items: string) => `
steps:
  - { forEach: ${items}, do: [{ id: one, card: world.once, with: { name: "\${{ item }}" } }] }
  - { card: world.once, with: { name: b } }`;

    expect((await failedRun(yaml('[y, x]'), yaml('[x, y]'))).moved).toEqual(['#0/0/one', '#0/1/one']);
  });
});
