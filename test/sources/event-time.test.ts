import { describe, expect, it } from 'vitest';
import { eventTime } from '../../src/sources/event-time.ts';

const AT = Date.parse('2026-02-03T09:20:00.500Z');

describe('the time of an event', () => {
  it.each([
    ['ISO 8601', '2026-02-03T09:20:00.500Z'],
    ['with an offset', '2026-02-03T10:20:00.500+01:00'],
    ['without a zone', '2026-02-03T09:20:00.500'],
    ['with nanoseconds', '2026-02-03T09:20:00.500000000Z'],
    ['milliseconds', AT],
    ['seconds with a fraction', AT / 1_000],
    ['seconds as a text', '1770110400.500'],
    ['milliseconds as a text', String(AT)],
  ])('is understood as %s', (_, written) => {
    expect(eventTime(written)).toBe(AT);
  });

  it.each([
    null,
    true,
    '',
    'soon',
    'Tue, 03 Feb 2026 09:20:00 GMT',
    '2026-02-30T00:00:00Z',
    '0000-01-01T00:00:00Z',
    '0001-01-01T00:00:00Z',
    '1969-12-31T23:59:59Z',
    '10000-01-01T00:00:00Z',
    -1,
    1e300,
    '9'.repeat(400),
    {},
    [AT],
  ])('is none where %j stands', (written) => {
    expect(eventTime(written)).toBeNull();
  });
});
