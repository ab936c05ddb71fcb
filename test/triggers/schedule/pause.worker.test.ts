/** A schedule that is paused over ticks and resumed: `missed` says what starts then. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ScheduleTrigger } from '../../../src/domain/schedule.ts';
import { getSchedule, pauseSchedule, resumeSchedule } from '../../../src/storage/schedules.ts';
import { resumeFrom } from '../../../src/triggers/schedule/move.ts';
import { tickSchedules } from '../../../src/triggers/schedule/tick-schedules.ts';
import { setUp } from '../doorway.ts';
import { at, ledger, lines, MINUTE, save, schedule, withQueue } from './clockwork.ts';

beforeAll(setUp);

const noon = at('2027-03-01T12:00:00Z');
const EVERY_TEN = 'cron: "*/10 * * * *"';

const pause = (flow: string, now: number): Promise<void> =>
  pauseSchedule(env.DB, flow, { note: 'moving', by: 'test', now });

const resume = async (flow: string, now: number): Promise<boolean> => {
  const row = await getSchedule(env.DB, flow);
  if (row === undefined) throw new Error(`${flow} has no schedule.`);
  const trigger: ScheduleTrigger = JSON.parse(row.trigger);
  return resumeSchedule(env.DB, row, { by: 'test', now, from: resumeFrom(trigger, row, now) });
};

const tick = async (minutes: number): Promise<void> => {
  await tickSchedules(withQueue().env, noon + minutes * MINUTE);
};

describe('a paused schedule', () => {
  it.each([
    ['none', ['12:10 paused', '12:20 paused', '12:30 paused']],
    ['last', ['12:10 paused', '12:20 paused', '12:30 due']],
    ['all', ['12:10 due', '12:20 due', '12:30 due']],
  ])('is resumed by missed: %s', async (missed, book) => {
    const flow = `resumed-${missed}`;
    await save({ [flow]: schedule(EVERY_TEN, `missed: ${missed}`) }, noon + 1, true);
    await pause(flow, noon + 2);
    for (const minutes of [10, 20, 30]) await tick(minutes);
    const paused = await ledger(flow);
    await resume(flow, noon + 35 * MINUTE);

    await tick(36);

    expect(paused).toEqual(['12:10 paused', '12:20 paused', '12:30 paused']);
    expect(await ledger(flow)).toEqual(book);
  });

  it('starts nothing of the pause that is older than missedWindow', async () => {
    await save({ window: schedule(EVERY_TEN, 'missed: all', 'missedWindow: 15m') }, noon + 1, true);
    await pause('window', noon + 2);
    await tick(30);
    await resume('window', noon + 30 * MINUTE + 1);

    await tick(31);

    expect(await ledger('window')).toEqual(['12:10 paused', '12:20 due', '12:30 due']);
  });

  it('starts nothing of the pause twice when it is paused and resumed again', async () => {
    const queue = withQueue();
    await save({ again: schedule(EVERY_TEN, 'missed: all') }, noon + 1, true);
    for (const minutes of [5, 15]) {
      await pause('again', noon + minutes * MINUTE);
      await tickSchedules(queue.env, noon + (minutes + 6) * MINUTE);
      await resume('again', noon + (minutes + 7) * MINUTE);
      await tickSchedules(queue.env, noon + (minutes + 7) * MINUTE + 1);
    }

    expect(await ledger('again')).toEqual(['12:10 due', '12:20 due']);
    const ofFlow = queue.messages.filter(({ ticks }) => ticks.some(({ flow }) => flow === 'again'));
    expect(new Set(ofFlow.map(({ id }) => id))).toHaveLength(2);
  });

  it('judges what passed by the version that was in force then', async () => {
    await save({ edited: schedule(EVERY_TEN, 'missed: all') }, noon + 1, true);
    await pause('edited', noon + 2);
    await save({ edited: schedule('cron: "5 * * * *"', 'missed: all') }, noon + 15 * MINUTE);
    await tick(70);
    await resume('edited', noon + 70 * MINUTE + 1);

    await tick(71);

    expect(
      (await lines('edited')).map(({ nominal, outcome, version }) => [
        (nominal - noon) / MINUTE,
        outcome,
        version,
      ]),
    ).toEqual([
      [10, 'due', 1],
      [65, 'due', 2],
    ]);
  });

  it('is not resumed over somebody who changed it meanwhile', async () => {
    await save({ raced: schedule(EVERY_TEN) }, noon + 1, true);
    await pause('raced', noon + 2);
    const row = await getSchedule(env.DB, 'raced');
    if (row === undefined) throw new Error('There is no schedule.');
    await pause('raced', noon + 3);

    expect(await resumeSchedule(env.DB, row, { by: 'test', now: noon + 4, from: noon })).toBe(false);
    expect((await getSchedule(env.DB, 'raced'))?.status).toBe('paused');
  });
});
