/** Sources as the API shows them. Their secrets are shown once, in the answer that makes them. */
import * as z from 'zod';
import type { LogState } from '../../triggers/event/backfill.ts';
import { SOURCE_STATUSES } from '../../storage/events-schema.ts';
import type { CountedRefusal } from '../../storage/refusals.ts';
import type { SourceDetail, SourceSummary } from '../../storage/sources.ts';
import { iso, isoOrNull, Time } from './scalars.ts';

const line = {
  name: z.string(),
  kind: z.string(),
  status: z
    .enum(SOURCE_STATUSES)
    .describe('events of a paused one are kept, and delivered when it is resumed'),
  note: z.string().nullable().describe('why it is paused, or what it is for'),
  address: z.string().describe('where the sender posts to'),
  createdAt: Time,
  updatedAt: Time,
  pausedAt: Time.nullable(),
  by: z.string().describe('id of the token that wrote it last'),
};
export const SourceLine = z.strictObject(line).meta({ id: 'Source' });

const Refused = z.strictObject({
  hour: Time.describe('in which they came'),
  reason: z.string(),
  count: z.int(),
  sample: z.string().describe('what one of them was about'),
});

const Log = z.strictObject({
  state: z.enum(['not_begun', 'reading', 'waiting', 'failing']),
  until: Time.nullable().describe('nothing is asked before'),
  trouble: z.string().nullable(),
});

const detail = {
  ...line,
  settings: z.looseObject({}),
  setup: z.string().describe('what to do at the sender'),
  secrets: z
    .array(z.strictObject({ id: z.string(), createdAt: Time }))
    .describe('which there are, oldest first; two at most'),
  refused: z.array(Refused).describe('posts turned away in the last day, newest hour first'),
  backfill: Log.nullable().describe('how the reading of its log stands, where it has one'),
};
export const Source = z.strictObject(detail).meta({ id: 'SourceDetail' });
export const SourceWithSecret = z
  .strictObject({
    ...detail,
    secret: z.string().nullable().describe('shown this once, and never again; null when none was made'),
  })
  .meta({ id: 'SourceWithSecret' });

/** @param origin where addresses of this installation begin */
export const showSourceLine = (row: SourceSummary, origin: string): z.input<typeof SourceLine> => ({
  name: row.name,
  kind: row.kind,
  status: row.status,
  note: row.note,
  address: `${origin}/events/${row.name}`,
  createdAt: iso(row.createdAt),
  updatedAt: iso(row.updatedAt),
  pausedAt: isoOrNull(row.pausedAt),
  by: row.by,
});

export interface AroundSource {
  readonly origin: string;
  readonly setup: string;
  readonly refused: readonly CountedRefusal[];
  readonly backfill: LogState | null;
}

export const showSourceDetail = (row: SourceDetail, around: AroundSource): z.input<typeof Source> => ({
  ...showSourceLine(row, around.origin),
  settings: { ...row.settings },
  setup: around.setup,
  secrets: row.secrets.map(({ id, createdAt }) => ({ id, createdAt: iso(createdAt) })),
  refused: around.refused.map(({ hour, reason, count, sample }) => ({
    hour: iso(hour),
    reason,
    count,
    sample,
  })),
  backfill: around.backfill && { ...around.backfill, until: isoOrNull(around.backfill.until) },
});
