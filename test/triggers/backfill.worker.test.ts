import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StepError } from '../../src/domain/errors.ts';
import { refusalsOf } from '../../src/storage/refusals.ts';
import { addSource } from '../../src/storage/sources.ts';
import { acceptEvents } from '../../src/triggers/event/accept.ts';
import { backfill, forgetLog, logState, type BackfillPorts } from '../../src/triggers/event/backfill.ts';
import type { Bindings } from '../../src/storage/bindings.ts';
import { setUp } from './doorway.ts';

const NOW = Date.parse('2026-11-23T12:00:00Z');
const DAY = 86_400_000;
const ORIGIN = 'https://acme.okta.example';

beforeAll(async () => {
  await setUp();
  const settings = { header: 'Authorization', backfill: { connection: 'okta' } };
  const source = { kind: 'okta', note: null, secrets: [] };
  await addSource(env, { ...source, name: 'okta', settings }, { by: 'test', now: NOW - DAY });
  await addSource(env, { ...source, name: 'hooks-only', settings: {} }, { by: 'test', now: NOW - DAY });
});

beforeEach(async () => {
  await env.DB.exec('DELETE FROM events');
  await forgetLog(env.DB, 'okta');
});

/** The queue takes everything: what it delivers is of other tests. */
const bindings: Bindings = { ...env, EVENTS: { sendBatch: async () => undefined } as unknown as Queue };

const logEvent = (number: number, more: object = {}) => ({
  uuid: `uuid-${number}`,
  eventType: 'user.session.start',
  published: new Date(NOW - number * 1_000).toISOString(),
  actor: { id: '00u1', type: 'User', alternateId: 'ana@example.com' },
  ...more,
});

/** A log of the pages given, then empty ones; `asked` are the addresses. */
const logOf = (...pages: readonly unknown[]) => {
  const asked: string[] = [];
  const ports: BackfillPorts = {
    now: () => NOW,
    openLog: async (connection) => {
      if (connection !== 'okta')
        throw new StepError('no_connection', `There is no connection "${connection}"`);
      return {
        origin: ORIGIN,
        get: async (address) => {
          const page = pages[asked.length] ?? [];
          asked.push(address);
          const headers = new Headers({ Link: `<${ORIGIN}/api/v1/logs?after=${asked.length}>; rel="next"` });
          return { status: 200, headers, text: JSON.stringify(page) };
        },
      };
    },
  };
  return { asked, ports };
};

const kept = async (): Promise<unknown[]> =>
  (await env.DB.prepare('SELECT source_id AS id, subject FROM events ORDER BY source_id').all()).results;

describe('the backfill of a source', () => {
  it('accepts what the log has, and goes on with its link at the next tick', async () => {
    const { asked, ports } = logOf([logEvent(1), logEvent(2)], [], [logEvent(3)]);

    expect(await backfill(bindings, ports)).toEqual({ pages: 2, events: 2, broken: [] });
    expect(await backfill(bindings, ports)).toEqual({ pages: 2, events: 1, broken: [] });

    expect(await kept()).toEqual(
      [1, 2, 3].map((number) => ({ id: `uuid-${number}`, subject: 'ana@example.com' })),
    );
    expect(asked.slice(1)).toEqual([1, 2, 3].map((after) => `${ORIGIN}/api/v1/logs?after=${after}`));
  });

  it('begins where the source was made', async () => {
    const { asked, ports } = logOf();

    await backfill(bindings, ports);

    expect(new URL(asked[0] ?? '').searchParams.get('since')).toBe('2026-11-22T12:00:00.000Z');
  });

  it('keeps an event once that a hook has brought before', async () => {
    const found = {
      id: 'uuid-1',
      type: 'user.session.start',
      subject: null,
      time: NOW,
      raw: '{"uuid":"uuid-1"}',
    };
    await acceptEvents(bindings, { source: 'okta', events: [found], headers: {}, now: NOW });
    const { ports } = logOf([logEvent(1), logEvent(2)]);

    await backfill(bindings, ports);

    expect(await kept()).toEqual([
      { id: 'uuid-1', subject: null },
      { id: 'uuid-2', subject: 'ana@example.com' },
    ]);
  });

  it('passes over an event that no row has room for, and counts it', async () => {
    const huge = logEvent(2, { debugContext: 'x'.repeat(2_000_000) });
    const { ports } = logOf([logEvent(1), huge, logEvent(3)]);

    await backfill(bindings, ports);

    expect(await kept()).toHaveLength(2);
    const counted = await refusalsOf(env.DB, 'okta', NOW - DAY);
    expect(counted).toMatchObject([{ reason: 'too_large', count: 1 }]);
  });

  it('says what is wrong, and nothing of sources that ask for none', async () => {
    const { ports } = logOf({ errorCode: 'E0000001' });

    await backfill(bindings, ports);

    const settings = { backfill: { connection: 'okta' } };
    expect(await logState(env.DB, { name: 'okta', settings }, NOW)).toMatchObject({
      state: 'failing',
      trouble: expect.stringContaining('cannot be read'),
    });
    expect(await logState(env.DB, { name: 'hooks-only', settings: {} }, NOW)).toBeNull();
  });

  it('that D1 cannot keep is tried again from the same place', async () => {
    const { asked, ports } = logOf([logEvent(1)], [logEvent(1)]);
    const refusing = { ...bindings.EVENTS, sendBatch: () => Promise.reject(new Error('the queue is down')) };
    const silent: Bindings = { ...bindings, DB: silentBatches(env.DB), EVENTS: refusing };

    expect(await backfill(silent, ports)).toMatchObject({ pages: 1, events: 0 });
    await backfill(bindings, ports);

    expect(asked[1]).toBe(asked[0]);
    expect(await kept()).toHaveLength(1);
  });
});

/** D1 that reads and writes its marks, and takes no events. */
const silentBatches = (db: D1Database): D1Database =>
  new Proxy(db, {
    get: (target, name) => {
      if (name === 'batch') return () => Promise.reject(new Error('D1_ERROR: Network connection lost.'));
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
