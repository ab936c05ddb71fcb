import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { acceptEvents } from '../../src/triggers/event/accept.ts';
import { fakeQueue, found, lost, NOW, postOf, silent } from './event-post.ts';

const big = (id: string, bytes: number) =>
  found(id, { raw: JSON.stringify({ uuid: id, pad: 'x'.repeat(bytes) }) });

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe('T3: while D1 does not answer', () => {
  it('the message carries the events whole, with what D1 would have kept beside them', async () => {
    const { queue, messages } = fakeQueue();

    const accepted = await acceptEvents({ DB: lost(), EVENTS: queue }, postOf([found('a'), found('b')]));

    expect(accepted).toEqual({ outcome: 'accepted', fresh: null });
    expect(messages()).toMatchObject([
      {
        kind: 'events',
        source: 'okta-prod',
        headers: { 'content-type': 'application/json' },
        events: [
          { sourceId: 'a', acceptedAt: NOW, raw: found('a').raw },
          { sourceId: 'b', acceptedAt: NOW },
        ],
      },
    ]);
  });

  it('a faulty event travels with its fault', async () => {
    const { queue, messages } = fakeQueue();

    await acceptEvents({ DB: lost(), EVENTS: queue }, postOf([found('a', { fault: 'It has no type.' })]));

    expect(messages()[0]?.events).toMatchObject([{ sourceId: 'a', fault: 'It has no type.' }]);
  });

  it('silence of two seconds is enough, and the queue is asked after it', async () => {
    vi.useFakeTimers();
    const { queue, batches } = fakeQueue();

    const accepting = acceptEvents({ DB: silent(), EVENTS: queue }, postOf([found('a')]));
    await vi.advanceTimersByTimeAsync(1_999);
    expect(batches).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);

    expect(await accepting).toEqual({ outcome: 'accepted', fresh: null });
    expect(batches).toHaveLength(1);
  });

  it('and the queue does not answer either, within three seconds the sender is asked to come again', async () => {
    vi.useFakeTimers();
    const { queue } = fakeQueue();
    const mute = { ...queue, sendBatch: () => new Promise<never>(() => undefined) };

    const accepting = acceptEvents({ DB: silent(), EVENTS: mute }, postOf([found('a')]));
    await vi.advanceTimersByTimeAsync(2_950);

    expect(await accepting).toMatchObject({ outcome: 'unavailable' });
  });

  it('and the queue refuses, nothing is acknowledged', async () => {
    const { queue } = fakeQueue(0);

    expect(await acceptEvents({ DB: lost(), EVENTS: queue }, postOf([found('a')]))).toMatchObject({
      outcome: 'unavailable',
      message: expect.stringContaining('Queue is overloaded'),
    });
  });

  it('and an event is too big for a message, nothing is sent', async () => {
    const { queue, batches } = fakeQueue();
    const post = postOf([found('a'), big('b', 100_000)]);

    expect(await acceptEvents({ DB: lost(), EVENTS: queue }, post)).toMatchObject({ outcome: 'unavailable' });
    expect(batches).toEqual([]);
  });

  it('a big post travels in several messages, none of them over the limits', async () => {
    const { queue, batches, messages } = fakeQueue();
    const ids = Array.from({ length: 100 }, (_, number) => `event-${number}`);

    const post = postOf(ids.map((id) => big(id, 6_000)));
    expect(await acceptEvents({ DB: lost(), EVENTS: queue }, post)).toMatchObject({ outcome: 'accepted' });

    expect(messages().flatMap(({ events }) => events?.map(({ sourceId }) => sourceId))).toEqual(ids);
    expect(Math.max(...batches.flat().map(({ bytes }) => bytes))).toBeLessThanOrEqual(100_000);
    expect(batches.length).toBeGreaterThan(1);
  });

  it('and the queue takes only the first of several messages, the sender is asked to come again', async () => {
    const { queue } = fakeQueue(1);
    const post = postOf(Array.from({ length: 100 }, (_, number) => big(`event-${number}`, 6_000)));

    expect(await acceptEvents({ DB: lost(), EVENTS: queue }, post)).toMatchObject({ outcome: 'unavailable' });
  });
});

describe('what cannot be accepted at all', () => {
  it('is a post of more than 1,000 events', async () => {
    const { queue, batches } = fakeQueue();
    const many = postOf(Array.from({ length: 10_000 }, (_, number) => found(String(number))));

    expect(await acceptEvents({ DB: lost(), EVENTS: queue }, many)).toMatchObject({
      outcome: 'too_many',
      message: '10000 events; at most 1000 come at once',
    });
    expect(batches).toEqual([]);
  });

  it('is an event that a row of D1 cannot hold', async () => {
    const { queue } = fakeQueue();
    const post = postOf([found('a', { raw: '\u0001'.repeat(400_000) })]);

    expect(await acceptEvents({ DB: lost(), EVENTS: queue }, post)).toMatchObject({ outcome: 'too_large' });
  });
});
