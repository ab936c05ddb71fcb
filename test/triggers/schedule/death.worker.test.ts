/** The tick dies at each of its calls: no run twice, none lost. */
import { beforeAll, describe, expect, it } from 'vitest';
import { tickSchedules } from '../../../src/triggers/schedule/tick-schedules.ts';
import { deliverTicks } from '../../../src/triggers/schedule/deliver-ticks.ts';
import { setUp } from '../doorway.ts';
import { fakeLanes } from '../fake-lane.ts';
import { at, ledger, lines, MINUTE, save, schedule, withQueue } from './clockwork.ts';
import { mortal, type Death } from './mortal.ts';

beforeAll(setUp);

const noon = at('2027-03-01T12:00:00Z');
/** Each test saves its flow with `prune`: the schedules of the tests before are archived. */
const lanesOf = (lanes: ReturnType<typeof fakeLanes>) => ({
  RUN_LANE: lanes.namespace,
  SLUICE_HOMES: '1',
  SLUICE_LANES: '1',
});

const deaths: readonly Death[] = Array.from({ length: 5 }, (_, call) => [
  { call, when: 'before' as const },
  { call, when: 'after' as const },
]).flat();

describe('a tick that dies', () => {
  it('has no more calls than the deaths below', async () => {
    await save({ counted: schedule('cron: "* * * * *"') }, noon + 1, true);
    const living = mortal(withQueue().env);

    await tickSchedules(living.env, noon + MINUTE);

    expect(living.calls()).toBe(4);
  });

  it.each(deaths)('$when call $call leaves a ledger that the next tick completes', async (death) => {
    const lanes = fakeLanes();
    const queue = withQueue(lanesOf(lanes));
    const flow = `dies-${death.when}-${death.call}`;
    await save({ [flow]: schedule('cron: "* * * * *"', 'missed: all') }, noon + 1, true);
    await tickSchedules(mortal(queue.env, death).env, noon + MINUTE).catch(() => undefined);

    await tickSchedules(queue.env, noon + 2 * MINUTE);
    for (const message of queue.messages) await deliverTicks(queue.env, message, noon + 2 * MINUTE);

    expect(await ledger(flow)).toEqual(['12:01 started', '12:02 started']);
    const runs = (await lines(flow)).map(({ run }) => run);
    expect(new Set(runs)).toHaveLength(2);
    expect(lanes.allRuns()).toEqual(expect.arrayContaining(runs));
  });
});

describe('a consumer that dies', () => {
  it.each([
    { call: 0, when: 'before' },
    { call: 0, when: 'after' },
    { call: 1, when: 'before' },
    { call: 1, when: 'after' },
  ] as const)('$when call $call has started each run once when the message comes again', async (death) => {
    const lanes = fakeLanes();
    const queue = withQueue(lanesOf(lanes));
    const flow = `consumer-${death.when}-${death.call}`;
    await save({ [flow]: schedule('cron: "1 12 * * *"', 'missedWindow: 1m') }, noon + 1, true);
    await tickSchedules(queue.env, noon + MINUTE);
    const message = queue.messages.find(({ ticks }) => ticks.some((tick) => tick.flow === flow));
    if (message === undefined) throw new Error('Nothing was sent.');
    await deliverTicks(mortal(queue.env, death).env, message, noon + MINUTE).catch(() => undefined);

    await deliverTicks(queue.env, message, noon + 2 * MINUTE);

    expect(await ledger(flow)).toEqual(['12:01 started']);
    const [line] = await lines(flow);
    const mine = [...lanes.objects.values()].flatMap(({ runs }) =>
      [...runs.values()].filter(({ request }) => request.flow === flow),
    );
    expect(mine.map(({ request }) => request.runId)).toEqual([line?.run]);
  });
});
