/** The death test: whenever and wherever the host dies, the run ends as if nothing had happened. */
import { describe, expect, it } from 'vitest';
import type { RunState } from '../../src/engine/state.ts';
import { flowOf } from './flow-of.ts';
import { MemoryHost } from './memory-host.ts';
import { answered, World } from './world.ts';

const flowWith = (effect: string) =>
  flowOf(`
steps:
  - { id: plan, card: test.echo, with: { value: { who: [a, b] } } }
  - set: { seen: [], n: 0 }
  - { id: made, card: world.${effect}, with: { name: made } }
  - wait: { for: 1h }
  - id: tried
    try:
      - { id: inner, card: world.${effect}, with: { name: inner } }
      - { card: test.fail, with: { code: broken } }
    catch:
      - { id: undo, card: world.${effect}, with: { name: "undo \${{ steps.inner.name }}" } }
      - yield: { code: "\${{ error.code }}", undo: "\${{ steps.undo.name }}" }
    finally:
      - { card: world.${effect}, with: { name: audit } }
  - id: each
    forEach: \${{ steps.plan.who }}
    do:
      - { id: one, card: world.${effect}, with: { name: "each \${{ item }}" } }
      - set: { seen: "\${{ $append(vars.seen, [steps.one.name]) }}" }
      - yield: \${{ steps.one.name }}
  - id: wide
    forEach: [c, d, e]
    concurrency: 2
    do:
      - { card: test.echo, with: { value: "\${{ index }}" } }
      - { card: world.${effect}, with: { name: "wide \${{ item }}" } }
  - id: both
    parallel:
      left: [{ card: world.${effect}, with: { name: left } }, { wait: { for: 5m } }, { yield: l }]
      right: [{ card: world.${effect}, with: { name: right } }]
  - id: rounds
    while: \${{ vars.n < 2 }}
    do:
      - set: { n: "\${{ vars.n + 1 }}" }
      - { card: world.${effect}, with: { name: "round \${{ vars.n }}" } }
  - return:
      made: \${{ steps.made }}
      tried: \${{ steps.tried }}
      each: \${{ steps.each.results }}
      wide: \${{ steps.wide }}
      both: \${{ steps.both }}
      rounds: \${{ steps.rounds }}
      seen: \${{ vars.seen }}
`);

const EFFECTS = ['safe', 'probe', 'once'] as const;
const FLOWS = { safe: flowWith('safe'), probe: flowWith('probe'), once: flowWith('once') };

/** Wakes the run until it is final. Asked about a step in doubt, a person looks at the world and says what is true. */
const live = async (host: MemoryHost): Promise<RunState> => {
  let state = await host.finish();
  for (let words = 0; state.status === 'in_doubt' && words < 10; words += 1) {
    const [path = ''] = host.history.detail.waiting?.inDoubt ?? [];
    const key = `${host.id}:${path}`;
    const name = host.world.calls.find((call) => call.key === key)?.name ?? '';
    const truth = host.world.arrivals(key) > 0 ? host.happened(path, { name }) : host.repeat(path);
    state = await host.finish(truth);
  }
  return state;
};

const doubtsOf = (host: MemoryHost): number =>
  host.journal.filter((entry) => entry.type === 'doubted' && entry.probeAt === undefined).length;

const undisturbed = async (effect: (typeof EFFECTS)[number]) => {
  const host = new MemoryHost({ flow: FLOWS[effect] });
  const state = await live(host);
  return { host, state, keys: [...new Set(host.world.calls.map(({ key }) => key))] };
};

/** The end is the same, and so is what happened outside. */
const requireSameEnd = (host: MemoryHost, first: Awaited<ReturnType<typeof undisturbed>>): void => {
  expect(host.state.status).toBe('succeeded');
  expect(host.state.outputs).toEqual(first.state.outputs);
  expect(new Set(host.world.calls.map(({ key }) => key))).toEqual(new Set(first.keys));
  for (const key of first.keys) expect(host.world.arrivals(key), key).toBeGreaterThan(0);
};

