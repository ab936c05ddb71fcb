import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../src/domain/event.ts';
import { idFloor } from '../../src/domain/ids.ts';
import { keepCarried, keepEvents, rowOf } from '../../src/storage/keep-events.ts';

const NOW = Date.UTC(2026, 10, 23, 12);

const event = (number: number, sourceId: string, more: Partial<StoredEvent> = {}): StoredEvent => ({
  id: idFloor('evt', NOW + number),
  source: 'okta-prod',
  sourceId,
  type: 'user.lifecycle.create',
  subject: null,
  time: null,
  acceptedAt: NOW,
  raw: '{}',
  ...more,
});

const keep = (events: readonly StoredEvent[]) => keepEvents(env.DB, events.map(rowOf), {});
const ids = (events: readonly StoredEvent[]) => new Set(events.map(({ id }) => id));

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

describe('events that a message carried while D1 was silent', () => {
  it('are written down, and delivered however often the message comes', async () => {
    const carried = [event(1, 'a'), event(2, 'b')];

    expect(await keepCarried(env.DB, carried, { 'content-type': 'text/plain' })).toEqual(ids(carried));
    expect(await keepCarried(env.DB, carried, {})).toEqual(ids(carried));

    const row = await env.DB.prepare("SELECT headers FROM events WHERE source_id = 'a'").first();
    expect(row).toEqual({ headers: '{"content-type":"text/plain"}' });
  });

  it('are delivered when D1 had kept them after all', async () => {
    const late = [event(3, 'late')];
    await keep(late);

    expect(await keepCarried(env.DB, late, {})).toEqual(ids(late));
  });

  it('are left to another post that was kept first', async () => {
    await keep([event(4, 'first')]);
    const again = [event(5, 'first'), event(6, 'other')];

    expect(await keepCarried(env.DB, again, {})).toEqual(ids(again.slice(1)));
  });

  it('are not delivered once they have their verdicts', async () => {
    const ended = [event(7, 'ended')];
    await keep(ended);
    await env.DB.prepare('UPDATE events SET closed_at = 1 WHERE id = ?1').bind(ended[0]?.id).run();

    expect(await keepCarried(env.DB, ended, {})).toEqual(new Set());
  });

  it('are closed as they come when they are faulty', async () => {
    expect(await keepCarried(env.DB, [event(8, 'bad', { fault: 'It has no type.' })], {})).toEqual(new Set());

    const row = await env.DB.prepare("SELECT verdicts FROM events WHERE source_id = 'bad'").first();
    expect(row?.['verdicts']).toContain('It has no type.');
  });
});

describe('events of 1 MB each', () => {
  it('are kept all or none, in as many statements as they need', async () => {
    const raw = 'x'.repeat(1_000_000);
    const events = [event(20, 'x', { raw }), event(21, 'y', { raw }), event(22, 'z', { raw })];

    expect(await keep(events)).toEqual(ids(events));
  });
});
