/** Random flows: what the engine makes of them against a naive interpreter, with and without deaths. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/domain/flow.ts';
import { fold } from '../../src/engine/apply.ts';
import { historyOf } from '../../src/engine/history.ts';
import type { Posted } from '../../src/engine/drive.ts';
import type { RunState } from '../../src/engine/state.ts';
import { meaningOf } from './interpreter.ts';
import { drawnFrom, fateOf, plain } from './luck.ts';
import { MemoryHost } from './memory-host.ts';
import { pictureOf } from './picture.ts';
import { randomFlow } from './random-flow.ts';
import { answered } from './world.ts';

const hostOf = (flow: Flow, draw: (path: string) => number): MemoryHost => {
  const host = new MemoryHost({ flow });
  host.world.fate = (call) => fateOf(draw(call.key.slice(host.id.length + 1)), call);
  return host;
};

const endOf = (state: RunState) => ({ status: state.status, outputs: plain(state.outputs) });

/** Wakes the run until it has ended; a person who is asked says what is true. */
const live = async (host: MemoryHost, first?: Posted): Promise<RunState> => {
  let state = await host.finish(first);
  while (state.status === 'in_doubt') {
    const [path = ''] = host.history.detail.waiting?.inDoubt ?? [];
    const key = `${host.id}:${path}`;
    const name = host.world.calls.find((call) => call.key === key)?.name ?? '';
    state = await host.finish(
      host.world.arrivals(key) > 0 ? host.happened(path, { name }) : host.repeat(path),
    );
  }
  return state;
};

describe('a random flow', () => {
  it('gives what a naive interpreter gives', async () => {
    await fc.assert(
      fc.asyncProperty(randomFlow, fc.nat(), async (flow, seed) => {
        const draw = drawnFrom(seed);
        const state = await hostOf(flow, draw).finish();

        expect(endOf(state)).toEqual(meaningOf(flow, (path) => draw(path) === 0));
      }),
      { numRuns: 400 },
    );
  });

  it('R1: has in memory what the fold of its journal gives, after every commit', async () => {
    await fc.assert(
      fc.asyncProperty(randomFlow, fc.nat(), async (flow, seed) => {
        const host = hostOf(flow, drawnFrom(seed));
        host.onCommit = (state) => {
          expect(pictureOf(fold(host.id, host.journal, host.flowOf))).toEqual(pictureOf(state));
        };
        await host.finish();
      }),
      { numRuns: 100 },
    );
  });

  it('has a history at every moment, and once it has ended every step of it has', async () => {
    await fc.assert(
      fc.asyncProperty(randomFlow, fc.nat(), async (flow, seed) => {
        const host = hostOf(flow, drawnFrom(seed));
        await host.finish();

        for (let length = 1; length < host.journal.length; length += 1)
          historyOf(host.id, host.journal.slice(0, length), host.flowOf);
        expect(host.history.steps.filter(({ finishedAt }) => finishedAt === null)).toEqual([]);
        for (const { path, status, error } of host.history.steps) {
          if (status === 'failed') expect(error, path).not.toBeNull();
          if (status === 'succeeded') expect(error, path).toBeNull();
        }
      }),
      { numRuns: 100 },
    );
  });

  it('ends the same however often its host dies, and no `once` effect happens twice', async () => {
    await fc.assert(
      fc.asyncProperty(randomFlow, fc.nat(), fc.integer({ min: 1, max: 20 }), async (flow, seed, stride) => {
        const draw = drawnFrom(seed);
        const host = hostOf(flow, draw);
        host.diesEvery = stride;
        host.mostDeaths = 20;
        const state = await live(host);

        expect(endOf(state)).toEqual(meaningOf(flow, (path) => draw(path) === 0));
        for (const entry of host.journal) {
          if (entry.type !== 'attempted' || entry.effect !== 'once') continue;
          expect(host.world.arrivals(`${host.id}:${entry.path}`), entry.path).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('E3: performs nothing again that happened, however often it fails, dies and is retried', async () => {
    await fc.assert(
      fc.asyncProperty(randomFlow, fc.nat(), fc.integer({ min: 5, max: 40 }), async (flow, seed, stride) => {
        const host = hostOf(flow, drawnFrom(seed));
        host.diesEvery = stride;
        host.mostDeaths = 20;
        let state = await live(host);
        for (let retries = 0; state.status === 'failed' && retries < 4; retries += 1) {
          // From the second retry on all is well outside; what the flow itself has fail fails still.
          if (retries === 1) host.world.fate = ({ name }) => answered({ name });
          state = await live(host, host.retry());
        }

        expect(state.error?.code).not.toBe('bad');
        const effects = host.journal.flatMap((entry) =>
          entry.type === 'attempted' && entry.effect !== 'safe' ? [entry.path] : [],
        );
        for (const path of effects)
          expect(host.world.arrivals(`${host.id}:${path}`), path).toBeLessThanOrEqual(1);
      }),
      { numRuns: 200 },
    );
  });
});
