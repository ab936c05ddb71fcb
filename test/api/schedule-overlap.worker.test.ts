/** `overlap` of a schedule with real lanes: what becomes of a tick while the run before it is still under way. */
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { deliverTicks } from '../../src/triggers/schedule/deliver-ticks.ts';
import { tickSchedules } from '../../src/triggers/schedule/tick-schedules.ts';
import { withQueue } from '../triggers/schedule/clockwork.ts';
import { call, get, migrate, putFlow, read, refusal } from './client.ts';

beforeAll(migrate);

const MINUTE = 60_000;
const waiting = (overlap: string): string => `title: Waits
trigger: { kind: schedule, cron: "* * * * *", missed: all, overlap: ${overlap} }
steps: [{ wait: { for: 1d } }]
`;

/** Two ticks of a flow whose runs wait for a day; gives its ledger, the earlier tick first. */
const twoTicks = async (flow: string) => {
  const next = Math.ceil((Date.now() + 1) / MINUTE) * MINUTE;
  for (const now of [next, next + MINUTE]) {
    const queue = withQueue();
    await tickSchedules(queue.env, now);
    for (const message of queue.messages) await deliverTicks(queue.env, message, Date.now());
  }
  const { results } = await env.DB.prepare(
    'SELECT outcome, run, reason FROM ticks WHERE flow = ?1 ORDER BY nominal DESC LIMIT 2',
  )
    .bind(flow)
    .all<{ outcome: string; run: string; reason: string | null }>();
  return results.toReversed();
};

const statusOf = async (run: string | undefined): Promise<string> =>
  (await read(await get(`/api/v1/runs/${run}`), z.looseObject({ status: z.string() }))).status;

describe('a tick while the run before it is under way', () => {
  it('is skipped by overlap: skip, and its line names that run', async () => {
    await putFlow('skips', waiting('skip'));

    const [first, second] = await twoTicks('skips');

    expect(first?.outcome).toBe('started');
    expect(second).toEqual({
      outcome: 'skipped',
      run: first?.run,
      reason: 'the run before it was still under way',
    });
  });

  it('waits by overlap: queue', async () => {
    await putFlow('queues', waiting('queue'));

    const [first, second] = await twoTicks('queues');

    expect([first?.outcome, second?.outcome]).toEqual(['started', 'started']);
    expect([await statusOf(first?.run), await statusOf(second?.run)]).toEqual(['waiting', 'queued']);
  });

  it('takes its place by overlap: cancel-previous', async () => {
    await putFlow('cancels', waiting('cancel-previous'));

    const [first, second] = await twoTicks('cancels');

    await vi.waitFor(async () => expect(await statusOf(first?.run)).toBe('cancelled'), { timeout: 5_000 });
    expect(await statusOf(second?.run)).toBe('waiting');
  });

  it('runs beside it by overlap: allow', async () => {
    await putFlow('allows', waiting('allow'));

    const [first, second] = await twoTicks('allows');

    expect([await statusOf(first?.run), await statusOf(second?.run)]).toEqual(['waiting', 'waiting']);
  });
});

describe('a schedule that is run by hand', () => {
  it('starts nothing beside a run under way, when overlap says skip', async () => {
    await putFlow('busy', waiting('skip'));
    const Started = z.looseObject({ id: z.string() });
    const first = await read(await call('POST', '/api/v1/schedules/busy/run', { body: {} }), Started);

    const refused = await refusal(await call('POST', '/api/v1/schedules/busy/run', { body: {} }));

    expect([refused.code, refused.detail]).toEqual(['conflict', expect.stringContaining(first.id)]);
  });
});
