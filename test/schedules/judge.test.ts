/** What becomes of the times that are due after nothing ran for a while. */
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ScheduleTrigger } from '../../src/domain/schedule.ts';
import { firings } from '../../src/schedules/firing.ts';
import { judge, ON_TIME_MS } from '../../src/schedules/judge.ts';
import { schedule } from './schedule.ts';

const at = (text: string): number => Date.parse(`2026-06-01T${text}Z`);
const time = (instant: number): string => new Date(instant).toISOString().slice(11, 16);

const EVERY_TEN = { every: { minutes: 10 } } as const;
const ten = (more: Partial<Omit<ScheduleTrigger, 'kind'>>): ScheduleTrigger =>
  schedule(EVERY_TEN, { timezone: 'UTC', ...more });

const judged = (one: ScheduleTrigger, next: string, now: string) => {
  const { start, missed, next: waiting } = judge(one, 'sync', { next: at(next), now: at(now) });
  return {
    start: start.map(time),
    missed: missed.map(({ nominal, reason }) => `${time(nominal)} ${reason}`),
    next: waiting === null ? null : time(waiting.at),
  };
};

describe('a tick in time', () => {
  it.each(['none', 'last', 'all'] as const)(
    'starts what is due, whatever missed: %s says of other ticks',
    (missed) => {
      expect(judged(ten({ missed }), '10:00', '10:00')).toEqual({
        start: ['10:00'],
        missed: [],
        next: '10:10',
      });
    },
  );

  it('that finds nothing due changes nothing', () => {
    expect(judged(ten({}), '10:10', '10:09')).toEqual({ start: [], missed: [], next: '10:10' });
  });

  it('starts a time that is a minute late even with missed: none', () => {
    expect(judged(ten({ missed: 'none' }), '10:00', '10:01').start).toEqual(['10:00']);
  });
});

describe('a tick that comes 40 minutes late', () => {
  it('starts with missed: none only what is due now', () => {
    expect(judged(ten({ missed: 'none' }), '10:00', '10:40')).toEqual({
      start: ['10:40'],
      missed: ['10:00', '10:10', '10:20', '10:30'].map((one) => `${one} not_caught_up`),
      next: '10:50',
    });
  });

  it('starts with missed: last the last time, and records that it stands for the others', () => {
    expect(judged(ten({ missed: 'last' }), '10:00', '10:45')).toEqual({
      start: ['10:40'],
      missed: ['10:00', '10:10', '10:20', '10:30'].map((one) => `${one} superseded`),
      next: '10:50',
    });
  });

  it('starts with missed: all every time within the window', () => {
    expect(judged(ten({ missed: 'all', missedWindowMs: 25 * 60_000 }), '10:00', '10:45')).toEqual({
      start: ['10:20', '10:30', '10:40'],
      missed: ['10:00 too_old', '10:10 too_old'],
      next: '10:50',
    });
  });

  it('starts nothing with missed: last when the last is older than the window', () => {
    expect(judged(ten({ missed: 'last', missedWindowMs: 60_000 }), '10:00', '10:45').start).toEqual([]);
  });
});

describe('an outage longer than one look', () => {
  it('is judged in parts, of which only the last has the last time', () => {
    const one = ten({ missed: 'last', missedWindowMs: 86_400_000 });
    const first = judge(one, 'sync', { next: at('00:00'), now: at('01:05'), limit: 4 });
    const second = judge(one, 'sync', { next: first.next?.at ?? 0, now: at('01:05'), limit: 4 });

    expect([first.start, first.missed.length, first.isMore]).toEqual([[], 4, true]);
    expect([second.start.map(time), second.missed.length, second.isMore]).toEqual([['01:00'], 2, false]);
  });
});

describe('a schedule that was edited while it was due', () => {
  it('is judged by its new times, from the old one on', () => {
    const one = schedule({ cron: '5 * * * *' }, { timezone: 'UTC' });

    expect(judged(one, '10:00', '10:06')).toEqual({ start: ['10:05'], missed: [], next: '11:05' });
  });

  it('may fire no more', () => {
    const one = schedule({ cron: '5 * * * *' }, { timezone: 'UTC', end: '2026-06-01T10:00' });

    expect(judged(one, '10:00', '10:06')).toEqual({ start: [], missed: [], next: null });
  });
});

describe('any sequence of ticks', () => {
  const minute = fc.integer({ min: 1, max: 90 });

  it('judges every time exactly once, and starts what is in time', () => {
    const policies = fc.record({
      missed: fc.constantFrom<ScheduleTrigger['missed']>('none', 'last', 'all'),
      missedWindowMs: fc.constantFrom(0, 1_800_000, 21_600_000),
      spreadMs: fc.constantFrom(0, 300_000),
    });
    fc.assert(
      fc.property(policies, fc.array(minute, { minLength: 1, maxLength: 20 }), (more, pauses) => {
        const one = ten(more);
        const seen: number[] = [];
        let [next, now] = [at('00:00'), at('00:00')];
        for (const pause of pauses) {
          now += pause * 60_000;
          const found = judge(one, 'sync', { next, now, limit: 1_000 });
          const inTime = found.start.filter((nominal) => now - nominal < ON_TIME_MS);
          const lateNone =
            more.missed === 'none' && more.spreadMs === 0 && found.start.length > inTime.length;
          expect(lateNone).toBe(false);
          seen.push(
            ...[...found.start, ...found.missed.map(({ nominal }) => nominal)].toSorted((a, b) => a - b),
          );
          next = found.next?.at ?? Infinity;
        }

        const all = firings(one, { from: at('00:00'), to: next - 1, limit: 10_000 });
        expect(seen).toEqual(all.map((firing) => firing.at));
      }),
    );
  });
});
