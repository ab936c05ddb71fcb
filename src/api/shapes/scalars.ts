/** Small shapes that the API's answers and questions share. Times are ISO 8601 in UTC outside, ms inside. */
import * as z from 'zod';
import { TRIGGER_KINDS } from '../../domain/flow.ts';
import type { RunStatus } from '../../domain/run.ts';

export const Time = z.iso.datetime().describe('UTC, with milliseconds');

export const iso = (ms: number): string => new Date(ms).toISOString();
export const isoOrNull = (ms: number | null): string | null => (ms === null ? null : iso(ms));

/** A time or a date in a query. */
export const Moment = z
  .union([z.iso.datetime({ offset: true }), z.iso.date()], {
    error: 'Write a time or a date, like 2026-11-23T12:00:00Z or 2026-11-23',
  })
  .transform((text) => Date.parse(text));

export const Trigger = z.enum(TRIGGER_KINDS);

const RUN_STATUSES = {
  queued: 'queued',
  running: 'running',
  waiting: 'waiting',
  in_doubt: 'in_doubt',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'cancelled',
} as const satisfies { [S in RunStatus]: S };
export const Status = z.enum(RUN_STATUSES);

/** D1 binds a hundred values a statement, and a query has several of these. */
const MOST_WORDS = 20;

/** One word or the same name repeated: `?status=failed&status=cancelled`. */
export const someOf = <T extends string>(word: z.ZodType<T, string>) =>
  z
    .union([word, z.array(word).min(1).max(MOST_WORDS)])
    .transform((given): readonly T[] => (Array.isArray(given) ? given : [given]));

/** `true` or `false` in a query. */
export const Flag = z.enum(['true', 'false']).transform((text) => text === 'true');

export const Failure = z
  .strictObject({
    code: z.string(),
    message: z.string(),
    status: z.int().optional().describe("HTTP status of the callee's answer"),
    body: z.unknown().optional(),
    data: z.unknown().optional(),
    step: z.string().optional(),
    run: z.string().optional().describe('the called run that failed'),
  })
  .meta({ id: 'Failure' });
