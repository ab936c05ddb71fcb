import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { StartRequest } from '../../src/domain/lane.ts';
import { die, flowOf, header, openLane, order } from './lane.ts';
import { failHistory, NOON, resetOutside } from './outside.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));
beforeEach(resetOutside);

const flow = flowOf(`steps:
  - { id: a, card: text.upperCase, with: { text: ana } }
  - set: { b: "\${{ steps.a }}" }
  - return: { b: "\${{ vars.b }}" }`);
const definitions = { [`${flow.name}@1`]: JSON.stringify(flow) };

/** A start that brings no definition. */
const bare = (key?: string): StartRequest => {
  const { definition: _, ...request } = order(flow);
  return key === undefined ? request : { ...request, key: { hash: key, body: '', firstAt: NOON } };
};
const many = (count: number): StartRequest[] => Array.from({ length: count }, () => bare());

describe('many starts in one call', () => {
  it('need the definition once, and are one commit', async () => {
    const lane = openLane();
    failHistory();
    const requests = many(100);
    const commits = vi.fn<() => void>();
    await lane.inside((storage) => {
      const { transactionSync } = Object.getPrototypeOf(storage);
      Object.getPrototypeOf(storage).transactionSync = function <T>(this: unknown, closure: () => T): T {
        commits();
        return transactionSync.call(this, closure);
      };
    });

    const asked = await lane.stub().startMany(header(), requests, {});
    const replies = await lane.stub().startMany(header(), requests, definitions);

    expect(new Set(asked.map(({ outcome }) => outcome))).toEqual(new Set(['need_flow']));
    expect(replies.map((reply) => reply.outcome === 'started' && reply.answer.status)).toEqual(
      requests.map(() => 'succeeded'),
    );
    expect(await lane.count('flows')).toBe(1);
    expect(commits).toHaveBeenCalledOnce();
  });

  it('T1: start one run for a key that comes twice', async () => {
    const lane = openLane();
    const requests = ['a', 'b', 'a', 'a'].map(bare);

    const replies = await lane.stub().startMany(header(), requests, definitions);

    const [first, second] = requests.map(({ runId }) => runId);
    expect(replies.map((reply) => 'runId' in reply && reply.runId)).toEqual([first, second, first, first]);
    expect(replies.map(({ outcome }) => outcome)).toEqual(['started', 'started', 'repeated', 'repeated']);
    expect(await lane.count('runs')).toBe(2);
  });

  it('T1: find their runs when the lane died and the call is repeated', async () => {
    const lane = openLane();
    const requests = ['a', 'b'].map(bare);
    await lane.stub().startMany(header(), requests, definitions);
    await die();

    const again = await lane.stub().startMany(header(), [...requests, ...['a', 'c'].map(bare)], {});

    expect(again.map(({ outcome }) => outcome)).toEqual(['repeated', 'repeated', 'repeated', 'started']);
    expect(await lane.count('runs')).toBe(3);
  });

  it('E8: are not held up by one that cannot be committed', async () => {
    vi.spyOn(console, 'error').mockReturnValue(undefined);
    const lane = openLane();
    const [good, bad] = many(2);
    if (good === undefined || bad === undefined) throw new Error('there are two');
    await lane.sql(
      `CREATE TRIGGER bad BEFORE INSERT ON runs WHEN NEW.id = '${bad.runId}'
       BEGIN SELECT RAISE(ABORT, 'bad'); END`,
    );

    const replies = await lane.stub().startMany(header(), [bad, good], definitions);

    expect(replies.map(({ outcome }) => outcome)).toEqual(['restarting', 'started']);
  });

  it('are all refused by a lane of another number of homes', async () => {
    const lane = openLane();
    await lane.stub().startMany(header(), [], {});

    const replies = await lane.stub().startMany(header({ homes: 2 }), many(2), definitions);

    expect(replies).toEqual([{ outcome: 'wrong_home' }, { outcome: 'wrong_home' }]);
  });
});