describe.each(EFFECTS)('a run with %s effects', (effect) => {
  it('ends well when nobody dies, each effect having happened once', async () => {
    const { host, state, keys } = await undisturbed(effect);

    expect(state.status).toBe('succeeded');
    expect(state.outputs).toMatchObject({
      tried: { code: 'broken', undo: 'undo inner' },
      each: ['each a', 'each b'],
      wide: { results: [{ name: 'wide c' }, { name: 'wide d' }, { name: 'wide e' }] },
      both: { results: { left: 'l', right: { name: 'right' } } },
      rounds: { results: [{ name: 'round 1' }, { name: 'round 2' }], rounds: 2 },
      seen: ['each a', 'each b'],
    });
    expect(keys.map((key) => host.world.arrivals(key))).toEqual(keys.map(() => 1));
  });

  it('ends the same when its host dies after any one entry of its journal', async () => {
    const first = await undisturbed(effect);

    for (let entry = 1; entry <= first.host.journal.length; entry += 1) {
      const host = new MemoryHost({ flow: FLOWS[effect] });
      host.diesAfter = entry;
      await live(host);
      requireSameEnd(host, first);
      if (effect !== 'safe')
        for (const key of first.keys) expect(host.world.arrivals(key), `${key} after ${entry}`).toBe(1);
    }
  });

  it.each([
    { when: 'before it arrived', arrives: false },
    { when: 'after it arrived and before it was answered', arrives: true },
  ])('ends the same when its host dies in any one effect, $when', async ({ arrives }) => {
    const first = await undisturbed(effect);

    for (const fatal of first.keys) {
      const host = new MemoryHost({ flow: FLOWS[effect] });
      host.world.fate = ({ key, name, number }) =>
        key === fatal && number === 1 ? { arrives, then: 'death' } : answered({ name });
      await live(host);
      requireSameEnd(host, first);
      const again = arrives && effect === 'safe' ? 2 : 1;
      expect(host.world.arrivals(fatal), fatal).toBe(again);
    }
  });

  it.each([5, 7, 11])(
    'ends the same when its host dies with every entry number %i that it makes',
    async (stride) => {
      const first = await undisturbed(effect);
      const host = new MemoryHost({ flow: FLOWS[effect] });
      host.diesEvery = stride;

      await live(host);

      expect(host.deaths).toBeGreaterThan(3);
      requireSameEnd(host, first);
      if (effect !== 'safe') for (const key of first.keys) expect(host.world.arrivals(key), key).toBe(1);
    },
  );
});

/** Paths that a call was made for and that no entry says anything of: in flight when the host died. */
const unheardOf = (host: MemoryHost): readonly string[] => {
  const heardOf = new Set(host.journal.map((entry) => (entry.type === 'succeeded' ? entry.path : '')));
  return host.world.calls
    .map(({ key }) => key.slice(host.id.length + 1))
    .filter((path) => !heardOf.has(path));
};

describe('a run whose host dies in a `once` effect', () => {
  it('is in doubt about exactly what was in flight, and says so', async () => {
    const { keys } = await undisturbed('once');

    for (const fatal of keys) {
      const host = new MemoryHost({ flow: FLOWS.once });
      host.world.fate = ({ key, name, number }) =>
        key === fatal && number === 1 ? { arrives: true, then: 'death' } : answered({ name });
      const state = await host.finish();

      expect(state.status).toBe('in_doubt');
      const inDoubt = host.history.detail.waiting?.inDoubt;
      expect(inDoubt).toEqual(unheardOf(host));
      expect(inDoubt).toContain(fatal.slice(host.id.length + 1));
      expect(doubtsOf(host)).toBe(inDoubt?.length);
    }
  });

  it('goes on as if undisturbed once a person says what it gave', async () => {
    const host = new MemoryHost({ flow: FLOWS.once });
    host.world.fate = ({ name, number }) =>
      name === 'made' && number === 1 ? { arrives: true, then: 'death' } : answered({ name });
    await host.finish();

    const state = await host.finish(host.happened('made', { name: 'told' }));

    expect(state.status).toBe('succeeded');
    expect(state.outputs).toMatchObject({ made: { name: 'told' } });
    expect(host.world.names.filter((name) => name === 'made')).toEqual(['made']);
  });
});

describe('a run whose host dies in an effect that can be repeated or probed', () => {
  it('repeats a safe effect with the same key, however often the host dies in it', async () => {
    const host = new MemoryHost({ flow: FLOWS.safe });
    host.world.fate = ({ name, number }) =>
      name === 'made' && number < 5 ? { arrives: true, then: 'death' } : answered({ name });

    const state = await live(host);

    expect(state.status).toBe('succeeded');
    const keys = host.world.calls.filter(({ name }) => name === 'made').map(({ key }) => key);
    expect(keys).toEqual(Array.from({ length: 5 }, () => `${host.id}:made`));
  });

  it('ends a probed effect without a person, whether it arrived or not', async () => {
    for (const arrives of [true, false]) {
      const host = new MemoryHost({ flow: FLOWS.probe, world: new World() });
      host.world.fate = ({ name, number }) =>
        name === 'made' && number === 1 ? { arrives, then: 'death' } : answered({ name });

      const state = await host.finish();

      expect(state.status).toBe('succeeded');
      expect(doubtsOf(host)).toBe(0);
      expect(host.world.arrivals(`${host.id}:made`)).toBe(1);
    }
  });
});
