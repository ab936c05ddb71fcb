import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { acceptEvents, type VerifiedPost } from '../../src/triggers/event/accept.ts';
import { fakeQueue, found, NOW, postOf } from './event-post.ts';

interface Row {
  readonly id: string;
  readonly source_id: string;
  readonly time: number | null;
  readonly verdicts: string | null;
  readonly closed_at: number | null;
  readonly data: string | null;
  readonly raw: string;
}

const rowsOf = async (source: string): Promise<readonly Row[]> =>
  (await env.DB.prepare('SELECT * FROM events WHERE source = ?1').bind(source).all<Row>()).results;

const accept = (post: VerifiedPost, queue = fakeQueue()) =>
  acceptEvents({ DB: env.DB, EVENTS: queue.queue }, post);

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
afterEach(() => void vi.restoreAllMocks());

describe('a post of events', () => {
  it('is kept, and sent in one message', async () => {
    const queue = fakeQueue();
    const post = postOf([found('a'), found('b')], { source: 'kept' });

    expect(await accept(post, queue)).toEqual({ outcome: 'accepted', fresh: 2 });

    const rows = await rowsOf('kept');
    expect(rows).toMatchObject([
      {
        source_id: expect.stringMatching(/^[ab]$/),
        type: 'user.lifecycle.create',
        subject: 'lee@acme.example',
        time: NOW - 3_000,
        accepted_at: NOW,
        verdicts: null,
        closed_at: null,
        sends: 0,
        headers: '{"content-type":"application/json"}',
        data: null,
      },
      { source: 'kept' },
    ]);
    expect(queue.batches).toHaveLength(1);
    expect(queue.messages()).toMatchObject([
      { source: 'kept', events: [{ sourceId: 'a', raw: found('a').raw }, { sourceId: 'b' }] },
    ]);
    expect(queue.messages()[0]).not.toHaveProperty('headers');
    expect(
      queue
        .messages()[0]
        ?.events?.map(({ id }) => id)
        .toSorted(),
    ).toEqual(rows.map(({ id }) => id).toSorted());
  });

  it('costs two written rows an event: its own and one entry of the index', async () => {
    const batch = vi.spyOn(env.DB, 'batch');

    await accept(postOf([found('a'), found('b'), found('c')], { source: 'cheap' }));

    const results = await batch.mock.results[0]?.value;
    expect(results).toMatchObject([{ meta: { rows_written: 6 } }]);
  });

  it('is one statement', async () => {
    const batch = vi.spyOn(env.DB, 'batch');
    const events = Array.from({ length: 100 }, (_, number) => found(String(number)));

    await accept(postOf(events, { source: 'one-statement' }));

    expect(batch.mock.calls.map(([statements]) => statements.length)).toEqual([1]);
  });

  it('with nothing in it is accepted', async () => {
    const queue = fakeQueue();

    expect(await accept(postOf([]), queue)).toEqual({ outcome: 'accepted', fresh: 0 });
    expect(queue.batches).toEqual([]);
  });

  it('of 1,000 events is sent by their ids, a hundred in a message', async () => {
    const queue = fakeQueue();
    const pad = 'x'.repeat(300);
    const events = Array.from({ length: 1_000 }, (_, number) =>
      found(`${number}`, { raw: `{"pad":"${pad}"}` }),
    );

    expect(await accept(postOf(events, { source: 'many' }), queue)).toEqual({
      outcome: 'accepted',
      fresh: 1_000,
    });

    const messages = queue.messages();
    expect(queue.batches).toHaveLength(1);
    expect(messages.map(({ ids, events }) => [ids?.length, events])).toEqual(
      Array.from({ length: 10 }, () => [100, undefined]),
    );
    expect(new Set(messages.flatMap(({ ids }) => ids))).toEqual(
      new Set((await rowsOf('many')).map(({ id }) => id)),
    );
  });

  it('with an event too big for a message is sent by ids, too', async () => {
    const queue = fakeQueue();
    const raw = JSON.stringify({ pad: 'x'.repeat(120_000) });

    await accept(postOf([found('a', { raw }), found('b')], { source: 'big' }), queue);

    expect(queue.messages()).toMatchObject([
      { ids: [/^evt_/, /^evt_/].map((id) => expect.stringMatching(id)) },
    ]);
    expect((await rowsOf('big')).find(({ source_id }) => source_id === 'a')?.raw).toBe(raw);
  });
});

