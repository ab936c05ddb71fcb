/** Random trees of flows that call one another, with messages lost and runs dying, against a naive interpreter. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/domain/flow.ts';
import type { Json } from '../../src/domain/json.ts';
import { isObject } from '../../src/domain/json.ts';
import { fold } from '../../src/engine/apply.ts';
import { Family } from './family.ts';
import { meaningOf } from './interpreter.ts';
import { drawnFrom, fateOf, plain } from './luck.ts';
import type { Member } from './member.ts';
import { pictureOf } from './picture.ts';
import { CALM } from './postman.ts';
import type { Weather } from './postman.ts';
import { randomFamily } from './random-flow.ts';

const weather: fc.Arbitrary<Weather> = fc.record({
  seed: fc.nat(),
  lost: fc.constantFrom(0, 0.1, 0.4),
  doubled: fc.constantFrom(0, 0.3),
});

type Draw = ReturnType<typeof drawnFrom>;

const familyOf = (flows: readonly Flow[], draw: Draw, in_: Weather): Family => {
  const family = new Family(flows, {}, in_);
  family.world.fate = (call) => {
    const [run = '', path = ''] = call.key.split(':');
    return fateOf(draw(family.placeOf(run, path)), call);
  };
  return family;
};

/** Goes on until all have ended; a person who is asked says what is true. */
const live = async (family: Family): Promise<void> => {
  for (;;) {
    await family.settle();
    const doubtful = [...family.members.values()].filter(({ state }) => state.status === 'in_doubt');
    if (doubtful.length === 0) return;
    for (const member of doubtful) tellTruth(family, member);
  }
};

const tellTruth = (family: Family, member: Member): void => {
  const [path] = family.history(member).detail.waiting?.inDoubt ?? [];
  if (path === undefined) return;
  const key = `${member.id}:${path}`;
  const name = family.world.calls.find((call) => call.key === key)?.name ?? '';
  family.say(member, (_, at) => ({
    entry:
      family.world.arrivals(key) > 0
        ? { type: 'succeeded', at, path, value: { name } }
        : { type: 'settled', at, path, by: 'ana@example.com', word: 'repeat' },
  }));
};

/** Ids of runs differ from one host to another. */
const withoutIds = (value: Json): Json => {
  if (Array.isArray(value)) return value.map(withoutIds);
  if (!isObject(value)) return value;
  const members = Object.entries(value).map(([key, member]) => [key, withoutIds(member)] as const);
  const started = typeof value.run === 'string' && members.length === 1 ? { run: 'started' } : {};
  return { ...Object.fromEntries(members), ...started };
};

const requireMeaning = ({ root, helpers }: Family, draw: Draw): void => {
  const flows = [...helpers].flatMap(([name, found]) =>
    found.kind === 'found' ? [[name, found.flow] as const] : [],
  );
  const { status, outputs } = root.state;
  expect({ status, outputs: withoutIds(plain(outputs)) }).toEqual(
    meaningOf(root.flow, (path) => draw(path) === 0, { helpers: new Map(flows) }),
  );
};

/** Every call has one run, every run one call; all have ended, and no `once` effect happened twice. */
const requireOrder = ({ members, root, world }: Family): void => {
  const called = [...members.values()].flatMap(({ journal }) =>
    journal.flatMap((entry) => (entry.type === 'called' ? [entry.run] : [])),
  );
  expect(new Set(called).size).toBe(called.length);
  for (const { id, journal, state } of members.values()) {
    if (id !== root.id) expect(called).toContain(id);
    expect(['succeeded', 'failed', 'cancelled']).toContain(state.status);
    for (const entry of journal) {
      if (entry.type === 'attempted' && entry.effect === 'once')
        expect(world.arrivals(`${id}:${entry.path}`), entry.path).toBeLessThanOrEqual(1);
    }
  }
};

describe('a random tree of flows that call one another', () => {
  it('gives what a naive interpreter gives', async () => {
    await fc.assert(
      fc.asyncProperty(randomFamily, fc.nat(), async (flows, seed) => {
        const draw = drawnFrom(seed);
        const family = familyOf(flows, draw, CALM);
        await live(family);

        requireMeaning(family, draw);
        requireOrder(family);
      }),
      { numRuns: 400 },
    );
  });

  it('T5: gives the same when messages are lost, doubled and come in any order', async () => {
    await fc.assert(
      fc.asyncProperty(randomFamily, fc.nat(), weather, async (flows, seed, bad) => {
        const draw = drawnFrom(seed);
        const family = familyOf(flows, draw, bad);
        await live(family);

        requireMeaning(family, draw);
        requireOrder(family);
      }),
      { numRuns: 600 },
    );
  });

  it('gives the same when its runs die as well, wherever that is', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomFamily,
        fc.nat(),
        weather,
        fc.integer({ min: 1, max: 20 }),
        async (flows, seed, bad, stride) => {
          const draw = drawnFrom(seed);
          const family = familyOf(flows, draw, bad);
          family.diesEvery = stride;
          family.mostDeaths = 20;
          await live(family);

          requireMeaning(family, draw);
          requireOrder(family);
        },
      ),
      { numRuns: 600 },
    );
  });

  it('ends with all its runs cancelled or over when it is cancelled at any moment, and nothing begins later', async () => {
    await fc.assert(
      fc.asyncProperty(
        randomFamily,
        fc.nat(),
        weather,
        fc.integer({ min: 1, max: 60 }),
        async (flows, seed, bad, moment) => {
          const family = familyOf(flows, drawnFrom(seed), bad);
          await family.settle(() => family.entries >= moment);
          family.cancel(family.root);
          await live(family);

          requireOrder(family);
          const { finishedAt } = family.root.state;
          for (const { created, state } of family.members.values()) {
            if (created.parent === undefined || isDetached(family, created.parent)) continue;
            expect(state.finishedAt).toBeLessThanOrEqual(finishedAt ?? 0);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('R1: has in memory what the folds of its journals give, and a history', async () => {
    await fc.assert(
      fc.asyncProperty(randomFamily, fc.nat(), async (flows, seed) => {
        const family = familyOf(flows, drawnFrom(seed), CALM);
        await live(family);

        for (const member of family.members.values()) {
          const { id, flow, journal, state } = member;
          expect(pictureOf(fold(id, journal, () => flow))).toEqual(pictureOf(state));
          const unended = family.history(member).steps.filter(({ finishedAt }) => finishedAt === null);
          expect(unended).toEqual([]);
        }
      }),
      { numRuns: 100 },
    );
  });
});

/** Whether some call above it, or its own, is one that nobody waits for. */
const isDetached = ({ members }: Family, parent: Member['created']['parent']): boolean => {
  if (parent === undefined) return false;
  return parent.async === true || isDetached({ members } as Family, members.get(parent.run)?.created.parent);
};
