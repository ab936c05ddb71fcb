/** T4 for schedules: every nominal time ends in the ledger, whatever becomes of the ticks. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { setStatus } from '../../../src/storage/flows.ts';
import { getSchedule } from '../../../src/storage/schedules.ts';
import { tickSchedules } from '../../../src/triggers/schedule/tick-schedules.ts';
import { setUp } from '../doorway.ts';
import { at, ledger, lines, MINUTE, save, schedule, withQueue } from './clockwork.ts';

beforeAll(setUp);

const EVERY_MINUTE = 'cron: "* * * * *"';
const noon = at('2027-03-01T12:00:00Z');

describe('a schedule of each minute', () => {
  it('writes one line for each tick and sends it', async () => {
    const queue = withQueue();
    await save({ plain: schedule(EVERY_MINUTE) }, noon + 30_000);

    await tickSchedules(queue.env, noon + MINUTE);

    expect(await ledger('plain')).toEqual(['12:01 due']);
    expect(queue.sent()).toEqual(['plain 12:01']);
    expect((await getSchedule(env.DB, 'plain'))?.nextAt).toBe(noon + 2 * MINUTE);
  });

  it('does not fire for the time before it was saved', async () => {
    await save({ young: schedule(EVERY_MINUTE, 'missed: all') }, noon + 30_000);

    await tickSchedules(withQueue().env, noon + 40_000);

    expect(await ledger('young')).toEqual([]);
    expect((await getSchedule(env.DB, 'young'))?.nextAt).toBe(noon + MINUTE);
  });

  it('is started once by two ticks at once, and by a tick that comes twice', async () => {
    const queue = withQueue();
    await save({ twice: schedule(EVERY_MINUTE) }, noon + 30_000);

    await Promise.all([tickSchedules(queue.env, noon + MINUTE), tickSchedules(queue.env, noon + MINUTE)]);
    await tickSchedules(queue.env, noon + MINUTE);

    expect(await ledger('twice')).toEqual(['12:01 due']);
    expect(queue.sent().filter((tick) => tick.startsWith('twice'))).toEqual(['twice 12:01']);
  });

  it('fires later by its spread, always the same', async () => {
    const flows = {
      one: schedule('cron: "0 * * * *"', 'spread: 30m'),
      two: schedule('cron: "0 * * * *"', 'spread: 30m'),
    };
    await save(flows, noon + 30_000);
    for (let tick = 0; tick <= 90; tick++) await tickSchedules(withQueue().env, noon + tick * MINUTE);

    const [one, two] = [await lines('one'), await lines('two')];

    expect(one.map(({ nominal }) => nominal)).toEqual([noon + 60 * MINUTE]);
    expect(one[0]?.actual).toBe(one[0]?.due);
    expect(one[0]?.due).not.toBe(two[0]?.due);
  });
});

describe('a tick that comes 40 minutes late', () => {
  it.each([
    ['none', ['12:40']],
    ['last', ['12:40']],
    ['all', ['12:00', '12:10', '12:20', '12:30', '12:40']],
  ])('starts by missed: %s', async (missed, starting) => {
    const flow = `late-${missed}`;
    await save({ [flow]: schedule('cron: "*/10 * * * *"', `missed: ${missed}`) }, noon);

    await tickSchedules(withQueue().env, noon + 40 * MINUTE);

    const book = await ledger(flow);
    expect(book).toHaveLength(5);
    expect(book.filter((line) => line.endsWith('due'))).toEqual(starting.map((time) => `${time} due`));
  });

  it('says why the others were missed, and how old is too old', async () => {
    await save({ window: schedule('cron: "0 * * * *"', 'missed: all', 'missedWindow: 90m') }, noon + 1);

    await tickSchedules(withQueue().env, noon + 180 * MINUTE);

    expect((await lines('window')).map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['missed', expect.stringContaining('missedWindow')],
      ['due', null],
      ['due', null],
    ]);
  });

  it('writes thousands of lines for one schedule, and starts the last one', async () => {
    await save({ asleep: schedule(EVERY_MINUTE, 'missed: last') }, noon);

    await tickSchedules(withQueue().env, noon + 3_000 * MINUTE);

    const book = await lines('asleep');
    expect(book).toHaveLength(3_001);
    expect(book.filter(({ outcome }) => outcome === 'due').map(({ nominal }) => nominal)).toEqual([
      noon + 3_000 * MINUTE,
    ]);
  });
});

