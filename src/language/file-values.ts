/** The small values that flow files are made of, as zod reads them and as editors are told about them. */
import * as z from 'zod';
import { DURATION, durationMs } from '../domain/duration.ts';
import { FIELD_NAME, type Condition as ConditionText } from '../domain/flow.ts';
import type { Json } from '../domain/json.ts';
import { zoneOffset } from '../domain/time-zone.ts';
import { FORMATS } from './formats.ts';
import { parseTemplate, wholeExpression } from './template.ts';

/** Any value, with expressions in its texts. The document was read as JSON, so nothing else can come. */
export const Value = z.unknown() as z.ZodType<Json>;

/** What a value must be, for zod; a value that is not there is missing, whatever it would have to be. */
export const expecting =
  (sentence: string) =>
  ({ input }: { readonly input?: unknown }): string =>
    input === undefined ? 'is required' : sentence;

export const Name = z
  .string()
  .regex(FIELD_NAME, 'must be a name: a letter, then letters, digits and _; labels go into title')
  .meta({ description: 'A letter, then letters, digits and _.' });

const CONDITION = 'must be one condition between braces, such as ${{ inputs.age > 17 }}';

/** One expression that gives true or false; read, it has lost its braces. */
export const Condition = z
  .union([z.boolean(), z.string().meta({ pattern: '^\\s*\\$\\{\\{' })], { error: expecting(CONDITION) })
  .transform((value, context): ConditionText => {
    if (typeof value === 'boolean') return String(value);
    const template = parseTemplate(value);
    const whole = template.ok ? wholeExpression(template.parts) : undefined;
    if (whole === undefined) {
      const message = template.ok ? CONDITION : template.message;
      context.issues.push({ code: 'custom', message, input: value });
    }
    return whole?.source ?? 'false';
  })
  .meta({ description: 'One expression that gives true or false: ${{ inputs.age > 17 }}' });

const DURATION_TEXT = 'must be a duration such as 500ms, 30s, 5m, 6h, 2d or 1w';

interface Bounds {
  readonly least?: string;
  readonly most?: string;
}

/** Milliseconds when read. */
export const duration = ({ least = '0s', most = '3650d' }: Bounds = {}) => {
  const [from, to] = [durationMs(least) ?? 0, durationMs(most) ?? 0];
  return z
    .string({ error: expecting(DURATION_TEXT) })
    .regex(DURATION, DURATION_TEXT)
    .refine((text) => (durationMs(text) ?? from) >= from, `must be at least ${least}`)
    .refine((text) => (durationMs(text) ?? to) <= to, `must be at most ${most}`)
    .meta({ description: 'A duration such as 500ms, 30s, 5m, 6h, 2d or 1w.' })
    .transform((text) => durationMs(text) ?? 0);
};

const isZone = (name: string): boolean => {
  try {
    zoneOffset(0, name);
    return true;
  } catch {
    return false;
  }
};

export const TimeZone = z
  .string()
  .refine(isZone, 'must be a time zone that exists, such as Europe/Berlin or UTC')
  .meta({ description: 'An IANA time zone, such as Europe/Berlin.' });

const LOCAL_TIME = /^(\d{4}-\d\d-\d\d)(?:[Tt ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?$/;

/** A date or a time, with an offset or without. */
export const isTimeText = (text: string): boolean => {
  if (FORMATS['date-time'].test(text)) return true;
  const [, date, time] = LOCAL_TIME.exec(text) ?? [];
  return date !== undefined && FORMATS.date.test(date) && (time === undefined || FORMATS.time.test(time));
};

export const TIME_TEXT = 'must be a date or a time that exists, such as 2026-12-01 or 2026-12-01T09:00:00Z';

export const Time = z.string().refine(isTimeText, TIME_TEXT);
