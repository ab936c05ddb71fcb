/** The queue of a group against a naive model: a list that is sorted anew each time. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  beginNext,
  enqueue,
  gathering,
  gatherInto,
  leaveGroup,
  setReady,
  underWay,
  waiting,
} from '../../src/lanes/queue.ts';
import { openTables } from './sqlite.ts';

const GROUP = 'group';
const SETTLE = 10;

interface Queued {
  readonly run: string;
  readonly at: number;
  readonly arrival: number;
  readyAt: number;
}

/** What a group is, without rows, commits or indexes. */
const naive = () => {
  const model = { current: undefined as string | undefined, queue: [] as Queued[], arrivals: 0 };
  const inOrder = () => model.queue.toSorted((a, b) => a.at - b.at || a.arrival - b.arrival);
  const next = (now: number): string | undefined => {
    const first = model.current === undefined ? inOrder().find(({ readyAt }) => readyAt <= now) : undefined;
    if (first === undefined) return undefined;
    model.current = first.run;
    model.queue = model.queue.filter(({ run }) => run !== first.run);
    return first.run;
  };
  return {
    model,
    inOrder,
    next,
    arrive: (run: string, at: number, readyAt: number): void => {
      model.arrivals += 1;
      model.queue.push({ run, at, readyAt, arrival: model.arrivals });
    },
    leave: (run: string, now: number): string | undefined => {
      if (model.current !== run) {
        model.queue = model.queue.filter((queued) => queued.run !== run);
        return undefined;
      }
      model.current = undefined;
      return next(now);
    },
  };
};

type Happening =
  | { readonly kind: 'arrives'; readonly at: number; readonly settles: boolean }
  | { readonly kind: 'ends' }
  | { readonly kind: 'is cancelled'; readonly which: number }
  | { readonly kind: 'time passes'; readonly ms: number };

const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.record({
    kind: fc.constant('arrives' as const),
    at: fc.integer({ min: 0, max: 5 }),
    settles: fc.boolean(),
  }),
  fc.constant({ kind: 'ends' as const }),
  fc.record({ kind: fc.constant('is cancelled' as const), which: fc.nat({ max: 5 }) }),
  fc.record({ kind: fc.constant('time passes' as const), ms: fc.integer({ min: 1, max: 15 }) }),
);

/** Both live through the same; gives whose turn each said it was, in order. */
const play = (happenings: readonly Happening[]) => {
  const sql = openTables();
  const model = naive();
  const turns: { rows: (string | undefined)[]; model: (string | undefined)[] } = { rows: [], model: [] };
  let now = 0;
  const both = (rows: string | undefined, naively: string | undefined): void => {
    turns.rows.push(rows);
    turns.model.push(naively);
  };
  for (const [number, what] of happenings.entries()) {
    const run = `run-${number}`;
    if (what.kind === 'time passes') {
      now += what.ms;
      // As the lane's alarm does, at the end of a quiet time.
      for (const queued of model.inOrder().filter(({ readyAt }) => readyAt > 0 && readyAt <= now)) {
        queued.readyAt = 0;
        setReady(sql, GROUP, queued.run);
        both(beginNext(sql, GROUP, now), model.next(now));
      }
    } else if (what.kind === 'arrives') {
      const readyAt = what.settles ? now + SETTLE : 0;
      enqueue(sql, GROUP, { run, at: what.at, readyAt, ...(what.settles ? { length: 1 } : {}) });
      model.arrive(run, what.at, readyAt);
      both(beginNext(sql, GROUP, now), model.next(now));
    } else {
      const queued = what.kind === 'ends' ? undefined : model.inOrder()[what.which]?.run;
      const gone = what.kind === 'ends' ? model.model.current : queued;
      if (gone !== undefined) both(leaveGroup(sql, GROUP, gone, now), model.leave(gone, now));
    }
  }
  return { sql, model, turns };
};

describe('the queue of a group', () => {
  it('G1, G2: gives each its turn as a naive list would, whatever comes and goes', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 40 }), (happenings) => {
        const { sql, model, turns } = play(happenings);

        expect(turns.rows).toEqual(turns.model);
        expect(underWay(sql, GROUP)).toBe(model.model.current);
        expect(waiting(sql, GROUP).map(({ run }) => run)).toEqual(model.inOrder().map(({ run }) => run));
      }),
      { numRuns: 300 },
    );
  });

  it('is of no concern to other groups', () => {
    const sql = openTables();
    enqueue(sql, 'one', { run: 'a', at: 1, readyAt: 0 });
    enqueue(sql, 'another', { run: 'b', at: 1, readyAt: 0 });

    expect([beginNext(sql, 'one', 0), beginNext(sql, 'another', 0)]).toEqual(['a', 'b']);
    expect(leaveGroup(sql, 'one', 'a', 0)).toBeUndefined();
    expect(underWay(sql, 'another')).toBe('b');
  });

  it('knows which run gathers, and no longer when that is full', () => {
    const sql = openTables();
    enqueue(sql, GROUP, { run: 'a', at: 1, readyAt: 10, length: 5 });
    gatherInto(sql, GROUP, { run: 'a', length: 7, readyAt: 20, isFull: false });
    const before = gathering(sql, GROUP);

    gatherInto(sql, GROUP, { run: 'a', length: 1, readyAt: 15, isFull: true });

    expect(before).toEqual({ run: 'a', events: 2, length: 12 });
    expect(gathering(sql, GROUP)).toBeUndefined();
    expect([beginNext(sql, GROUP, 14), beginNext(sql, GROUP, 15)]).toEqual([undefined, 'a']);
  });

  it('is left by a run that was retried without giving a turn to anybody', () => {
    const sql = openTables();
    enqueue(sql, GROUP, { run: 'a', at: 1, readyAt: 0 });
    beginNext(sql, GROUP, 0);
    enqueue(sql, GROUP, { run: 'b', at: 1, readyAt: 0 });

    expect(leaveGroup(sql, GROUP, 'retried', 0)).toBeUndefined();
    expect([underWay(sql, GROUP), waiting(sql, GROUP).map(({ run }) => run)]).toEqual(['a', ['b']]);
  });
});