describe('a message that was lost', () => {
  it('is sent again after 30 seconds, and then less and less often', async () => {
    const queue = withQueue();
    await save({ lost: schedule('cron: "1 12 * * *"') }, noon);
    const sent: number[] = [];
    for (let tick = 1; tick <= 20; tick++) {
      const before = queue.messages.length;
      await tickSchedules(queue.env, noon + tick * MINUTE);
      if (queue.sent().slice(before).includes('lost 12:01')) sent.push(tick);
    }

    expect(sent).toEqual([1, 2, 3, 5, 9, 17]);
  });

  it('is sent by a later tick when the queue was closed', async () => {
    const queue = withQueue();
    queue.isOpen = false;
    await save({ closed: schedule('cron: "1 12 * * *"') }, noon);
    await tickSchedules(queue.env, noon + MINUTE);
    queue.isOpen = true;

    await tickSchedules(queue.env, noon + 2 * MINUTE);

    expect(queue.sent()).toContain('closed 12:01');
  });

  it('ends as expired after seven days', async () => {
    const queue = withQueue();
    await save({ stuck: schedule('cron: "1 12 1 3 *"') }, noon);
    await tickSchedules(queue.env, noon + MINUTE);

    await tickSchedules(queue.env, noon + 8 * 24 * 60 * MINUTE);

    expect(await ledger('stuck')).toEqual(['12:01 expired']);
  });
});

describe('a flow that changes', () => {
  it('fires by its old version up to the change and by the new one from then on', async () => {
    await save({ edited: schedule('cron: "*/10 * * * *"', 'missed: all') }, noon + 1);
    await save({ edited: schedule('cron: "5 * * * *"', 'missed: all') }, noon + 25 * MINUTE);

    await tickSchedules(withQueue().env, noon + 70 * MINUTE);

    expect(
      (await lines('edited')).map(({ nominal, version }) => [(nominal - noon) / MINUTE, version]),
    ).toEqual([
      [10, 1],
      [20, 1],
      [65, 2],
    ]);
  });

  it('fires for what was due before the change, though the spread comes after it', async () => {
    const hourly = schedule('cron: "0 * * * *"', 'spread: 59m');
    await save({ spread: hourly }, noon - 1);
    await save({ spread: schedule('cron: "30 3 * * *"') }, noon + 1);
    for (let tick = 0; tick <= 60; tick++) await tickSchedules(withQueue().env, noon + tick * MINUTE);

    expect(await ledger('spread')).toEqual(['12:00 due']);
    expect((await getSchedule(env.DB, 'spread'))?.nextAt).toBe(at('2027-03-02T03:30:00Z'));
  });

  it('stops when another trigger takes its place, and goes on when the clock comes back', async () => {
    const queue = withQueue();
    await save({ turned: schedule(EVERY_MINUTE) }, noon + 1);
    await tickSchedules(queue.env, noon + MINUTE);
    await save({ turned: 'trigger: { kind: manual }\nsteps: [{ return: {} }]\n' }, noon + MINUTE + 1);
    await tickSchedules(queue.env, noon + 3 * MINUTE);
    await save({ turned: schedule(EVERY_MINUTE, 'missed: all') }, noon + 3 * MINUTE + 1);

    await tickSchedules(queue.env, noon + 5 * MINUTE);

    expect(await ledger('turned')).toEqual(['12:01 due', '12:04 due', '12:05 due']);
  });

  it('is recorded as disabled, and not caught up when it is enabled', async () => {
    await save({ off: schedule(EVERY_MINUTE, 'missed: all') }, noon + 1);
    await setStatus(env.DB, 'off', { status: 'disabled', at: noon + 2 });
    await tickSchedules(withQueue().env, noon + 2 * MINUTE);
    await setStatus(env.DB, 'off', { status: 'enabled', at: noon + 2 * MINUTE + 1 });

    await tickSchedules(withQueue().env, noon + 3 * MINUTE);

    expect(await ledger('off')).toEqual(['12:01 disabled', '12:02 disabled', '12:03 due']);
  });

  it('has no lines while it is archived', async () => {
    const text = schedule(EVERY_MINUTE, 'missed: all');
    await save({ gone: text }, noon + 1);
    await setStatus(env.DB, 'gone', { status: 'archived', at: noon + 2 });
    await tickSchedules(withQueue().env, noon + 5 * MINUTE);
    await save({ gone: text }, noon + 7 * MINUTE - 1);

    await tickSchedules(withQueue().env, noon + 8 * MINUTE);

    expect(await ledger('gone')).toEqual(['12:07 due', '12:08 due']);
  });
});

describe('a schedule that cannot be judged', () => {
  it('keeps no other from firing', async () => {
    await save({ 'a-broken': schedule(EVERY_MINUTE), 'b-whole': schedule(EVERY_MINUTE) }, noon + 1);
    await env.DB.prepare(
      `UPDATE flow_versions SET definition = json_set(definition, '$.trigger.timezone', 'Nowhere/Land') WHERE flow = 'a-broken'`,
    ).run();

    const ticked = await tickSchedules(withQueue().env, noon + MINUTE);

    expect(ticked.broken).toEqual(['a-broken']);
    expect(await ledger('b-whole')).toEqual(['12:01 due']);
  });
});
