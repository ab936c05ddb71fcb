import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { pauseSource } from '../../src/storage/change-source.ts';
import type { Bindings } from '../../src/storage/bindings.ts';
import { resend } from '../../src/triggers/event/resend.ts';
import { reopenPaused, resumeSource } from '../../src/triggers/event/resume.ts';
import { EventsMessage } from '../../src/triggers/messages.ts';
import { publish, setUp } from './doorway.ts';
import {
  bring,
  byIds,
  keep,
  refusing,
  rowOfEvent,
  storedEvent,
  verdictOf,
  whole,
  withFakeLanes,
} from './event-delivery.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

beforeAll(async () => {
  await setUp();
  await publish({
    wants: 'trigger: { kind: event, source: quiet }\nsteps: [{ return: {} }]',
    late: 'trigger: { kind: event, source: pausing }\nsteps: [{ return: {} }]',
  });
});
afterEach(async () => {
  vi.restoreAllMocks();
  await env.DB.batch([env.DB.prepare('DELETE FROM events'), env.DB.prepare('DELETE FROM marks')]);
});

interface FakeQueue {
  readonly bindings: Bindings;
  /** sent since the last time it was asked */
  readonly sent: () => EventsMessage[];
}

/** A queue that takes everything, or nothing. */
const queue = ({ takes = true } = {}): FakeQueue => {
  const messages: EventsMessage[] = [];
  const unused = (): never => {
    throw new Error('Events are sent in batches.');
  };
  const sendBatch = async (requests: Iterable<MessageSendRequest>) => {
    if (!takes) throw new Error('Queue is overloaded');
    for (const { body } of requests) messages.push(EventsMessage.parse(body));
    return { metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } };
  };
  const EVENTS = { send: unused, sendBatch, metrics: unused };
  return { bindings: { ...env, EVENTS }, sent: () => messages.splice(0) };
};

