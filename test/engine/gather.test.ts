import { describe, expect, it } from 'vitest';
import type { Flow } from '../../src/domain/flow.ts';
import type { Entry } from '../../src/domain/run.ts';
import { apply, begin, fold } from '../../src/engine/apply.ts';
import { scopeOf } from '../../src/engine/scope.ts';

const flow: Flow = {
  name: 'hello',
  trigger: { kind: 'event', source: 'okta', types: ['*'] },
  inputs: {},
  steps: [],
  settings: { history: 'full', timeoutMs: 60_000, timezone: 'UTC' },
};
const event = (id: string, minute: number) => ({ id, time: `2026-11-23T12:0${minute}:00.000Z` });

const created: Extract<Entry, { type: 'created' }> = {
  type: 'created',
  at: 1_000,
  flow: 'hello',
  version: 1,
  url: '/run',
  trigger: 'event',
  caller: { kind: 'source', id: 'okta' },
  inputs: {},
  event: event('a', 2),
};
const gathered = (id: string, minute: number): Entry => ({
  type: 'gathered',
  at: 2_000,
  event: event(id, minute),
});

/** What expressions see of the events. */
const seen = (entries: readonly Entry[]) => {
  const state = fold('run', [created, ...entries], () => flow);
  const scope = scopeOf(state, state.root);
  return { event: scope.event, events: scope.events };
};

describe('events that gather before a run begins', () => {
  it('are read in the order of their time, the last one as `event`', () => {
    expect(seen([gathered('b', 3), gathered('c', 1)])).toEqual({
      event: event('b', 3),
      events: [event('c', 1), event('a', 2), event('b', 3)],
    });
  });

  it('stand in the order they came where their times are the same', () => {
    expect(seen([gathered('c', 2), gathered('b', 2)]).events).toEqual([
      event('a', 2),
      event('c', 2),
      event('b', 2),
    ]);
  });

  it('are there once each', () => {
    expect(seen([gathered('b', 3), gathered('b', 3), gathered('a', 2)]).events).toHaveLength(2);
  });

  it('are one where none but the first came', () => {
    expect(seen([])).toEqual({ event: event('a', 2), events: [event('a', 2)] });
  });
});

describe('a run whose turn has come', () => {
  it('is still queued, and its time counts from there', () => {
    const state = begin('run', flow, created);

    apply(state, { type: 'begun', at: 500_000 });

    expect([state.status, state.startedAt]).toEqual(['queued', 500_000]);
  });
});
