/** Thousands of schedules that are due in one minute. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { deliverTicks } from '../../../src/triggers/schedule/deliver-ticks.ts';
import { tickSchedules } from '../../../src/triggers/schedule/tick-schedules.ts';
import { setUp } from '../doorway.ts';
import { fakeLanes } from '../fake-lane.ts';
import { at, MINUTE, save, schedule, withQueue } from './clockwork.ts';
import { mortal } from './mortal.ts';

beforeAll(setUp);

const noon = at('2027-03-01T12:00:00Z');

/** As many copies of a saved flow. */
const copies = async (flow: string, count: number): Promise<void> => {
  const numbers = JSON.stringify(Array.from({ length: count }, (_, number) => number));
  const copy = async (table: string, key: string): Promise<void> => {
    const { results } = await env.DB.prepare(`SELECT name FROM pragma_table_info('${table}')`).all<{
      name: string;
    }>();
    const columns = results.map(({ name }) => `"${name}"`);
    const values = columns.map((name) => (name === `"${key}"` ? `t.${name} || '-' || n.value` : `t.${name}`));
    await env.DB.prepare(
      `INSERT INTO ${table} (${columns.join()}) SELECT ${values.join()} FROM ${table} t, json_each(?1) n WHERE t."${key}" = ?2`,
    )
      .bind(numbers, flow)
      .run();
  };
  await copy('flows', 'name');
  await copy('flow_versions', 'flow');
  await copy('schedules', 'flow');
  await env.DB.prepare(`UPDATE flow_versions SET definition = json_set(definition, '$.name', flow)`).run();
};

describe('2,000 schedules that are due in one minute', () => {
  it('are queued by a few statements, and start each once', async () => {
    await save({ many: schedule('cron: "1 12 * * *"') }, noon + 1);
    await copies('many', 1_999);
    const lanes = fakeLanes();
    const queue = withQueue({ RUN_LANE: lanes.namespace, SLUICE_HOMES: '2', SLUICE_LANES: '2' });
    const counted = mortal(queue.env);

    const ticked = await tickSchedules(counted.env, noon + MINUTE);
    for (const message of queue.messages) await deliverTicks(queue.env, message, noon + MINUTE);

    expect(ticked).toMatchObject({ ticks: 2_000, sent: 2_000 });
    expect(queue.messages).toHaveLength(20);
    expect(counted.calls()).toBeLessThan(12);
    expect(lanes.allRuns()).toHaveLength(2_000);
    const { results } = await env.DB.prepare(
      'SELECT outcome, count(*) AS n FROM ticks GROUP BY outcome',
    ).all();
    expect(results).toEqual([{ outcome: 'started', n: 2_000 }]);
  });

  it('cost two statements when none is due', async () => {
    const counted = mortal(withQueue().env);

    await tickSchedules(counted.env, noon + 5 * MINUTE);

    expect(counted.calls()).toBe(2);
  });
});
