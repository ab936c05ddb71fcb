import { describe, expect, it } from 'vitest';
import { eventStream } from '../../src/api/event-stream.ts';
import type { EntriesView } from '../../src/domain/lane.ts';
import { refuse } from '../../src/domain/problem.ts';
import type { Refusal } from '../../src/domain/problem.ts';

/** Views as a lane gives them one after another; the last one again and again. */
const streamOf = (views: readonly (EntriesView | Refusal)[]) => {
  const [first, ...others] = views;
  if (!first || 'ok' in first) throw new Error('the first view is looked at before the stream begins');
  const waits: number[] = [];
  const asked: number[] = [];
  const response = eventStream(
    {
      first,
      limit: 2,
      more: async (after) => {
        asked.push(after);
        return others.shift() ?? nothing(after);
      },
      line: ({ number }) => `id: ${number}\n\n`,
      end: async () => 'event: end\n\n',
    },
    { shortest: 250, longest: 2_000, ping: 15_000, sleep: async (ms) => void waits.push(ms) },
  );
  return { text: () => response.text(), waits, asked };
};

const some = (numbers: readonly number[], ended = false): EntriesView => ({
  found: true,
  entries: numbers.map((number) => ({ number, json: '{}' })),
  next: numbers.at(-1) ?? 0,
  ended,
});
const nothing = (next: number, ended = false): EntriesView => ({ found: true, entries: [], next, ended });

describe('a stream of entries', () => {
  it('ends when the run has ended and all is sent', async () => {
    const { text } = streamOf([some([1]), some([2], true)]);

    expect(await text()).toBe('retry: 1000\n\nid: 1\n\nid: 2\n\nevent: end\n\n');
  });

  it('asks on from where the last view ended', async () => {
    const { text, asked } = streamOf([some([1]), some([2]), nothing(2), nothing(2, true)]);

    await text();

    expect(asked).toEqual([1, 2, 2]);
  });

  it('asks at once when more may wait behind a full view', async () => {
    const { text, waits } = streamOf([some([1, 2]), some([3, 4]), some([5], true)]);

    await text();

    expect(waits).toEqual([0, 0]);
  });

  it('asks less and less often while nothing happens, every two seconds at last', async () => {
    const quiet = Array.from({ length: 8 }, () => nothing(1));
    const { text, waits } = streamOf([some([1]), ...quiet, nothing(1, true)]);

    await text();

    expect(waits.map(Math.round)).toEqual([250, 375, 563, 844, 1266, 1898, 2000, 2000, 2000]);
  });

  it('pings every 15 seconds of silence', async () => {
    const quiet = Array.from({ length: 20 }, () => nothing(1));
    const { text } = streamOf([some([1]), ...quiet, nothing(1, true)]);

    expect((await text()).match(/: ping\n\n/g)).toHaveLength(2);
  });

  it('goes on through a lane that does not answer for a moment', async () => {
    const silent = refuse('unavailable', 'restarting');
    const { text } = streamOf([some([1]), silent, silent, some([2], true)]);

    expect(await text()).toContain('id: 2\n\nevent: end');
  });

  it('stops without an end when the lane stays silent: the client comes back', async () => {
    const silent = Array.from({ length: 9 }, () => refuse('unavailable', 'gone'));
    const { text, asked } = streamOf([some([1]), ...silent]);

    expect(await text()).toBe('retry: 1000\n\nid: 1\n\n');
    expect(asked).toHaveLength(5);
  });

  it('stops without an end after 600 calls, for an invocation has so many only', async () => {
    const { text, asked } = streamOf([some([1])]);

    expect(await text()).not.toContain('event: end');
    expect(asked).toHaveLength(600);
  });
});
