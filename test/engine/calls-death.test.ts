/** The death test of a loop that calls: whoever dies, and with whichever entry, the ending is the undisturbed one. */
import { describe, expect, it } from 'vitest';
import { Family } from './family.ts';
import { flowsOf } from './flow-of.ts';
import type { Weather } from './postman.ts';
import { CALM } from './postman.ts';

const FLOWS = flowsOf({
  main: `
steps:
  - id: each
    forEach: [a, b, c, d, e, f, g]
    concurrency: 3
    onError: continue
    do:
      - { id: one, call: one, with: { name: "\${{ item }}" } }
      - yield: \${{ steps.one.said }}
  - { card: world.once, with: { name: report } }
  - return: { results: "\${{ steps.each.results }}", failed: "\${{ [steps.each.failures.item] }}" }`,
  one: `
trigger: { kind: helper }
inputs: { name: { type: string } }
steps:
  - { id: first, card: world.probe, with: { name: "first \${{ inputs.name }}" } }
  - { when: "\${{ inputs.name = 'd' }}", fail: { code: unlucky, message: It is d } }
  - wait: { for: 90s }
  - { id: again, call: two, with: { name: "\${{ inputs.name }}" } }
  - return: { said: "\${{ steps.first.name & ' ' & steps.again.name }}" }`,
  two: `
trigger: { kind: helper }
inputs: { name: { type: string } }
steps: [{ id: it, card: world.probe, with: { name: "second \${{ inputs.name }}" } }, { return: "\${{ steps.it }}" }]`,
});

const ITEMS = ['a', 'b', 'c', 'e', 'f', 'g'];
const OUTPUTS = { results: ITEMS.map((item) => `first ${item} second ${item}`), failed: ['d'] };
const EFFECTS = [
  ...['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((item) => `first ${item}`),
  ...ITEMS.map((item) => `second ${item}`),
  'report',
];

/** A report in doubt is looked at by a person. */
const live = async (family: Family): Promise<void> => {
  await family.settle();
  if (family.root.state.status !== 'in_doubt') return;
  const key = `${family.root.id}:#1`;
  const hasArrived = family.world.arrivals(key) > 0;
  family.say(family.root, (_, at) => ({
    entry: hasArrived
      ? { type: 'succeeded', at, path: '#1', value: null }
      : { type: 'settled', at, path: '#1', by: 'ana@example.com', word: 'repeat' },
  }));
  await family.settle();
};

const requireEnding = (family: Family, when: string): void => {
  expect(family.root.state.status, when).toBe('succeeded');
  expect(family.root.state.outputs, when).toEqual(OUTPUTS);
  const keys = new Map(family.world.calls.map(({ key, name }) => [key, name]));
  expect([...keys.values()].toSorted(), when).toEqual(EFFECTS.toSorted());
  for (const key of keys.keys()) expect(family.world.arrivals(key), `${key}, ${when}`).toBe(1);
  expect([family.of('one').length, family.of('two').length], when).toEqual([7, 6]);
};

describe('a loop of seven items, three at a time, each of which calls a helper that calls another', () => {
  it('ends well when nobody dies', async () => {
    const family = new Family(FLOWS);

    await live(family);

    requireEnding(family, 'undisturbed');
  });

  it.each<[string, Weather]>([
    ['all messages arriving', CALM],
    ['messages lost and doubled', { seed: 7, lost: 0.3, doubled: 0.3 }],
  ])('ends the same when one of them dies with any one entry, %s', async (_, weather) => {
    const undisturbed = new Family(FLOWS, {}, weather);
    await live(undisturbed);

    for (let entry = 1; entry <= undisturbed.entries; entry += 1) {
      const family = new Family(FLOWS, {}, weather);
      family.diesAfter = entry;
      await live(family);
      expect(family.deaths).toBe(1);
      requireEnding(family, `dying with entry ${entry}`);
    }
  });

  it('starts at once, and not a minute later, what it died before starting', async () => {
    const flows = flowsOf({
      main: 'steps: [{ call: quick }]',
      quick: 'trigger: { kind: helper }\nsteps: [{ stop: x }]',
    });
    const family = new Family(flows);
    family.diesAfter = 1;
    await family.settle(() => family.deaths === 1);
    const later = family.clock.now + 5_000;
    family.clock.moveTo(later);

    await family.settle();

    expect([family.root.state.status, family.clock.now]).toEqual(['succeeded', later]);
  });

  it.each([2, 3, 5, 8])('ends the same when some of them die with every entry number %i', async (stride) => {
    const family = new Family(FLOWS);
    family.diesEvery = stride;
    family.mostDeaths = 60;

    await live(family);

    expect(family.deaths).toBeGreaterThan(8);
    requireEnding(family, `dying with every ${stride}th entry`);
  });
});
