/** The shapes of the API's answers, as far as the terminal shows them; `--json` passes on all that was sent. */
import * as z from 'zod';
import { span } from './table.ts';

/** Times stay texts, so that `--json` passes on what was sent. */
export const When = z.iso.datetime({ offset: true });
export const msOf = (when: string): number => Date.parse(when);

export const Failure = z.looseObject({
  code: z.string(),
  message: z.string(),
  status: z.number().optional(),
  step: z.string().optional(),
});
export type Failure = z.output<typeof Failure>;

const Caller = z.looseObject({ kind: z.string(), id: z.string().nullable() });

export const Run = z.looseObject({
  id: z.string(),
  flow: z.string(),
  version: z.number(),
  status: z.enum(['queued', 'running', 'waiting', 'in_doubt', 'succeeded', 'failed', 'cancelled']),
  trigger: z.string(),
  caller: Caller,
  attempt: z.number(),
  createdAt: When,
  finishedAt: When.nullable(),
  error: Failure.nullable(),
  steps: z.unknown(),
  parent: z.string().nullable(),
});
export type Run = z.output<typeof Run>;

export const RunDetail = Run.extend({
  inputs: z.json(),
  outputs: z.json(),
  reason: z.string().nullable(),
  waiting: z.looseObject({ until: When.nullable(), inDoubt: z.array(z.string()) }).nullable(),
});
export type RunDetail = z.output<typeof RunDetail>;

export const Children = z.looseObject({
  totals: z.looseObject({
    total: z.number(),
    done: z.number(),
    failed: z.number(),
    cancelled: z.number(),
    running: z.number(),
    waiting: z.number(),
  }),
});

const Descendant = Run.extend({ depth: z.number() });
export type Descendant = z.output<typeof Descendant>;

export const Tree = z.looseObject({ run: Run, descendants: z.array(Descendant), isWhole: z.boolean() });
export type Tree = z.output<typeof Tree>;

/** How long it took, or has taken so far. */
export const tookOf = (
  { createdAt, finishedAt }: { readonly createdAt: string; readonly finishedAt: string | null },
  now: number,
): string => span((finishedAt === null ? now : msOf(finishedAt)) - msOf(createdAt));

const Attempt = z.looseObject({
  number: z.number(),
  startedAt: When,
  finishedAt: When.nullable(),
  effect: z.string(),
  error: Failure.nullable(),
  retryAt: When.nullable(),
});

export const Step = z.looseObject({
  path: z.string(),
  kind: z.string(),
  card: z.string().nullable(),
  call: z.looseObject({ run: z.string(), flow: z.string(), version: z.number() }).nullish(),
  title: z.string().nullable(),
  status: z.string(),
  startedAt: When,
  finishedAt: When.nullable(),
  input: z.json(),
  output: z.json(),
  error: Failure.nullable(),
  attempts: z.array(Attempt),
});
export type Step = z.output<typeof Step>;

export const Started = z.looseObject({
  id: z.string(),
  flow: z.string(),
  version: z.number(),
  status: z.string(),
  url: z.string(),
});

/** A journal's line as the stream sends it. */
export const Entry = z.looseObject({
  type: z.string(),
  at: When,
  path: z.string().optional(),
});
export type Entry = z.output<typeof Entry>;

export const Problems = z.array(
  z.looseObject({
    severity: z.enum(['error', 'warning']).default('error'),
    path: z.string(),
    message: z.string(),
    line: z.number().optional(),
    column: z.number().optional(),
  }),
);
export type Problems = z.output<typeof Problems>;

/** A page of a list; `items` have the shape given. */
export const pageOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

export const Anything = z.json();
