import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { refusalsOf } from '../../src/storage/refusals.ts';
import { countRefusal, flushRefusals } from '../../src/triggers/event/refusal-count.ts';
import { lost } from './event-post.ts';

const HOUR = 3_600_000;
const NOON = Date.UTC(2026, 10, 23, 12);

const refusal = (source: string, now: number, more: { reason?: string; message?: string } = {}) => ({
  source,
  reason: 'bad_signature',
  message: 'the signature does not fit',
  ...more,
  now,
});

const counts = async (source: string) =>
  (await refusalsOf(env.DB, source, 0)).map(({ hour, reason, count }) => [hour, reason, count]);

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
afterEach(() => void vi.restoreAllMocks());

describe('refused posts', () => {
  it('cost one write a minute and source, however many come', async () => {
    let writes = 0;
    for (let second = 0; second < 180; second++) {
      for (let post = 0; post < 10; post++) {
        const written = countRefusal(env.DB, refusal('flooded', NOON + second * 1_000));
        if (written !== undefined) writes++;
        await written;
      }
    }

    expect(writes).toBe(3);
    expect(await counts('flooded')).toEqual([[NOON, 'bad_signature', 1_201]]);
  });

  it('are written down at once when they are the first, with what was wrong', async () => {
    await countRefusal(env.DB, refusal('first', NOON));

    expect(await refusalsOf(env.DB, 'first', NOON)).toEqual([
      {
        source: 'first',
        hour: NOON,
        reason: 'bad_signature',
        count: 1,
        sample: 'the signature does not fit',
      },
    ]);
  });

  it('are counted by hour and reason', async () => {
    await countRefusal(env.DB, refusal('sorted', NOON));
    await countRefusal(env.DB, refusal('sorted', NOON + 1_000, { reason: 'too_old' }));
    await countRefusal(env.DB, refusal('sorted', NOON + 1_000));
    await countRefusal(env.DB, refusal('sorted', NOON + HOUR));

    expect(await counts('sorted')).toEqual([
      [NOON + HOUR, 'bad_signature', 1],
      [NOON, 'bad_signature', 2],
      [NOON, 'too_old', 1],
    ]);
  });

  it('are written with the next good post when a minute has passed', async () => {
    await countRefusal(env.DB, refusal('quiet', NOON));
    void countRefusal(env.DB, refusal('quiet', NOON + 1_000));

    expect(flushRefusals(env.DB, 'quiet', NOON + 59_000)).toBeUndefined();
    await flushRefusals(env.DB, 'quiet', NOON + 60_000);

    expect(await counts('quiet')).toEqual([[NOON, 'bad_signature', 2]]);
  });

  it('keep a sample of 500 characters', async () => {
    await countRefusal(env.DB, refusal('long', NOON, { message: 'x'.repeat(5_000) }));

    expect((await refusalsOf(env.DB, 'long', 0))[0]?.sample).toHaveLength(500);
  });

  it('are not forgotten while D1 does not answer', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const write = vi.fn();
    const DB = lost();
    const statement = {
      bind: (json: string) => (write(JSON.parse(json)), { run: () => Promise.resolve({}) }),
    };

    await countRefusal(DB, refusal('outage', NOON));
    // As much of a statement as is asked for.
    vi.spyOn(DB, 'prepare').mockReturnValue(statement as unknown as D1PreparedStatement);
    await countRefusal(DB, refusal('outage', NOON + 60_000));

    expect(write).toHaveBeenCalledExactlyOnceWith([expect.objectContaining({ source: 'outage', count: 2 })]);
  });
});
