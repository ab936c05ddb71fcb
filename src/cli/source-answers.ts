/** Sources as the API sends them, as far as the terminal shows them. */
import * as z from 'zod';
import { When } from './answers.ts';

export const SourceLine = z.looseObject({
  name: z.string(),
  kind: z.string(),
  status: z.string(),
  note: z.string().nullable(),
  address: z.string(),
});

export const Source = SourceLine.extend({
  createdAt: When,
  updatedAt: When,
  settings: z.json(),
  setup: z.string(),
  secrets: z.array(z.looseObject({ id: z.string(), createdAt: When })),
  refused: z.array(z.looseObject({ hour: When, reason: z.string(), count: z.number(), sample: z.string() })),
  backfill: z
    .looseObject({ state: z.string(), until: When.nullable(), trouble: z.string().nullable() })
    .nullable(),
});
export type Source = z.output<typeof Source>;

export const SourceWithSecret = Source.extend({ secret: z.string().nullable() });
export type SourceWithSecret = z.output<typeof SourceWithSecret>;

export const SourceKind = z.looseObject({
  kind: z.string(),
  title: z.string(),
  doc: z.string(),
  setup: z.string(),
  settings: z.looseObject({}),
});
export type SourceKind = z.output<typeof SourceKind>;

export const sourcePath = (name: string, rest = ''): string =>
  `/api/v1/sources/${encodeURIComponent(name)}${rest}`;
