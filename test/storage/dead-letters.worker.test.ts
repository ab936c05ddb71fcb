import {
  applyD1Migrations,
  createExecutionContext,
  createMessageBatch,
  getQueueResult,
} from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { keepDeadLetters } from '../../src/storage/dead-letters.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

const batchOf = (...ids: string[]): MessageBatch =>
  createMessageBatch(
    'sluice-events-dead',
    ids.map((id) => ({
      id,
      timestamp: new Date(1_000),
      attempts: 1,
      body: { id, text: 'x'.repeat(90_000) },
    })),
  );

const kept = async (): Promise<string[]> =>
  (await env.DB.prepare('SELECT id FROM dead_letters ORDER BY id').all<{ id: string }>()).results.map(
    ({ id }) => id,
  );

const resultOf = (batch: MessageBatch) => getQueueResult(batch, createExecutionContext());

describe('dead letters', () => {
  it('T3: are acknowledged once they are kept, each once', async () => {
    const ids = Array.from({ length: 40 }, (_, at) => `m${String(at).padStart(2, '0')}`);
    await keepDeadLetters(env.DB, batchOf('m00'), 'why');
    const batch = batchOf(...ids);

    await keepDeadLetters(env.DB, batch, 'why');

    expect(await kept()).toEqual(ids);
    expect((await resultOf(batch)).ackAll).toBe(true);
  });

  it('wait while the database is silent', async () => {
    const silent = new Proxy(env.DB, {
      get: (target, name) =>
        name === 'batch'
          ? () => Promise.reject(new Error('D1_ERROR: gone'))
          : Reflect.get(target, name).bind(target),
    });
    const batch = batchOf('later');

    await keepDeadLetters(silent, batch, 'why');

    expect(await resultOf(batch)).toMatchObject({ ackAll: false, retryBatch: { retry: true } });
    expect(await kept()).not.toContain('later');
  });
});
