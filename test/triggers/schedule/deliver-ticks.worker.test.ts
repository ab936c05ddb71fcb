/** T1 and T4 for due ticks: each starts one run, and its outcome is written down. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { mintedAt } from '../../../src/domain/ids.ts';
import { setStatus } from '../../../src/storage/flows.ts';
import { pauseSchedule } from '../../../src/storage/schedules.ts';
import { consume } from '../../../src/triggers/consume.ts';
import type { TicksMessage } from '../../../src/triggers/messages.ts';
import { deliverTicks } from '../../../src/triggers/schedule/deliver-ticks.ts';
import { tickSchedules } from '../../../src/triggers/schedule/tick-schedules.ts';
import { setUp } from '../doorway.ts';
import { fakeLanes, type FakeLanes } from '../fake-lane.ts';
import { at, ledger, lines, MINUTE, save, schedule, withQueue, type QueueInHand } from './clockwork.ts';

beforeAll(setUp);

const EVERY_MINUTE = 'cron: "* * * * *"';
const noon = at('2027-03-01T12:00:00Z');
const SECOND = 1_000;

const around = (lanes: FakeLanes): QueueInHand =>
  withQueue({ RUN_LANE: lanes.namespace, SLUICE_HOMES: '2', SLUICE_LANES: '3' });

/** Saves a flow, lets the tick of 12:01 come, and gives the message about it. */
const due = async (
  queue: QueueInHand,
  flow: string,
  text = schedule(EVERY_MINUTE),
): Promise<TicksMessage> => {
  await save({ [flow]: text }, noon + 1);
  await tickSchedules(queue.env, noon + MINUTE);
  const message = queue.messages.find(({ ticks }) => ticks.some((tick) => tick.flow === flow));
  if (message === undefined) throw new Error('Nothing was sent.');
  return message;
};

const open = async (): Promise<readonly unknown[]> =>
  (await env.DB.prepare('SELECT id FROM tick_sends').all()).results;

describe('a due tick', () => {
  it('starts a run that knows its time, and is written down as started', async () => {
    const lanes = fakeLanes();
    const queue = around(lanes);
    const message = await due(queue, 'plain');

    await deliverTicks(queue.env, message, noon + MINUTE + SECOND);

    const [line] = await lines('plain');
    const [lane] = [...lanes.objects.values()].filter(({ runs }) => runs.size > 0);
    const run = [...(lane?.runs.values() ?? [])][0];
    expect(line).toMatchObject({
      outcome: 'started',
      run: run?.request.runId,
      actual: noon + MINUTE + SECOND,
    });
    expect(JSON.parse(run?.request.created ?? '{}')).toMatchObject({
      trigger: 'schedule',
      caller: { kind: 'clock', id: null },
      schedule: { at: '2027-03-01T12:01:00.000Z', actual: '2027-03-01T12:01:01.000Z' },
    });
    expect(await open()).toEqual([]);
  });

  it('starts one run though its message comes again and again, at once and after its outcome was lost', async () => {
    const lanes = fakeLanes();
    const queue = around(lanes);
    const message = await due(queue, 'again');
    await Promise.all([1, 2, 3].map(() => deliverTicks(queue.env, message, noon + MINUTE + SECOND)));
    await env.DB.prepare(`UPDATE ticks SET outcome = 'due', run = NULL WHERE flow = 'again'`).run();

    await deliverTicks(queue.env, message, noon + 5 * MINUTE);

    expect(lanes.allRuns()).toHaveLength(1);
    const [line] = await lines('again');
    expect(line?.run).toBe(lanes.allRuns()[0]);
    expect(line?.actual).toBe(mintedAt(line?.run ?? ''));
  });

  it('stays due while no lane answers, and its message is kept', async () => {
    const lanes = fakeLanes();
    const queue = around(lanes);
    const message = await due(queue, 'busy');
    lanes.faults.set('startMany', ['overloaded_object']);
    await deliverTicks(queue.env, message, noon + MINUTE);

    expect(await ledger('busy')).toEqual(['12:01 due']);
    expect(await open()).toHaveLength(1);
    await deliverTicks(queue.env, message, noon + 2 * MINUTE);
    expect(await ledger('busy')).toEqual(['12:01 started']);
  });

  it.each(['disabled', 'archived'] as const)('starts nothing once its flow is %s', async (status) => {
    const lanes = fakeLanes();
    const queue = around(lanes);
    const message = await due(queue, `gone-${status}`);
    await setStatus(env.DB, `gone-${status}`, { status, at: noon + MINUTE });

    await deliverTicks(queue.env, message, noon + MINUTE);

    expect(await ledger(`gone-${status}`)).toEqual(['12:01 disabled']);
    expect(lanes.allRuns()).toEqual([]);
  });

  it('starts nothing once its schedule is paused', async () => {
    const lanes = fakeLanes();
    const queue = around(lanes);
    const message = await due(queue, 'halted');
    await pauseSchedule(env.DB, 'halted', { note: null, by: 'test', now: noon + MINUTE });

    await deliverTicks(queue.env, message, noon + MINUTE);

    expect(await ledger('halted')).toEqual(['12:01 paused']);
  });

  it('runs in the version that was in force when it was due', async () => {
    const lanes = fakeLanes();
    const queue = around(lanes);
    const message = await due(queue, 'newer');
    await save({ newer: schedule(EVERY_MINUTE, 'missed: all') }, noon + MINUTE + 1);

    await deliverTicks(queue.env, message, noon + MINUTE + SECOND);

    const requests = [...lanes.objects.values()].flatMap(({ runs }) => [...runs.values()]);
    expect(requests.map(({ request }) => request.version)).toEqual([1]);
  });

  it('says that a flow asks for inputs, which no schedule brings', async () => {
    const queue = around(fakeLanes());
    const text = `${schedule(EVERY_MINUTE)}inputs: { who: { type: string } }\n`;
    const message = await due(queue, 'asking', text);

    await deliverTicks(queue.env, message, noon + MINUTE);

    expect(await lines('asking')).toMatchObject([
      { outcome: 'missed', reason: 'a schedule brings no inputs, and "who" has no default' },
    ]);
  });
});

describe('the queue', () => {
  const batchOf = (body: TicksMessage, queue = 'sluice-events') => {
    const told: string[] = [];
    const message = {
      id: 'message',
      timestamp: new Date(noon),
      body,
      attempts: 1,
      ack: () => told.push('ack'),
      retry: () => told.push('retry'),
    };
    // The consumer reads and answers messages one by one, and asks nothing else of a batch.
    const batch = { queue, messages: [message] } as unknown as MessageBatch;
    return { batch, told };
  };

  it('is told that a message is done once its outcomes are in D1', async () => {
    const queue = around(fakeLanes());
    const { batch, told } = batchOf(await due(queue, 'acknowledged'));

    await consume(queue.env, batch, noon + MINUTE);

    expect(told).toEqual(['ack']);
    expect(await ledger('acknowledged')).toEqual(['12:01 started']);
  });

  it('is asked for the message again while D1 is silent', async () => {
    const queue = around(fakeLanes());
    const { batch, told } = batchOf(await due(queue, 'silent'));
    const DB = {
      prepare: env.DB.prepare.bind(env.DB),
      batch: () => Promise.reject(new Error('gone')),
    };

    // The consumer of ticks prepares and sends batches, nothing else.
    await consume({ ...queue.env, DB: DB as unknown as D1Database }, batch, noon + MINUTE);

    expect(told).toEqual(['retry']);
    expect(await ledger('silent')).toEqual(['12:01 due']);
  });
});
