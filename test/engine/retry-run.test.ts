/** Retrying a failed run: what is tried again, what holds, and what comes back as in doubt. */
import { describe, expect, it } from 'vitest';
import { fold } from '../../src/engine/apply.ts';
import { pictureOf } from './picture.ts';
import { hostOf } from './run-flow.ts';
import type { MemoryHost } from './memory-host.ts';
import { answered, failing } from './world.ts';

/** A host whose callees of these names refuse, until they are mended. */
const refusing = (yaml: string, ...names: string[]) => {
  const host = hostOf(yaml);
  const broken = new Set(names);
  host.world.fate = ({ name }) => (broken.has(name) ? failing('bad', { status: 400 }) : answered(name));
  return { host, mend: () => broken.clear() };
};
const callsAfter = (host: MemoryHost, before: number): readonly string[] => host.world.names.slice(before);

describe('a failed run that is retried', () => {
  it('goes on from the failed step, and does not repeat what succeeded', async () => {
    const { host, mend } = refusing(
      `
steps:
  - { id: a, card: world.once, with: { name: a } }
  - set: { kept: "\${{ steps.a }}" }
  - { id: b, card: world.once, with: { name: b } }
  - return: { a: "\${{ steps.a }}", b: "\${{ steps.b }}", kept: "\${{ vars.kept }}" }`,
      'b',
    );
    const failed = await host.finish();
    mend();

    const state = await host.finish(host.retry());

    expect(failed.error?.step).toBe('b');
    expect(state).toMatchObject({ status: 'succeeded', attempt: 2, outputs: { a: 'a', b: 'b', kept: 'a' } });
    expect(host.world.names).toEqual(['a', 'b', 'b']);
  });

  it('goes on inside of blocks, loops and branches as well', async () => {
    const { host, mend } = refusing(
      `
steps:
  - id: each
    forEach: [1, 2, 3]
    do:
      - try:
          - parallel:
              left: [{ card: world.once, with: { name: "left \${{ item }}" } }]
              right: [{ card: world.once, with: { name: "right \${{ item }}" } }]
        finally: [{ card: world.once, with: { name: "audit \${{ item }}" } }]
      - yield: \${{ item }}
  - return: { each: "\${{ steps.each.results }}" }`,
      'left 2',
    );
    await host.finish();
    const before = host.world.names.length;
    mend();

    const state = await host.finish(host.retry());

    expect(state.outputs).toEqual({ each: [1, 2, 3] });
    expect(callsAfter(host, before)).toEqual(['left 2', 'left 3', 'right 3', 'audit 3']);
  });

  it('keeps what the rounds of a while had folded', async () => {
    const { host, mend } = refusing(
      `
steps:
  - set: { n: 0, seen: [] }
  - id: rounds
    while: \${{ vars.n < 3 }}
    do:
      - { id: one, card: world.once, with: { name: "round \${{ vars.n }}" } }
      - set: { n: "\${{ vars.n + 1 }}", seen: "\${{ $append(vars.seen, [steps.one]) }}" }
  - { card: world.once, with: { name: last } }
  - return: { seen: "\${{ vars.seen }}", rounds: "\${{ steps.rounds.rounds }}" }`,
      'last',
    );
    await host.finish();
    mend();

    const state = await host.finish(host.retry());

    expect(state.outputs).toEqual({ seen: ['round 0', 'round 1', 'round 2'], rounds: 3 });
    expect(host.world.names).toEqual(['round 0', 'round 1', 'round 2', 'last', 'last']);
  });

  it('leaves failures that were passed over, tolerated or caught as they were', async () => {
    const { host, mend } = refusing(
      `
steps:
  - { id: over, card: world.once, with: { name: over }, onError: continue }
  - { id: each, forEach: [x], onError: continue, do: [{ card: world.once, with: { name: tolerated } }] }
  - { id: tried, try: [{ card: world.once, with: { name: caught } }], catch: [{ yield: rescued }] }
  - { card: world.once, with: { name: last } }
  - return: { over: "\${{ errors.over.code }}", failed: "\${{ steps.each.counts.failed }}", tried: "\${{ steps.tried }}" }`,
      'over',
      'tolerated',
      'caught',
      'last',
    );
    await host.finish();
    mend();

    const state = await host.finish(host.retry());

    expect(state.outputs).toEqual({ over: 'bad', failed: 1, tried: 'rescued' });
    expect(callsAfter(host, 4)).toEqual(['last']);
  });

  it('tries again what led to the failure of a catch: the try, and then the catch if it must', async () => {
    const { host, mend } = refusing(
      `
steps:
  - id: tried
    try: [{ card: world.safe, with: { name: try } }]
    catch: [{ card: world.safe, with: { name: catch } }]
  - return: { tried: "\${{ steps.tried }}" }`,
      'try',
      'catch',
    );
    await host.finish();
    mend();

    const state = await host.finish(host.retry());

    expect([state.outputs, host.world.names]).toEqual([{ tried: 'try' }, ['try', 'catch', 'try']]);
  });

  it('tries again what came before a finally that failed, too', async () => {
    const { host, mend } = refusing(
      `
steps: [{ try: [{ card: world.safe, with: { name: try } }], finally: [{ card: world.safe, with: { name: last } }] }]`,
      'try',
      'last',
    );
    await host.finish();
    mend();

    const state = await host.finish(host.retry());

    expect([state.status, host.world.names]).toEqual(['succeeded', ['try', 'last', 'try', 'last']]);
  });

  it('tries every item again that made a loop fail, in flight or too many', async () => {
    const flow = (more: string) => `
steps: [{ forEach: [a, b, c], ${more}, do: [{ card: world.safe, with: { name: "\${{ item }}" } }] }]`;
    for (const more of ['concurrency: 3', 'onError: { tolerate: 1 }']) {
      const { host, mend } = refusing(flow(more), 'a', 'b');
      await host.finish();
      const before = host.world.names.length;
      mend();

      const state = await host.finish(host.retry());

      expect([more, state.status, callsAfter(host, before).slice(0, 2)]).toEqual([
        more,
        'succeeded',
        ['a', 'b'],
      ]);
    }
  });

  it('may fail and be retried several times', async () => {
    const host = hostOf(
      'steps: [{ card: world.once, with: { name: a } }, { card: world.once, with: { name: b } }]',
    );
    host.world.fate = ({ name, number }) =>
      name === 'b' && number < 4 ? failing('bad', { status: 400 }) : answered(name);
    await host.finish();

    for (let retries = 0; retries < 3; retries += 1) await host.finish(host.retry());

    expect([host.state.status, host.state.attempt, host.world.names]).toEqual([
      'succeeded',
      4,
      ['a', 'b', 'b', 'b', 'b'],
    ]);
  });

  it('keeps the keys of its effects', async () => {
    const { host, mend } = refusing('steps: [{ card: world.safe, with: { name: a } }]', 'a');
    await host.finish();
    mend();
    await host.finish(host.retry());

    expect(new Set(host.world.calls.map(({ key }) => key)).size).toBe(1);
  });

  it('R1: is the fold of its journal, with its death in the middle', async () => {
    const { host, mend } = refusing(
      'steps: [{ forEach: [a, b], do: [{ card: world.safe, with: { name: "${{ item }}" } }] }]',
      'b',
    );
    await host.finish();
    mend();
    host.diesAfter = host.journal.length + 3;
    host.onCommit = (state) =>
      expect(pictureOf(fold(host.id, host.journal, host.flowOf))).toEqual(pictureOf(state));

    const state = await host.finish(host.retry());

    expect([state.status, host.deaths]).toEqual(['succeeded', 1]);
  });
});

