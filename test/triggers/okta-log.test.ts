import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { logThrough } from '../../src/log-port.ts';
import type { FoundEvent } from '../../src/domain/event.ts';
import { eventsInLog } from '../../src/sources/okta-log.ts';
import type { LogCursor } from '../../src/triggers/event/log-cursor.ts';
import { pollLog, type LogPorts, type LogSource } from '../../src/triggers/event/okta-log.ts';
import { fakeOkta, TOKEN, type FakeOkta, type LogEvent } from './fake-okta.ts';

const NOON = Date.UTC(2026, 10, 23, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const OLDEST = NOON - 7 * DAY;

let okta: FakeOkta;
let now: number;
let cursor: LogCursor | undefined;
let accepted: FoundEvent[];
let refusedOld: number;
/** Whether what is found can be kept. */
let isKept: boolean;

beforeEach(async () => {
  okta = await fakeOkta();
  [now, cursor, accepted, refusedOld, isKept] = [NOON, undefined, [], 0, true];
});
afterEach(() => okta.close());

const event = (number: number, given: Partial<LogEvent> = {}): LogEvent => ({
  uuid: `uuid-${number}`,
  eventType: 'user.session.start',
  published: new Date(NOON + number * 1_000).toISOString(),
  ...given,
});
const events = (count: number, from = 0): LogEvent[] =>
  Array.from({ length: count }, (_, at) => event(from + at));

const portsWith = (given: Partial<LogPorts> = {}): LogPorts => ({
  now: () => now,
  openLog: async () => {
    const settings = { auth: 'header', header: 'Authorization', value: TOKEN, baseUrl: okta.url } as const;
    const connection = { name: 'okta', kind: 'http', settings, honoursIdempotencyKey: false } as const;
    const network = { allowLoopback: true, ownHosts: [] };
    return logThrough(connection, {
      fetch: (request) => fetch(request),
      network,
      random: () => 0.5,
      now: () => now,
    });
  },
  read: async () => cursor,
  move: async (from, to) => {
    if (JSON.stringify(from) !== JSON.stringify(cursor)) return false;
    cursor = to;
    return true;
  },
  eventsIn: eventsInLog,
  accept: async (found) => {
    if (isKept) accepted.push(...found);
    return isKept;
  },
  refuseOld: async (count) => {
    refusedOld += count;
  },
  ...given,
});

const SOURCE: LogSource = { since: NOON };
const poll = (source = SOURCE, ports = portsWith()) => pollLog(source, ports, OLDEST);
const ids = (): (string | null)[] => accepted.map(({ id }) => id);
const minuteLater = (): void => {
  now += MINUTE;
};

describe('the System Log', () => {
  it('is read page by page until an empty one, ascending, from the time the source was made', async () => {
    okta.log.push(event(-5), ...events(250));

    expect(await poll()).toEqual({ pages: 4, events: 250 });

    expect(ids()).toEqual(events(250).map(({ uuid }) => uuid));
    const first = new URL(okta.asked[0] ?? '', okta.url).searchParams;
    expect(Object.fromEntries(first)).toEqual({
      since: '2026-11-23T12:00:00.000Z',
      sortOrder: 'ASCENDING',
      limit: '100',
    });
  });

  it('goes on where it stopped, with the link that it was given', async () => {
    okta.log.push(...events(3));
    await poll();
    okta.log.push(event(3), event(-60));
    minuteLater();

    await poll();

    // The last one was published before the others, and kept after them.
    expect(ids()).toEqual(['uuid-0', 'uuid-1', 'uuid-2', 'uuid-3', 'uuid--60']);
    expect(okta.asked.filter((path) => path.includes('since'))).toHaveLength(1);
  });

  it('gives each event as a hook would: its own text, type and time', async () => {
    okta.log.push(event(1, { eventType: 'user.lifecycle.delete.completed' }));

    await poll();

    expect(accepted).toMatchObject([
      {
        id: 'uuid-1',
        type: 'user.lifecycle.delete.completed',
        time: NOON + 1_000,
        raw: JSON.stringify(okta.log[0]),
      },
    ]);
  });

  it('is asked with the filter of the source, and anew when that changes', async () => {
    okta.log.push(event(1), event(2, { eventType: 'group.lifecycle.create' }));
    await poll({ ...SOURCE, filter: 'eventType eq "group.lifecycle.create"' });
    expect(ids()).toEqual(['uuid-2']);

    minuteLater();
    await poll({ ...SOURCE, filter: 'eventType eq "user.session.start"' });

    expect(ids()).toEqual(['uuid-2', 'uuid-1']);
  });

  it('is read twenty pages a tick at most; the next tick goes on', async () => {
    okta.log.push(...events(2_050));

    expect(await poll()).toEqual({ pages: 20, events: 2_000 });
    expect(await poll()).toEqual({ pages: 2, events: 50 });
    expect(new Set(ids()).size).toBe(2_050);
  });

  it('is left alone for the rest of the tick after forty seconds', async () => {
    okta.log.push(...events(300));
    const slow = portsWith({
      accept: async () => {
        now += 30_000;
        return true;
      },
    });

    expect(await poll(SOURCE, slow)).toEqual({ pages: 2, events: 200 });
  });

  it('writes no cursor when there is nothing new', async () => {
    await poll();
    const before = cursor;
    let moves = 0;
    minuteLater();

    await poll(SOURCE, portsWith({ move: async () => (moves++, true) }));

    expect([cursor, moves]).toEqual([before, 0]);
  });
});

describe('T3: the cursor of the System Log', () => {
  it('stays before events that could not be kept', async () => {
    okta.log.push(...events(2));
    isKept = false;
    await poll();
    isKept = true;

    await poll();

    expect(ids()).toEqual(['uuid-0', 'uuid-1']);
  });

  it('is moved by one of two polls at the same time; the other one stops', async () => {
    okta.log.push(...events(250));
    await poll(SOURCE, portsWith({ accept: async () => true }));
    okta.log.push(...events(250, 250));

    const polls = await Promise.all([poll(), poll()]);

    expect(polls.map(({ pages }) => pages).toSorted((a, b) => a - b)).toEqual([1, 4]);
    expect(new Set(ids())).toEqual(new Set(events(250, 250).map(({ uuid }) => uuid)));
  });

  it('begins anew, an hour before the last event, when its link is not good any more', async () => {
    okta.log.push(event(0), event(7_200));
    await poll();
    okta.forgetLinks();
    okta.log.push(event(7_201));
    minuteLater();

    await poll();

    // The second of them comes again: its id tells.
    expect(ids()).toEqual(['uuid-0', 'uuid-7200', 'uuid-7200', 'uuid-7201']);
    expect(okta.asked.at(-2)).toContain('since=2026-11-23T13%3A00%3A00.000Z');
  });

  it('never begins before the ids that are kept: what lies before is refused and counted', async () => {
    okta.log.push(event(-8 * 86_400), event(-6 * 86_400));

    await poll({ since: NOON - 30 * DAY });
    expect(okta.asked[0]).toContain('since=2026-11-16T12%3A00%3A00.000Z');

    // Kept late, and published long ago.
    okta.log.push(event(-9 * 86_400));
    minuteLater();
    await poll({ since: NOON - 30 * DAY });

    expect([ids(), refusedOld]).toEqual([['uuid--518400'], 1]);
  });
});

describe('the limits of an organisation', () => {
  it('a 429 stops all requests until the time that it names', async () => {
    okta.rate = { limit: 1_000, remaining: 0, resetAt: NOON + 5 * MINUTE };
    await poll();
    okta.rate.remaining = 1_000;

    now = NOON + 5 * MINUTE - 1;
    expect(await poll()).toEqual({ pages: 0, events: 0 });
    now = NOON + 5 * MINUTE;
    expect(await poll()).toEqual({ pages: 1, events: 0 });
    expect(cursor).toMatchObject({ failures: 0, trouble: null });
  });

  it('half of what is allowed is left for others', async () => {
    okta.log.push(...events(500));
    okta.rate = { limit: 10, remaining: 7, resetAt: NOON + MINUTE };

    expect(await poll()).toEqual({ pages: 2, events: 200 });

    now = NOON + MINUTE;
    okta.rate = { limit: 10, remaining: 10, resetAt: now + MINUTE };
    expect(await poll()).toEqual({ pages: 4, events: 300 });
  });
});

describe('a System Log that cannot be read', () => {
  it('is asked again after one minute, two, four, up to an hour', async () => {
    okta.failWith = 503;
    const askedAt: number[] = [];
    for (let minute = 0; minute < 200; minute++) {
      const before = okta.asked.length;
      await poll();
      if (okta.asked.length > before) askedAt.push(minute);
      minuteLater();
    }

    expect(askedAt).toEqual([0, 1, 3, 7, 15, 31, 63, 123, 183]);
    expect(cursor?.trouble).toBe('The System Log answered 503');
  });

  it('says why, and forgets it once it is read', async () => {
    okta.failWith = 403;
    await poll();
    expect(cursor?.trouble).toBe('The System Log answered 403 (scope okta.logs.read)');

    okta.failWith = undefined;
    okta.log.push(event(1));
    minuteLater();
    await poll();

    expect([ids(), cursor?.trouble]).toEqual([['uuid-1'], null]);
  });

  it('a link to another origin is not followed: the token would go there', async () => {
    okta.log.push(event(1));
    okta.linksTo = 'https://elsewhere.example';

    await poll();

    expect(accepted).toEqual([]);
    expect(cursor?.trouble).toBe('The next link of the System Log leads to another origin');
  });

  it('a connection without an address is a reason too', async () => {
    const settings = { auth: 'none' } as const;
    const connection = { name: 'okta', kind: 'http', settings, honoursIdempotencyKey: false } as const;
    const network = { allowLoopback: true, ownHosts: [] };
    const openLog = async () => logThrough(connection, { fetch, network, random: () => 0, now: () => now });

    await poll(SOURCE, portsWith({ openLog }));

    expect(cursor?.trouble).toContain('The connection "okta" has no baseUrl');
  });

  it('a guarded address is not asked', async () => {
    const settings = { auth: 'none', baseUrl: 'http://169.254.169.254' } as const;
    const connection = { name: 'okta', kind: 'http', settings, honoursIdempotencyKey: false } as const;
    const network = { allowLoopback: true, ownHosts: [] };
    const openLog = async () => logThrough(connection, { fetch, network, random: () => 0, now: () => now });

    await poll(SOURCE, portsWith({ openLog }));

    expect(cursor?.trouble).toContain('169.254.169.254');
  });
});