describe('the tick', () => {
  it('sends what has no verdict after half a minute, and not before', async () => {
    const { bindings, sent } = queue();
    const event = storedEvent('quiet', 'a');
    const judged = storedEvent('quiet', 'b');
    await keep(event, judged);
    await bring([whole([judged])]);

    expect(await resend(bindings, event.acceptedAt + 29 * SECOND)).toEqual({ sent: 0, undeliverable: 0 });
    expect(await resend(bindings, event.acceptedAt + 31 * SECOND)).toEqual({ sent: 1, undeliverable: 0 });

    const [message] = sent();
    expect(message).toEqual({ v: 1, kind: 'events', source: 'quiet', ids: [event.id] });
    expect(await bring([message])).toEqual(['ack']);
    expect(await verdictOf(event, 'wants')).toMatchObject({ verdict: 'started' });
  });

  it('T4: sends it less and less often, and gives it up after ten times', async () => {
    const { bindings, sent } = queue();
    const event = storedEvent('quiet', 'never');
    await keep(event);

    const sends: number[] = [];
    // Every send, and a tick a minute before it.
    for (const minute of [1, 2, 3, 4, 7, 8, 15, 16, 31, 32, 63, 64, 123, 124, 183, 184, 243, 244, 303, 304]) {
      await resend(bindings, event.acceptedAt + minute * MINUTE);
      if (sent().length > 0) sends.push(minute);
    }

    expect(sends).toEqual([1, 2, 4, 8, 16, 32, 64, 124, 184, 244]);
    expect(await rowOfEvent(event.id)).toMatchObject({
      closed: true,
      sends: 10,
      verdicts: { '': { verdict: 'undeliverable', reason: expect.stringContaining('Replay it') } },
    });
  });

  it('sends an event once although it comes twice at a time', async () => {
    const { bindings, sent } = queue();
    const events = Array.from({ length: 120 }, (_, at) => storedEvent('quiet', `twice-${at}`));
    await keep(...events);
    const now = Date.now() + MINUTE;

    await Promise.all([resend(bindings, now), resend(bindings, now), resend(bindings, now)]);

    const ids = sent().flatMap((message) => message.ids ?? []);
    expect(ids.toSorted()).toEqual(events.map(({ id }) => id).toSorted());
  });

  it('does not count what the queue did not take', async () => {
    const event = storedEvent('quiet', 'refused');
    await keep(event);
    vi.spyOn(console, 'error').mockReturnValue();
    const broken = queue({ takes: false });

    for (let minute = 1; minute <= 12; minute++)
      await resend(broken.bindings, event.acceptedAt + minute * MINUTE);

    expect(await rowOfEvent(event.id)).toMatchObject({ closed: false, sends: 0 });
    const { bindings } = queue();
    expect(await resend(bindings, event.acceptedAt + 13 * MINUTE)).toEqual({ sent: 1, undeliverable: 0 });
  });

  it('takes at most 1,000 at a go, and comes to all of them', async () => {
    const { bindings, sent } = queue();
    const events = Array.from({ length: 2_300 }, (_, at) => storedEvent('quiet', `crowd-${at}`));
    for (let at = 0; at < events.length; at += 100) await keep(...events.slice(at, at + 100));
    const now = Date.now() + MINUTE;

    const counts: number[] = [];
    const ids = new Set<string>();
    for (let tick = 0; tick < 4; tick++) {
      counts.push((await resend(bindings, now)).sent);
      for (const message of sent()) for (const id of message.ids ?? []) ids.add(id);
    }

    expect(counts).toEqual([1_000, 1_000, 300, 0]);
    expect(ids.size).toBe(2_300);
  });

  it('does not put too much into a message', async () => {
    const { bindings, sent } = queue();
    const raw = JSON.stringify('x'.repeat(600_000));
    await keep(storedEvent('quiet', 'big-1', { raw }), storedEvent('quiet', 'big-2', { raw }));
    await keep(storedEvent('other', 'small'));

    await resend(bindings, Date.now() + MINUTE);

    expect(
      sent()
        .map(({ source, ids = [] }) => `${source} ${ids.length}`)
        .toSorted(),
    ).toEqual(['other 1', 'quiet 1', 'quiet 1']);
  });

  it('looks at what is open only: what is behind it is not read again', async () => {
    const { bindings } = queue();
    const events = Array.from({ length: 90 }, (_, at) => storedEvent('quiet', `done-${at}`));
    await keep(...events);
    await bring([whole(events)]);
    const now = Date.now() + MINUTE;
    await resend(bindings, now);
    const rowsRead: number[] = [];
    const counting = new Proxy(env.DB, {
      get: (target, name) => {
        if (name !== 'prepare') return Reflect.get(target, name).bind(target);
        return (sql: string) => {
          const statement = target.prepare(sql);
          if (!sql.includes('MATERIALIZED')) return statement;
          return {
            bind: (...values: unknown[]) => ({
              all: async () => {
                const result = await statement.bind(...values).all();
                rowsRead.push(result.meta.rows_read);
                return result;
              },
            }),
          };
        };
      },
    });

    await resend({ ...bindings, DB: counting }, now + MINUTE);

    expect(rowsRead).toHaveLength(1);
    expect(rowsRead[0]).toBeLessThan(10);
  });

  it('finds an event that was written down behind it', async () => {
    const { bindings, sent } = queue();
    const early = storedEvent('quiet', 'early');
    await keep(storedEvent('quiet', 'later', { acceptedAt: early.acceptedAt + 5 }));
    await resend(bindings, early.acceptedAt + 10 * MINUTE);
    sent();
    const { bindings: fake, lanes } = withFakeLanes();
    lanes.faults.set('startMany', ['overloaded_object', 'overloaded_object']);

    expect(await bring([whole([early], {})], { bindings: fake, attempts: 9 })).toEqual(['ack']);
    expect(await rowOfEvent(early.id)).toMatchObject({ closed: false });
    await resend(bindings, early.acceptedAt + 11 * MINUTE);

    expect(sent().flatMap(({ ids = [] }) => ids)).toContain(early.id);
  });
});

