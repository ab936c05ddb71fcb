import { applyD1Migrations } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { idFloor } from '../../src/domain/ids.ts';
import { moveWalk, readWalk, walkBack, walkOpen, type Walk } from '../../src/storage/open-events.ts';

beforeAll(() => applyD1Migrations(env.DB, env.MIGRATIONS));

const idAt = (place: number): string => idFloor('evt', 1_000 + place).padEnd(30, '0');
const below = idFloor('evt', 2_000);
const START: Walk = { from: '', oldest: null };

/** One event a place; open where it says so. */
const fill = async (open: readonly boolean[]): Promise<void> => {
  const rows = open.map((isOpen, place) => ({ id: idAt(place), closed: isOpen ? null : 1 }));
  await env.DB.batch([
    env.DB.prepare('DELETE FROM events'),
    env.DB.prepare('DELETE FROM marks'),
    env.DB.prepare(
      `INSERT INTO events (id, source, source_id, type, accepted_at, closed_at, raw)
       SELECT value ->> 'id', 's', value ->> 'id', 't', 0, value ->> 'closed', '{}' FROM json_each(?1)`,
    ).bind(JSON.stringify(rows)),
  ]);
};

/** Walks until everything was seen. */
const round = async (begin: Walk, limits: { rows: number; most: number }) => {
  const seen: string[] = [];
  let walk = begin;
  for (let pages = 0; pages < 100; pages++) {
    const stretch = await walkOpen(env.DB, walk, { ...limits, below });
    seen.push(...stretch.open.map(({ id }) => id));
    walk = stretch.walk;
    if (stretch.isDone) return { seen, walk };
  }
  throw new Error('The walk has no end.');
};

describe('the walk over open events', () => {
  it('meets each open event once a round, whatever the size of its pages, and begins anew at the oldest', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.boolean(), { maxLength: 12 }),
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 4 }),
        async (open, rows, most) => {
          await fill(open);
          const expected = open.flatMap((isOpen, place) => (isOpen ? [idAt(place)] : []));

          const first = await round(START, { rows, most });
          const second = await round(first.walk, { rows, most });

          expect(first.seen).toEqual(expected);
          expect(second.seen).toEqual(expected);
          expect(first.walk).toEqual({ from: expected[0] ?? below, oldest: null });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('goes back to what was written down behind it, and remembers it until it is closed', async () => {
    await fill([true, false, true]);
    const { mark } = await readWalk(env.DB);
    await moveWalk(env.DB, mark, { from: idAt(1), oldest: idAt(2) });

    await walkBack(env.DB, idAt(0));
    const { walk } = await readWalk(env.DB);
    const gone = await round(walk, { rows: 2, most: 9 });

    expect(gone.seen).toEqual([idAt(0), idAt(2)]);
    expect(gone.walk.from).toBe(idAt(0));
  });

  it('is moved by one at a time', async () => {
    await fill([]);
    const { mark } = await readWalk(env.DB);

    const moved = [
      await moveWalk(env.DB, mark, { from: idAt(1), oldest: null }),
      await moveWalk(env.DB, mark, { from: idAt(2), oldest: null }),
    ];

    expect(moved).toEqual([true, false]);
    expect((await readWalk(env.DB)).walk.from).toBe(idAt(1));
  });
});
