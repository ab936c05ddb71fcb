/** The schedule trigger as files hold it. */
import * as z from 'zod';
import { isObject } from '../domain/json.ts';
import { readCron } from '../schedules/cron-fields.ts';
import { messageOf, sentence } from './file-issues.ts';
import { duration, Time, TimeZone } from './file-values.ts';

const CronText = z
  .string()
  .superRefine((text, context) => {
    const read = readCron(text);
    if (read.ok) return;
    const message = `must be five fields, minute hour day month weekday, such as "0 9 * * 1-5" (${read.fault})`;
    context.addIssue({ code: 'custom', message });
  })
  .meta({ description: 'minute hour day month weekday, such as 0 9 * * 1-5; also L, MON#1 and FRI#L' });

const TimeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as "09:00", in quotes');
const At = z
  .union([TimeOfDay, z.array(TimeOfDay).min(1).max(96)], {
    error: 'must be a time of day such as "09:00", in quotes, or a list of them',
  })
  .default('00:00')
  .meta({ description: 'The time of day, or a list of times; "00:00" unless given.' });

const amount = (most: number) => {
  const message = `must be a whole number from 1 to ${most}`;
  return z.number(message).int(message).min(1, message).max(most, message);
};

const Between = z
  .strictObject({ from: TimeOfDay, to: TimeOfDay })
  .refine(({ from, to }) => from !== to, 'must have a "from" and a "to" that differ')
  .exactOptional()
  .meta({ description: 'Only from this time of day on and before that one; past midnight too.' });

const Weekday = z.enum(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']);

const DAY_OF_MONTH = 'must be a day of the month, 1 to 31, or last';
const DayOfMonth = z.union([z.number().int().min(1).max(31), z.literal('last')], { error: DAY_OF_MONTH });

const EVERY = [
  z.strictObject({ minutes: amount(1440), between: Between }),
  z.strictObject({ hours: amount(744), between: Between }),
  z.strictObject({ days: amount(366), at: At }),
  z.strictObject({ weeks: amount(52), on: z.array(Weekday).min(1).default(['mon']), at: At }),
  z.strictObject({ months: amount(12), day: DayOfMonth.default(1), at: At }),
] as const;

const EVERY_EXAMPLES =
  'must be { minutes: 15 }, { hours: 2 }, { days: 1, at: "09:00" }, ' +
  '{ weeks: 1, on: [mon], at: "09:00" } or { months: 3, day: 1, at: "09:00" }';

/** What is wrong with the form that was meant, which its unit tells. */
const everyFault = (input: unknown): string => {
  const meant = isObject(input) ? EVERY.filter(({ shape }) => (Object.keys(shape)[0] ?? '') in input) : [];
  const [form] = meant;
  if (form === undefined) return EVERY_EXAMPLES;
  if (meant.length > 1) return `has more than one unit: it ${EVERY_EXAMPLES}`;
  const issues = form.safeParse(input, { error: sentence }).error?.issues ?? [];
  return `is not right: ${issues.map(messageOf).join('; ')}`;
};

const Every = z.union(EVERY, {
  error: ({ input }) => (input === undefined ? 'is required' : everyFault(input)),
});

/** Zones have rules in these years, and nobody waits longer. */
export const ScheduleTime = Time.refine(
  (text) => /^(19[7-9]|2)/.test(text),
  'must be in the years 1970 to 2999',
);

const ONE_TIME = 'must be one time of one day in whole minutes, such as 2026-12-24T18:00';
const OneTime = ScheduleTime.refine(
  (text) => /^.{10}[Tt ]\d\d:\d\d(:00(\.0+)?)?(Z|z|[+-]\d\d:?\d\d)?$/.test(text),
  ONE_TIME,
).meta({ description: 'One time only, such as 2026-12-24T18:00.' });

const FORMS = ['cron', 'every', 'at'] as const;

export const ScheduleSchema = z
  .strictObject({
    kind: z.literal('schedule'),
    cron: CronText.exactOptional(),
    every: Every.exactOptional(),
    at: OneTime.exactOptional(),
    timezone: TimeZone.exactOptional(),
    start: ScheduleTime.exactOptional().meta({
      description: 'Not before this date or time; counting begins with it.',
    }),
    end: ScheduleTime.exactOptional().meta({
      description: 'Not after this date or time; a date is its whole day.',
    }),
    overlap: z
      .enum(['skip', 'queue', 'allow', 'cancel-previous'])
      .default('skip')
      .meta({ description: 'What happens to a tick while the last run is still under way.' }),
    missed: z
      .enum(['none', 'last', 'all'])
      .default('last')
      .meta({ description: 'Which ticks are caught up after nothing ran for a while.' }),
    missedWindow: duration()
      .prefault('6h')
      .meta({ description: 'How late a tick may be caught up: 500ms, 30s, 5m, 6h, 2d or 1w.' }),
    spread: duration({ most: '1d' })
      .refine((ms) => ms % 60_000 === 0, 'must be whole minutes, such as 5m')
      .prefault('0s')
      .meta({ description: 'A stable offset, up to so long, so that not all flows start at once.' }),
    gap: z
      .enum(['next', 'skip'])
      .default('next')
      .meta({ description: 'A time that the clocks leap over: at the next that exists, or not at all.' }),
    fold: z
      .enum(['first', 'second', 'both'])
      .default('first')
      .meta({ description: 'A time that comes twice when the clocks are put back.' }),
  })
  .refine((written) => FORMS.filter((form) => written[form] !== undefined).length === 1, {
    message: 'must have one of cron, every and at',
  })
  .meta({ title: 'Started by the clock' });

export type WrittenSchedule = z.output<typeof ScheduleSchema>;