describe('a retry of a run with effects that may have happened', () => {
  it('E6: brings back the doubt of a step that the end of the run cut off', async () => {
    const host = hostOf('settings: { timeout: 1m }\nsteps: [{ id: it, card: world.once }]');
    host.world.fate = () => failing('network', { happened: 'unknown' });
    await host.finish();
    host.clock.moveTo(host.clock.now + 60_000);
    const ended = await host.finish();

    const state = await host.finish(host.retry());

    expect([ended.status, ended.error?.code, state.status]).toEqual(['failed', 'timeout', 'in_doubt']);
    expect(host.world.calls).toHaveLength(1);
  });

  it.each([
    ['that a person had fail', failing('network', { happened: 'unknown' })],
    ['that happened and whose answer was of no use', failing('bad_output', { happened: 'yes' })],
  ])('E6: asks again about a `once` effect %s', async (_, fate) => {
    const host = hostOf('steps: [{ id: it, card: world.once }, { return: { it: "${{ steps.it }}" } }]');
    host.world.fate = () => fate;
    const first = await host.finish();
    if (first.status === 'in_doubt')
      await host.finish(host.giveUp('it', { code: 'in_doubt', message: 'Who knows' }));

    const retried = await host.finish(host.retry());
    expect([retried.status, host.history.detail.waiting?.inDoubt]).toEqual(['in_doubt', ['it']]);
    expect(host.history.steps.map(({ status, runAttempt }) => [status, runAttempt])).toEqual([
      ['failed', 1],
      ['in_doubt', 2],
    ]);
    const state = await host.finish(host.happened('it', 'told'));

    expect([state.outputs, host.world.calls.length]).toEqual([{ it: 'told' }, 1]);
  });

  it('E6: brings back a doubt beside which the run failed', async () => {
    const host = hostOf(`
steps: [{ parallel: { sure: [{ wait: { for: 1m } }, { card: world.once, with: { name: sure } }], unsure: [{ id: it, card: world.once }] } }]`);
    host.world.fate = ({ name, number }) =>
      name === 'sure' && number > 1
        ? answered(name)
        : failing('bad', name === 'sure' ? { status: 400 } : { happened: 'unknown' });
    await host.go();
    host.clock.moveTo(host.clock.now + 60_000);
    await host.finish();

    const state = await host.finish(host.retry());

    expect([state.status, host.world.names]).toEqual(['in_doubt', ['x', 'sure', 'sure']]);
  });
});
