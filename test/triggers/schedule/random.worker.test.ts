/** T4 by chance: random schedules, edits, ticks, delays and deaths, against an oracle that walks minute by minute. */
import * as fc from 'fast-check';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { deliverTicks } from '../../../src/triggers/schedule/deliver-ticks.ts';
import { tickSchedules } from '../../../src/triggers/schedule/tick-schedules.ts';
import { setUp } from '../doorway.ts';
import { fakeLanes } from '../fake-lane.ts';
import { at, lines, MINUTE, save, schedule, withQueue } from './clockwork.ts';
import { mortal, type Death } from './mortal.ts';
import { calledFor, starts, textOf, type Sketch, type Version } from './naive.ts';

beforeAll(setUp);

const noon = at('2027-03-01T12:00:00Z');

const sketches: fc.Arbitrary<Sketch> = fc.record({
  every: fc.constantFrom(1, 2, 3, 7, 10, 30),
  missed: fc.constantFrom('none', 'last', 'all'),
  windowMinutes: fc.integer({ min: 1, max: 90 }),
});

interface Step {
  /** how long after the step before, in ms */
  readonly after: number;
  readonly what:
    | { readonly kind: 'tick' }
    | { readonly kind: 'two ticks' }
    | { readonly kind: 'dying tick'; readonly death: Death }
    | { readonly kind: 'edit'; readonly sketch: Sketch };
}

// Calls 0 and 1 find and move; dying at them takes no time. After them the tick sends, which is the queue's affair.
const deaths: fc.Arbitrary<Death> = fc.record({
  call: fc.constantFrom(0, 1),
  when: fc.constantFrom('before', 'after'),
});

const steps: fc.Arbitrary<Step> = fc.record({
  after: fc.oneof(
    { weight: 3, arbitrary: fc.constant(MINUTE) },
    fc.integer({ min: 1, max: 3 * MINUTE }),
    fc.integer({ min: 1, max: 150 * MINUTE }),
  ),
  what: fc.oneof(
    { weight: 4, arbitrary: fc.constant({ kind: 'tick' as const }) },
    fc.constant({ kind: 'two ticks' as const }),
    fc.record({ kind: fc.constant('dying tick' as const), death: deaths }),
    fc.record({ kind: fc.constant('edit' as const), sketch: sketches }),
  ),
});

let made = 0;

const play = async (first: Sketch, story: readonly Step[]): Promise<void> => {
  const flow = `random-${made++}`;
  const lanes = fakeLanes();
  const queue = withQueue({ RUN_LANE: lanes.namespace, SLUICE_HOMES: '1', SLUICE_LANES: '1' });
  const versions: Version[] = [{ from: noon + 1, sketch: first }];
  const ticked: number[] = [];
  await save({ [flow]: schedule(...textOf(first)) }, noon + 1, true);
  let now = noon + 1;
  for (const { after, what } of [...story, { after: MINUTE, what: { kind: 'tick' as const } }]) {
    now += after;
    if (what.kind !== 'edit') ticked.push(now);
    switch (what.kind) {
      case 'tick':
        await tickSchedules(queue.env, now);
        break;
      case 'two ticks':
        await Promise.all([tickSchedules(queue.env, now), tickSchedules(queue.env, now)]);
        break;
      case 'dying tick':
        await tickSchedules(mortal(queue.env, what.death).env, now).catch(() => undefined);
        break;
      case 'edit':
        if (JSON.stringify(what.sketch) === JSON.stringify(versions.at(-1)?.sketch)) break;
        await save({ [flow]: schedule(...textOf(what.sketch)) }, now);
        versions.push({ from: now, sketch: what.sketch });
    }
  }

  const times = calledFor(versions, now);
  const book = await lines(flow);
  expect(book.map(({ nominal }) => nominal)).toEqual([...times.keys()]);
  const isAlive = story.every(({ what }) => what.kind !== 'dying tick');
  for (const { nominal, outcome, actual } of book) {
    const chance = ticked.filter((tick) => tick >= nominal);
    if (isAlive) expect(actual).toBe(chance[0]);
    else expect(chance).toContain(actual);
    expect([nominal, outcome]).toEqual([nominal, starts(times, nominal, actual) ? 'due' : 'missed']);
  }

  for (const message of queue.messages) await deliverTicks(queue.env, message, now);
  await settle(queue, now);
  const started = (await lines(flow)).filter(({ outcome }) => outcome === 'started');
  const due = book.filter(({ outcome }) => outcome === 'due');
  expect(started.map(({ nominal }) => nominal)).toEqual(due.map(({ nominal }) => nominal));
  expect(new Set(started.map(({ run }) => run))).toEqual(new Set(lanes.allRuns()));
};

/** Messages of ticks that died before they sent them come with a later tick. */
const settle = async (queue: ReturnType<typeof withQueue>, now: number): Promise<void> => {
  await env.DB.prepare('UPDATE schedules SET next_at = NULL').run();
  const before = queue.messages.length;
  await tickSchedules(queue.env, now + MINUTE);
  for (const message of queue.messages.slice(before)) await deliverTicks(queue.env, message, now + MINUTE);
};

describe('random schedules under random ticks', () => {
  it(
    'have one line for each time that they call for, and one run for each line that starts',
    { timeout: 240_000 },
    async () => {
      await fc.assert(fc.asyncProperty(sketches, fc.array(steps, { maxLength: 12 }), play), { numRuns: 40 });
    },
  );
});
