/** Schedules in flow files: what they mean, and what their authors are told. */
import { describe, expect, it } from 'vitest';
import type { Problem, Trigger } from '../../src/domain/flow.ts';
import { parseFlow } from '../../src/language/parse.ts';
import { catalogue } from './catalogue.ts';

const NOW = Date.parse('2026-11-24T12:00Z');

const parsed = (trigger: string, settings = '{}') =>
  parseFlow('nightly', `trigger: ${trigger}\nsettings: ${settings}\nsteps: [{ stop: done }]`, catalogue, NOW);

const triggerOf = (trigger: string, settings?: string): Trigger | undefined => {
  const read = parsed(trigger, settings);
  return read.ok ? read.flow.trigger : undefined;
};

const warningsOf = (trigger: string): readonly Problem[] => {
  const read = parsed(trigger);
  return read.ok ? read.warnings : [];
};

describe('a schedule in a file', () => {
  it('has every default filled in, and the zone of the flow', () => {
    expect(triggerOf('{ kind: schedule, every: { weeks: 1 } }', '{ timezone: Asia/Tokyo }')).toEqual({
      kind: 'schedule',
      every: { weeks: 1, on: ['mon'], at: ['00:00'] },
      timezone: 'Asia/Tokyo',
      overlap: 'skip',
      missed: 'last',
      missedWindowMs: 21_600_000,
      spreadMs: 0,
      gap: 'next',
      fold: 'first',
    });
  });

  it.each([
    ['cron: "0 9 * * 1-5", timezone: Europe/Berlin', { cron: '0 9 * * 1-5', timezone: 'Europe/Berlin' }],
    ['every: { minutes: 7 }', { every: { minutes: 7 } }],
    [
      'every: { hours: 2, between: { from: "22:00", to: "06:00" } }',
      { every: { hours: 2, between: { from: '22:00', to: '06:00' } } },
    ],
    ['every: { days: 2, at: ["17:00", "09:00", "17:00"] }', { every: { days: 2, at: ['09:00', '17:00'] } }],
    ['every: { months: 1, day: last }', { every: { months: 1, day: 'last', at: ['00:00'] } }],
    ['every: { months: 3, at: "09:00" }', { every: { months: 3, day: 1, at: ['09:00'] } }],
    ['at: 2026-12-24T18:00, spread: 5m', { at: '2026-12-24T18:00', spreadMs: 300_000 }],
  ])('may be { %s }', (written, meant) => {
    expect(triggerOf(`{ kind: schedule, ${written} }`)).toMatchObject(meant);
  });
});

describe('the check of a schedule', () => {
  it('points at what may surprise', () => {
    expect(warningsOf('{ kind: schedule, cron: "0 12 31 * *" }')).toMatchObject([
      { code: 'short_months', path: 'trigger.cron', line: 1, column: 34 },
    ]);
  });

  it('warns of a time that is past', () => {
    expect(warningsOf('{ kind: schedule, at: 2026-01-01T00:00 }')).toMatchObject([{ code: 'past' }]);
  });

  it('takes gap and fold for a decision when they are written, though they say what holds anyway', () => {
    const nightly = 'kind: schedule, cron: "30 2 * * *", timezone: Europe/Berlin';

    expect(warningsOf(`{ ${nightly} }`).map(({ code }) => code)).toEqual(['clock_change', 'clock_change']);
    expect(warningsOf(`{ ${nightly}, gap: next, fold: first }`)).toEqual([]);
  });

  it('without a clock says nothing of what depends on it', () => {
    const text = 'trigger: { kind: schedule, at: 2026-01-01T00:00 }\nsteps: [{ stop: done }]';

    expect(parseFlow('once', text, catalogue)).toMatchObject({ ok: true, warnings: [] });
  });
});
