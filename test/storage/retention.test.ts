import { describe, expect, it } from 'vitest';
import { keepEventsMs, keepRunsMs } from '../../src/storage/retention.ts';

const DAY = 86_400_000;

describe('how long things are kept', () => {
  it('is 90 days for runs and 30 for events unless settings say otherwise', () => {
    expect([keepRunsMs({}), keepEventsMs({})]).toEqual([90 * DAY, 30 * DAY]);
    expect(keepRunsMs({ SLUICE_KEEP_RUNS: '1d' })).toBe(DAY);
    expect(keepEventsMs({ SLUICE_KEEP_EVENTS: '60d' })).toBe(60 * DAY);
  });

  it('is seven days at least for events, whose ids must be known again', () => {
    expect(keepEventsMs({ SLUICE_KEEP_EVENTS: '1h' })).toBe(7 * DAY);
  });

  it('is refused when it is no length of time', () => {
    expect(() => keepEventsMs({ SLUICE_KEEP_EVENTS: 'forever' })).toThrow('SLUICE_KEEP_EVENTS is "forever"');
  });
});
