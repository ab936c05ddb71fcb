import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addTime, instantOf, timeBetween } from '../../src/domain/calendar.ts';
import { formatTime, parseTime } from '../../src/domain/date-format.ts';

const instant = fc.integer({ min: Date.parse('1970-01-01'), max: Date.parse('2100-01-01') });
const iso = instant.map((at) => new Date(at).toISOString());
const zone = fc.constantFrom(
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Asia/Kolkata',
  'Australia/Lord_Howe',
);

describe('time zones', () => {
  it('show the clocks that Intl shows', () =>
    fc.assert(
      fc.property(iso, zone, (time, where) => {
        const clock = new Intl.DateTimeFormat('sv-SE', {
          timeZone: where,
          dateStyle: 'short',
          timeStyle: 'medium',
        });

        expect(formatTime(time, 'YYYY-MM-DD HH:mm:ss', where)).toBe(clock.format(new Date(time)));
      }),
    ));

  it('read back what they show, where the clocks show it once', () =>
    fc.assert(
      fc.property(iso, zone, (time, where) => {
        const shown = formatTime(time, 'dddd D MMMM YYYY, h:mm:ss.SSS A ZZ', where);

        expect(parseTime(shown, 'dddd D MMMM YYYY, h:mm:ss.SSS A ZZ')).toBe(Date.parse(time));
      }),
    ));

  it.each([
    ['a gap moves the clock on', '2026-03-29T02:30:00', 'Europe/Berlin', '2026-03-29T01:30:00.000Z'],
    ['a doubled hour is the first', '2026-10-25T02:30:00', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['a gap in America', '2026-03-08T02:30:00', 'America/New_York', '2026-03-08T07:30:00.000Z'],
    ['a doubled hour in America', '2026-11-01T01:30:00', 'America/New_York', '2026-11-01T05:30:00.000Z'],
    ['half an hour', '2026-10-04T02:15:00', 'Australia/Lord_Howe', '2026-10-03T15:45:00.000Z'],
    ['a year with two digits', '0050-06-01', 'UTC', '0050-06-01T00:00:00.000Z'],
  ])('%s', (_, wall, where, expected) => {
    expect(new Date(instantOf(wall, where)).toISOString()).toBe(expected);
  });
});

describe('calendar arithmetic', () => {
  it('counts the months that it added, and as many backwards', () =>
    fc.assert(
      fc.property(iso, fc.nat(500), (time, months) => {
        const later = addTime(time, months, 'months');

        expect(timeBetween(time, later, 'months')).toBe(months);
        expect(timeBetween(later, time, 'months')).toBe(0 - months);
      }),
    ));

  it('keeps the clock where days are added', () =>
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 20_000 }),
        fc.integer({ min: -400, max: 400 }),
        zone,
        (day, days, where) => {
          const noon = new Date(day * 86_400_000).toISOString().replace('T00', 'T12').replace('Z', '');
          const expected = new Date(Date.parse(`${noon}Z`) + days * 86_400_000);

          expect(formatTime(addTime(noon, days, 'days', where), 'YYYY-MM-DDTHH:mm', where)).toBe(
            expected.toISOString().slice(0, 16),
          );
        },
      ),
    ));

  it('is exact for hours', () =>
    fc.assert(
      fc.property(iso, fc.integer({ min: -10_000, max: 10_000 }), (time, hours) => {
        expect(timeBetween(time, addTime(time, hours, 'hours'), 'hours')).toBe(hours);
      }),
    ));

  it.each([
    '2026-02-30',
    '2026-13-01',
    '2026-11-23T24:00',
    '2026-11-23T12:00+99:00',
    'tomorrow',
    '',
    '0000-01-01',
  ])('%s is no time', (text) => {
    expect(() => instantOf(text)).toThrow(expect.objectContaining({ code: 'invalid_date' }));
  });
});

describe('date formats', () => {
  it.each([
    ['YYYY-MM-DD[T]HH:mm:ss.SSS', '2026-01-02T15:04:05.006'],
    ['D/M/YY h:m:s a', '2/1/26 3:4:5 pm'],
    ['dddd, MMMM Do', 'Friday, January 2nd'],
    ['ddd dd d E, DDDD, W GGGG, Qo', 'Fri Fr 5 5, 002, 1 2026, 1st'],
    ['Z ZZ z', '+00:00 +0000 UTC'],
    ['X x', '1767366245 1767366245006'],
    ['L LT | LLLL', '01/02/2026 3:04 PM | Friday, January 2, 2026 3:04 PM'],
    ['kk S SS', '15 0 00'],
  ])('%s', (format, expected) => {
    expect(formatTime('2026-01-02T15:04:05.006Z', format)).toBe(expected);
  });

  it.each([
    ['20261123', 'YYYYMMDD', '2026-11-23T00:00:00.000Z'],
    ['12:30 am 1st Feb 2026', 'h:mm a Do MMM YYYY', '2026-02-01T00:30:00.000Z'],
    ['2026-11-23 12:00 -0330', 'YYYY-MM-DD HH:mm ZZ', '2026-11-23T15:30:00.000Z'],
    ['1795435200.5', 'X', '2026-11-23T12:00:00.500Z'],
  ])('%s is read by %s', (text, format, expected) => {
    expect(new Date(parseTime(text, format)).toISOString()).toBe(expected);
  });

  it.each([
    ['2026-11-23x', 'YYYY-MM-DD', 'invalid_date'],
    ['Sunday 23 11 2026', 'dddd D M YYYY', 'invalid_date'],
    ['13 pm 2026', 'h a YYYY', 'invalid_date'],
    ['12:00', 'HH:mm', 'invalid_format'],
    ['2026 UTC', 'YYYY z', 'invalid_format'],
    ['2026', 'yyyy', 'invalid_format'],
  ])('%s is refused by %s', (text, format, code) => {
    expect(() => parseTime(text, format)).toThrow(expect.objectContaining({ code }));
  });
});
