/** Schedules that nobody looks after: the watchdog tells, the audit puts right. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { faultsOf } from '../../../src/storage/health.ts';
import { auditSchedules } from '../../../src/triggers/schedule/audit.ts';
import { minuteOfSchedules } from '../../../src/triggers/schedule/minute.ts';
import { tickSchedules } from '../../../src/triggers/schedule/tick-schedules.ts';
import { setUp } from '../doorway.ts';
import { fakeLanes } from '../fake-lane.ts';
import { at, ledger, MINUTE, save, schedule, withQueue } from './clockwork.ts';

beforeAll(setUp);

const noon = at('2027-03-01T12:00:00Z');
const EVERY_MINUTE = 'cron: "* * * * *"';

const ALERT = `trigger: { kind: helper }
inputs:
  message: { type: string }
  count: { type: integer }
steps: [{ return: {} }]
`;

const breakTrigger = (flow: string) =>
  env.DB.prepare(
    `UPDATE flow_versions SET definition = json_set(definition, '$.trigger.timezone', 'Nowhere/Land') WHERE flow = ?1`,
  )
    .bind(flow)
    .run();

describe('a schedule that should have fired and has no line', () => {
  it('is a fault of the installation after three minutes, and none once the tick has come', async () => {
    await save({ late: schedule(EVERY_MINUTE) }, noon + 1, true);
    await tickSchedules(withQueue().env, noon + MINUTE);

    expect(await faultsOf(env.DB, noon + 4 * MINUTE)).toEqual([]);
    expect(await faultsOf(env.DB, noon + 6 * MINUTE)).toMatchObject([
      { code: 'schedules_overdue', count: 1, since: '2027-03-01T12:02:00.000Z' },
    ]);
    await tickSchedules(withQueue().env, noon + 6 * MINUTE);
    const codes = (await faultsOf(env.DB, noon + 7 * MINUTE)).map(({ code }) => code);
    expect(codes).not.toContain('schedules_overdue');
  });

  it('is told of by one run, however many ticks find it', async () => {
    const lanes = fakeLanes();
    const settings = {
      RUN_LANE: lanes.namespace,
      SLUICE_HOMES: '1',
      SLUICE_LANES: '1',
      SLUICE_ALERT_FLOW: 'alert',
    };
    const queue = withQueue(settings);
    await save(
      { alert: ALERT, broken: schedule(EVERY_MINUTE), whole: schedule(EVERY_MINUTE) },
      noon + 1,
      true,
    );
    await minuteOfSchedules(queue.env, noon + MINUTE);
    await breakTrigger('broken');

    for (let tick = 2; tick <= 12; tick++) await minuteOfSchedules(queue.env, noon + tick * MINUTE);

    const alerts = [...lanes.objects.values()].flatMap(({ runs }) => [...runs.values()]);
    expect(alerts.map(({ request }) => JSON.parse(request.created).inputs)).toEqual([
      { count: 1, message: expect.stringContaining('The schedule of broken should have fired') },
    ]);
    expect(await ledger('whole')).toHaveLength(12);
  });

  it('is told of when a tick comes after a long silence', async () => {
    const lanes = fakeLanes();
    const settings = {
      RUN_LANE: lanes.namespace,
      SLUICE_HOMES: '1',
      SLUICE_LANES: '1',
      SLUICE_ALERT_FLOW: 'alert',
    };
    await save({ alert: ALERT, one: schedule(EVERY_MINUTE), two: schedule(EVERY_MINUTE) }, noon + 1, true);

    const done = await minuteOfSchedules(withQueue(settings).env, noon + 40 * MINUTE);

    expect(done.overdue).toBe(2);
    const [run] = [...(lanes.objects.get('lane-0')?.runs.values() ?? [])];
    expect(JSON.parse(run?.request.created ?? '{}')).toMatchObject({
      trigger: 'helper',
      inputs: { count: 2 },
    });
  });

  it('does not stop the others when the alert cannot be started', async () => {
    await save({ lonely: schedule(EVERY_MINUTE) }, noon + 1, true);
    const queue = withQueue({ SLUICE_ALERT_FLOW: 'nobody' });

    await expect(minuteOfSchedules(queue.env, noon + 10 * MINUTE)).rejects.toThrow(
      'SLUICE_ALERT_FLOW is "nobody"',
    );

    expect(await ledger('lonely')).toHaveLength(10);
  });
});

describe('ticks that are not settled', () => {
  it('are a fault of the installation after five minutes', async () => {
    await save({ unsettled: schedule('cron: "1 12 * * *"') }, noon + 1, true);
    await env.DB.prepare('DELETE FROM tick_sends').run();
    await tickSchedules(withQueue().env, noon + MINUTE);

    expect(await faultsOf(env.DB, noon + 30 * MINUTE)).toMatchObject([{ code: 'ticks_unsettled', count: 1 }]);
  });
});

describe('the audit', () => {
  const spoilt = async (flow: string, sql: string): Promise<void> => {
    await save({ [flow]: schedule(EVERY_MINUTE, 'missed: all') }, noon + 1, true);
    await tickSchedules(withQueue().env, noon + 2 * MINUTE);
    await env.DB.prepare(sql).bind(flow).run();
  };

  it.each([
    ['has no row', 'DELETE FROM schedules WHERE flow = ?1'],
    ['has no next time', 'UPDATE schedules SET next_at = NULL WHERE flow = ?1'],
    ['has a next time far away', 'UPDATE schedules SET next_at = next_at + 86400000 WHERE flow = ?1'],
    ['lacks its last line', `DELETE FROM ticks WHERE flow = ?1 AND nominal = ${noon + 2 * MINUTE}`],
  ])('sets a schedule going that %s', async (what, sql) => {
    const flow = `audited-${what.replaceAll(' ', '-')}`;
    await spoilt(flow, sql);

    expect(await auditSchedules(env, noon + 5 * MINUTE)).toEqual([flow]);
    await tickSchedules(withQueue().env, noon + 5 * MINUTE);

    expect(await ledger(flow)).toEqual(['12:01 due', '12:02 due', '12:03 due', '12:04 due', '12:05 due']);
  });

  it('leaves alone what is well, and what has not begun', async () => {
    await save({ well: schedule(EVERY_MINUTE), fresh: schedule('cron: "0 0 1 1 *"') }, noon + 1, true);
    await tickSchedules(withQueue().env, noon + 2 * MINUTE);
    await save({ well: schedule(EVERY_MINUTE), fresh: schedule('cron: "0 0 1 2 *"') }, noon + 3 * MINUTE);

    expect(await auditSchedules(env, noon + 3 * MINUTE)).toEqual([]);
  });
});
