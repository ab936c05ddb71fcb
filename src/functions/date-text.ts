/** Times to text and back, and as counts of seconds. Family `date`. */
import * as z from 'zod';
import { instantOf, isoText } from '../domain/calendar.ts';
import { pure } from '../domain/card.ts';
import { formatTime, parseTime } from '../domain/date-format.ts';
import { time, zone } from './values/fields.ts';
import { limited } from './values/limit.ts';

const tokens = z.string().min(1);
const TOKENS = 'Tokens like YYYY-MM-DD HH:mm:ss; plain text stands in [brackets]';
const anyTime = time.describe('A time, ISO 8601');

export const format = pure({
  title: 'Date to text',
  doc: 'Writes a time by a format of tokens (those of moment.js), in English and on the clocks of a zone. Letters that are no token are an error unless they stand in brackets.',
  input: z.strictObject({ time: anyTime, format: tokens.describe(TOKENS), zone }),
  output: z.strictObject({ text: z.string().describe('The written time') }),
  examples: [
    {
      input: { time: '2026-11-23T12:00:00Z', format: 'D MMMM YYYY [at] h:mm a z', zone: 'America/New_York' },
      output: { text: '23 November 2026 at 7:00 am EST' },
    },
    {
      input: { time: '2026-11-23T12:00:00.5Z', format: 'ddd Do MMM YY, HH:mm:ss.SSS Z' },
      output: { text: 'Mon 23rd Nov 26, 12:00:00.500 +00:00' },
    },
    {
      title: 'Tokens of another language',
      input: { time: '2026-11-23T12:00:00Z', format: 'yyyy-MM-dd' },
      error: 'invalid_format',
    },
  ],
  run: (input) => limited({ text: formatTime(input.time, input.format, input.zone) }),
});

export const parse = pure({
  title: 'Text to date',
  doc: 'Reads a time by a format of tokens (those of moment.js; X and x are seconds and milliseconds since 1970), or as ISO 8601 when there is none. The text must fit exactly, and days that do not exist are refused.',
  input: z.strictObject({
    text: z.string().describe('The written time'),
    format: tokens.optional().describe(`${TOKENS}; left out: ISO 8601`),
    zone,
  }),
  output: z.strictObject({ time: time.describe('ISO 8601 in UTC') }),
  examples: [
    {
      input: { text: '11/23/2026 3:07 PM', format: 'MM/DD/YYYY h:mm A', zone: 'America/New_York' },
      output: { time: '2026-11-23T20:07:00.000Z' },
    },
    { input: { text: '1795435200', format: 'X' }, output: { time: '2026-11-23T12:00:00.000Z' } },
    { input: { text: '2026-11-23T13:00+01:00' }, output: { time: '2026-11-23T12:00:00.000Z' } },
    {
      title: 'A day that does not exist',
      input: { text: '30.02.2026', format: 'DD.MM.YYYY' },
      error: 'invalid_date',
    },
  ],
  run: ({ text, format: wanted, zone: where }) => ({ time: isoText(parseTime(text, wanted, where)) }),
});

export const convert = pure({
  title: 'Convert date',
  doc: 'One time in several forms: ISO text, seconds and milliseconds since 1970, in words, and by a format of your own, the last two on the clocks of the zone.',
  input: z.strictObject({ time: anyTime, format: tokens.default('YYYY-MM-DD').describe(TOKENS), zone }),
  output: z.strictObject({
    time: time.describe('ISO 8601 in UTC'),
    unix: z.int().describe('Seconds since 1970'),
    epoch: z.int().describe('Milliseconds since 1970'),
    readable: z.string().describe('In words'),
    text: z.string().describe('By the format'),
  }),
  examples: [
    {
      input: { time: '2026-11-23T23:30:00Z', format: 'DD.MM.YYYY', zone: 'Europe/Berlin' },
      output: {
        time: '2026-11-23T23:30:00.000Z',
        unix: 1_795_476_600,
        epoch: 1_795_476_600_000,
        readable: 'November 24, 2026 12:30 AM',
        text: '24.11.2026',
      },
    },
    { title: 'No time', input: { time: '25:00' }, error: 'invalid_date' },
  ],
  run: (input) => {
    const epoch = instantOf(input.time, input.zone);
    const iso = isoText(epoch);
    return limited({
      time: iso,
      unix: Math.floor(epoch / 1_000),
      epoch,
      readable: formatTime(iso, 'LLL', input.zone),
      text: formatTime(iso, input.format, input.zone),
    });
  },
});

export const toUnix = pure({
  title: 'To UNIX time',
  doc: 'The seconds from 1970 to a time, without fractions; negative before.',
  input: z.strictObject({ time: anyTime }),
  output: z.strictObject({ seconds: z.int().describe('Seconds since 1970-01-01T00:00:00Z') }),
  examples: [
    { input: { time: '2026-11-23T12:00:00.999Z' }, output: { seconds: 1_795_435_200 } },
    { input: { time: '1969-12-31T23:59:59Z' }, output: { seconds: -1 } },
  ],
  run: (input) => ({ seconds: Math.floor(instantOf(input.time) / 1_000) }),
});

export const toEpoch = pure({
  title: 'To epoch',
  doc: 'The milliseconds from 1970 to a time; negative before.',
  input: z.strictObject({ time: anyTime }),
  output: z.strictObject({ milliseconds: z.int().describe('Milliseconds since 1970-01-01T00:00:00Z') }),
  examples: [{ input: { time: '2026-11-23T12:00:00.999Z' }, output: { milliseconds: 1_795_435_200_999 } }],
  run: (input) => ({ milliseconds: instantOf(input.time) }),
});

export const toIso = pure({
  title: 'To ISO',
  doc: 'A time as ISO 8601 text in UTC with milliseconds, whatever offset and precision it was written with.',
  input: z.strictObject({ time: anyTime, zone }),
  output: z.strictObject({ time: time.describe('ISO 8601 in UTC') }),
  examples: [
    { input: { time: '2026-11-23T13:00+01:00' }, output: { time: '2026-11-23T12:00:00.000Z' } },
    {
      title: 'A date alone is its midnight',
      input: { time: '2026-11-23', zone: 'Europe/Berlin' },
      output: { time: '2026-11-22T23:00:00.000Z' },
    },
  ],
  run: (input) => ({ time: isoText(instantOf(input.time, input.zone)) }),
});