describe('an event that comes again', () => {
  it('in another post is known, and not sent a second time', async () => {
    const queue = fakeQueue();
    await accept(postOf([found('a'), found('b')], { source: 'again' }));

    const again = postOf([found('b'), found('c'), found('a')], { source: 'again', now: NOW + 60_000 });
    expect(await accept(again, queue)).toEqual({ outcome: 'accepted', fresh: 1 });

    expect(await rowsOf('again')).toHaveLength(3);
    expect(queue.messages()).toMatchObject([{ events: [{ sourceId: 'c' }] }]);
  });

  it('in the same post counts once, as it came first', async () => {
    const queue = fakeQueue();
    const twice = [found('a', { raw: '{"n":1}' }), found('a', { raw: '{"n":2}' }), found('b')];

    expect(await accept(postOf(twice, { source: 'twice' }), queue)).toEqual({
      outcome: 'accepted',
      fresh: 2,
    });

    expect(queue.messages()[0]?.events).toMatchObject([{ sourceId: 'a', raw: '{"n":1}' }, { sourceId: 'b' }]);
  });

  it('from another source is another event', async () => {
    await accept(postOf([found('a')], { source: 'here' }));

    expect(await accept(postOf([found('a')], { source: 'there' }))).toMatchObject({ fresh: 1 });
  });

  it('without an id is known by its text', async () => {
    await accept(postOf([found(null, { raw: '{"n":1}' })], { source: 'nameless' }));
    const again = [
      found(null, { raw: '{"n":1}' }),
      found(null, { raw: '{"n":2}' }),
      found('', { raw: '{"n":1}' }),
    ];

    expect(await accept(postOf(again, { source: 'nameless' }))).toMatchObject({ fresh: 1 });
    expect((await rowsOf('nameless'))[0]?.source_id).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it.each([
    ['10 kB', 'x'.repeat(10_000)],
    ['256 bytes', 'ä'.repeat(128)],
    ['a line break', 'a\nb'],
    ['half a character', 'a\ud83d'],
  ])('with an id of %s is known by its hash', async (what, id) => {
    const source = `odd-${what.replaceAll(' ', '-').toLowerCase()}`;
    await accept(postOf([found(id)], { source }));

    expect(await accept(postOf([found(id)], { source }))).toMatchObject({ fresh: 0 });
    expect((await rowsOf(source))[0]?.source_id).toMatch(/^sha256:[0-9a-f]{64}$/);
  });

  it('with ids that UTF-8 cannot tell apart are two events', async () => {
    const halves = [found('a\ud83d'), found('a\ud83e')];

    expect(await accept(postOf(halves, { source: 'halves' }))).toMatchObject({ fresh: 2 });
  });
});

describe('odd events', () => {
  it.each([
    ['0000-01-01T00:00:00Z', null],
    ['1969-12-31T23:59:59Z', null],
    ['1970-01-01T00:00:00Z', 0],
    ['9999-12-31T23:59:59Z', 253_402_300_799_000],
    ['+010000-01-01T00:00:00Z', null],
  ])('of the time %s are kept with %s', async (time, kept) => {
    const source = `time-${time.replaceAll(/\D/g, '')}`;

    await accept(postOf([found('a', { time: Date.parse(time) })], { source }));

    expect((await rowsOf(source))[0]?.time).toBe(kept);
  });

  it('in a batch are kept as invalid, and hold up none of the others', async () => {
    const queue = fakeQueue();
    const post = postOf([found('a'), found('bad', { fault: 'It has no type.' }), found('b')], {
      source: 'bad-one',
    });

    expect(await accept(post, queue)).toEqual({ outcome: 'accepted', fresh: 3 });

    const bad = (await rowsOf('bad-one')).find(({ source_id }) => source_id === 'bad');
    expect(JSON.parse(bad?.verdicts ?? '')).toEqual({
      '': { verdict: 'invalid', at: NOW, reason: 'It has no type.' },
    });
    expect(bad?.closed_at).toBe(NOW);
    expect(queue.messages()[0]?.events?.map(({ sourceId }) => sourceId)).toEqual(['a', 'b']);
  });

  it('whose text the database would cut are invalid', async () => {
    await accept(postOf([found('a', { raw: 'n=1\0&m=2', data: { n: '1\0' } })], { source: 'nul' }));

    expect((await rowsOf('nul'))[0]?.verdicts).toContain('"invalid"');
  });

  it('keep data that is not the JSON of their text, and null is data', async () => {
    const events = [found('a', { raw: 'n=1', data: { n: '1' } }), found('b', { raw: '', data: null })];

    await accept(postOf(events, { source: 'data' }));

    const rows = (await rowsOf('data')).toSorted((one, other) =>
      one.source_id.localeCompare(other.source_id),
    );
    expect(rows.map(({ data }) => data)).toEqual(['{"n":"1"}', 'null']);
  });
});

describe('T3: what D1 has', () => {
  it('is accepted before the queue has answered', async () => {
    let take = (): void => undefined;
    const { queue, batches } = fakeQueue();
    const taken = new Promise<void>((resolve) => (take = resolve));
    const slow = {
      ...queue,
      sendBatch: (requests: Iterable<MessageSendRequest>) => taken.then(() => queue.sendBatch(requests)),
    };
    const beside: Promise<void>[] = [];

    const post = postOf([found('a')], { source: 'slow-queue' });
    const accepted = await acceptEvents({ DB: env.DB, EVENTS: slow }, post, (work) => beside.push(work));

    expect(accepted).toEqual({ outcome: 'accepted', fresh: 1 });
    expect(batches).toEqual([]);
    take();
    await Promise.all(beside);
    expect(batches).toHaveLength(1);
  });
});

describe('T3: when only the queue fails', () => {
  it('the post is accepted, for the tick sends what is open', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);

    const post = postOf([found('a')], { source: 'no-queue' });
    expect(await accept(post, fakeQueue(0))).toEqual({ outcome: 'accepted', fresh: 1 });

    expect(await rowsOf('no-queue')).toMatchObject([{ closed_at: null }]);
  });
});