describe('a paused source', () => {
  const WRITE = { by: 'test', now: Date.now() };
  const addSource = () =>
    env.DB.prepare(
      `INSERT OR REPLACE INTO sources (name, kind, status, settings, sealed, created_at, updated_at, by)
       VALUES ('pausing', 'okta', 'active', '{}', '', 0, 0, 'test')`,
    ).run();
  let now = Date.now() + HOUR;
  /** Past what the consumer remembers of a source. */
  const later = (ms = 10 * SECOND): number => (now += ms);

  it('keeps what comes, and delivers it when it goes on', async () => {
    await addSource();
    const { bindings, sent } = queue();
    const before = storedEvent('pausing', 'before', { acceptedAt: later() });
    await pauseSource(env.DB, 'pausing', null, { ...WRITE, now: later() });
    const during = Array.from({ length: 3 }, (_, at) =>
      storedEvent('pausing', `during-${at}`, { acceptedAt: later() }),
    );
    await keep(before, ...during);

    expect(await bring([whole([before, ...during])], { now: later() })).toEqual(['ack']);
    expect(await verdictOf(before, 'late')).toMatchObject({ verdict: 'started' });
    for (const event of during) {
      expect(await rowOfEvent(event.id)).toMatchObject({
        closed: true,
        verdicts: { '': { verdict: 'paused' } },
      });
    }

    expect(await resumeSource(bindings, 'pausing', { ...WRITE, now: later() })).toBe(true);
    const messages = sent();
    expect(messages.flatMap(({ ids }) => ids)).toEqual(during.map(({ id }) => id));
    expect(await bring(messages, { now: later() })).toEqual(['ack']);

    for (const event of during) {
      const row = await rowOfEvent(event.id);
      expect(row).toMatchObject({ closed: true, verdicts: { late: { verdict: 'started' } } });
      expect(Object.keys(row?.verdicts ?? {})).toEqual(['late']);
    }
  });

  it('that goes on delivers a thousand a tick, and each once', async () => {
    await addSource();
    const { bindings, sent } = queue();
    await pauseSource(env.DB, 'pausing', null, { ...WRITE, now: later() });
    const acceptedAt = later();
    const events = Array.from({ length: 2_100 }, (_, at) =>
      storedEvent('pausing', `kept-${at}`, { acceptedAt }),
    );
    for (let at = 0; at < events.length; at += 100) await keep(...events.slice(at, at + 100));
    const at = later();
    for (let from = 0; from < events.length; from += 300)
      await bring([whole(events.slice(from, from + 300))], { now: at });

    await resumeSource(bindings, 'pausing', { ...WRITE, now: later() });
    const opened = [await reopenPaused(bindings, later()), await reopenPaused(bindings, later())];
    const ids = sent().flatMap((message) => message.ids ?? []);

    expect(opened).toEqual([1_000, 100]);
    expect(ids).toHaveLength(2_100);
    expect(new Set(ids).size).toBe(2_100);
    expect(await reopenPaused(bindings, later())).toBe(0);
    expect((await env.DB.prepare("SELECT name FROM marks WHERE name LIKE 'resume%'").all()).results).toEqual(
      [],
    );
  });

  it('that went on meanwhile does not keep what was about to be kept', async () => {
    await addSource();
    await pauseSource(env.DB, 'pausing', null, { ...WRITE, now: later() });
    const first = storedEvent('pausing', 'first', { acceptedAt: later() });
    const second = storedEvent('pausing', 'second', { acceptedAt: later() });
    await keep(first, second);
    const asked = later();
    await bring([whole([first])], { now: asked });
    await resumeSource(queue().bindings, 'pausing', { ...WRITE, now: asked });

    // This consumer read a moment ago that the source is paused.
    await bring([whole([second])], { now: asked });

    expect(await rowOfEvent(second.id)).toMatchObject({ closed: false, verdicts: null });
    await bring([byIds([second])], { now: later() });
    expect(await verdictOf(second, 'late')).toMatchObject({ verdict: 'started' });
  });
});

describe('a message that died in the queue', () => {
  const dead = { queue: 'sluice-events-dead' };

  it('T4: leaves its events written down as undeliverable', async () => {
    const known = storedEvent('quiet', 'known');
    const carried = storedEvent('quiet', 'carried');
    await keep(known);

    expect(await bring([byIds([known]), whole([carried], { a: 'b' })], dead)).toEqual(['ack', 'ack']);

    for (const event of [known, carried]) {
      expect(await rowOfEvent(event.id)).toMatchObject({
        closed: true,
        verdicts: { '': { verdict: 'undeliverable', reason: expect.stringContaining('Replay it') } },
      });
    }
  });

  it('does not touch an event that was delivered after all', async () => {
    const event = storedEvent('quiet', 'delivered');
    await keep(event);
    await bring([whole([event])]);

    expect(await bring([whole([event])], dead)).toEqual(['ack']);

    expect(Object.keys((await rowOfEvent(event.id))?.verdicts ?? {})).toEqual(['wants']);
  });

  it('T3: waits while D1 is silent', async () => {
    const event = storedEvent('quiet', 'waiting');
    vi.spyOn(console, 'error').mockReturnValue();
    const bindings = { ...env, DB: refusing(() => true) };

    expect(await bring([whole([event], {})], { ...dead, bindings })).toEqual([60]);
  });

  it('that nobody can read is kept as it is', async () => {
    expect(await bring([{ v: 9 }], dead)).toEqual(['ack']);

    const row = await env.DB.prepare('SELECT queue, body FROM dead_letters').first();
    expect(row).toEqual({ queue: 'sluice-events-dead', body: '{"v":9}' });
  });
});

describe('the queue itself', () => {
  it('brings what the tick sends to the consumer', async () => {
    const event = storedEvent('quiet', 'through');
    await keep(event);

    await resend(env, event.acceptedAt + MINUTE);

    await vi.waitFor(async () => {
      expect(await verdictOf(event, 'wants')).toMatchObject({ verdict: 'started' });
    }, 10_000);
  });
});
