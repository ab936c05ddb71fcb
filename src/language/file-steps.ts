/**
 * The steps as files hold them, one schema a kind. What a block is made of is a parameter: nothing in particular when
 * a flow is read (each step is then read on its own, so that all its problems are found), steps when an editor asks.
 */
import * as z from 'zod';
import { CALLED_FLOW, FLOW_NAME } from '../domain/flow.ts';
import { Condition, duration, expecting, Name, Value } from './file-values.ts';

const about = (description: string): { readonly description: string } => ({ description });

const base = {
  id: Name.exactOptional().meta(about('Its own name, so that later steps can say steps.<id>.')),
  title: z.string().exactOptional().meta(about('What charts and histories call it.')),
  note: z.string().exactOptional().meta(about('A remark for readers.')),
  when: Condition.exactOptional().meta(about('The step is skipped unless this is true.')),
};

const OnError = z.enum(['fail', 'continue']).default('fail');

const RETRY_ON = 'must be a status such as 429, a class such as 5xx, or the code of an error such as timeout';

const Retry = z
  .strictObject({
    attempts: z.number().int().min(1).max(50).default(3).meta(about('Attempts in all, the first included.')),
    delay: duration({ most: '1d' }).prefault('1s').meta(about('Before the second attempt.')),
    backoff: z
      .number()
      .min(1)
      .max(10)
      .default(2)
      .meta(about('Each further delay is so many times the last.')),
    on: z
      .array(
        z.union(
          [
            z.number().int().min(100).max(599),
            z.string().regex(/^([1-5]\d\d|[1-5]xx|[a-z][a-z0-9_]*)$/, RETRY_ON),
          ],
          { error: RETRY_ON },
        ),
      )
      .min(1)
      .default([429, '5xx', 'timeout']),
  })
  .meta({ id: 'Retry', description: 'What is not safe to repeat is tried again only after 429.' });

const TOLERATED = 'must be a number of items such as 5, or a share of them such as 1%';

const Tolerance = z.strictObject({
  tolerate: z.union([z.number().int().min(1), z.string().regex(/^(100|\d{1,2}(\.\d+)?)%$/, TOLERATED)], {
    error: expecting(TOLERATED),
  }),
});

const CALLED = 'must be the name of a flow, such as hr/invite, or one version of it, such as hr/invite@3';

/** Split into name and version when read. */
const Called = z
  .string({ error: expecting(CALLED) })
  .regex(CALLED_FLOW, CALLED)
  .refine((text) => FLOW_NAME.test(text.replace(/@\d+$/, '')), CALLED)
  .meta(about('The helper, in the version in force, or in one: hr/invite@3.'));

const WAITS = 'must be { for: 3d } or { until: 2026-12-01T09:00:00Z }';

const controls = (block: z.ZodType<readonly unknown[]>) => ({
  if: z.strictObject({
    ...base,
    if: Condition,
    then: block,
    elseIf: z.array(z.strictObject({ if: Condition, then: block })).exactOptional(),
    else: block.exactOptional(),
  }),
  try: z.strictObject({
    ...base,
    try: block,
    catch: block.exactOptional().meta(about('Runs when a step of try failed; [] swallows the error.')),
    finally: block.exactOptional().meta(about('Runs in any case.')),
  }),
  forEach: z.strictObject({
    ...base,
    forEach: Value.meta(about('A list, or one expression that gives one.')),
    do: block,
    concurrency: z.number().int().min(1).max(200).default(1).meta(about('Items at a time.')),
    onError: z
      .union([z.enum(['fail', 'continue']), Tolerance], {
        error: 'must be fail, continue or { tolerate: 1% }',
      })
      .default('fail'),
  }),
  while: z.strictObject({
    ...base,
    while: Condition,
    do: block,
    limit: z.number().int().min(1).max(10_000).default(1000).meta(about('Rounds; past it the step fails.')),
  }),
  parallel: z.strictObject({
    ...base,
    parallel: z
      .record(Name, block)
      .refine((branches) => Object.keys(branches).length > 0, 'must have branches'),
    onError: OnError,
  }),
});

const waits = (block: z.ZodType<readonly unknown[]>) => ({
  card: z.strictObject({
    ...base,
    card: z.string().meta(about('The card, as family.name: http.request')),
    connection: z
      .string()
      .min(1)
      .exactOptional()
      .meta(about('Name of the connection whose address and credentials it uses.')),
    with: z.record(z.string(), Value).default({}).meta(about('What the card is given.')),
    retry: Retry.exactOptional(),
    timeout: duration({ least: '1ms', most: '10m' }).prefault('30s').meta(about('Time limit of an attempt.')),
    onError: OnError,
  }),
  call: z.strictObject({
    ...base,
    call: Called,
    with: z.record(z.string(), Value).default({}).meta(about('Its inputs.')),
    async: z.boolean().default(false).meta(about('Does not wait for its end: the value is { run }.')),
    timeout: duration({ least: '1s', most: '365d' })
      .exactOptional()
      .meta(about('Past it the called run is cancelled, and the step fails with the code timeout.')),
    onError: OnError,
  }),
  set: z.strictObject({ ...base, set: z.record(Name, Value).meta(about('Variables, read as vars.<name>.')) }),
  ...controls(block),
  wait: z.strictObject({
    ...base,
    wait: z.union([z.strictObject({ for: Value }), z.strictObject({ until: Value })], {
      error: expecting(WAITS),
    }),
  }),
  respond: z.strictObject({
    ...base,
    respond: z
      .strictObject({
        status: Value.exactOptional(),
        headers: z.record(z.string(), Value).exactOptional(),
        body: Value.exactOptional(),
      })
      .meta(about('Answers the API caller; the run goes on.')),
  }),
});

const leave = (kind: 'yield' | 'next' | 'return' | 'stop' | 'fail', description: string) =>
  z.strictObject({ ...base, [kind]: Value.meta({ description }) });

const outcomes = {
  yield: leave('yield', 'Ends the block it stands in; this is its value.'),
  next: leave('next', 'Ends the item or round; this is its result.'),
  return: leave('return', 'Ends the run well, with these outputs.'),
  stop: leave('stop', 'Ends the run well, without outputs; this is the reason.'),
  fail: leave('fail', 'Fails: { code, message, status, data }, or an error: ${{ error }}.'),
};

export const stepSchemas = (block: z.ZodType<readonly unknown[]>) => ({ ...waits(block), ...outcomes });

export type WrittenKind = keyof ReturnType<typeof stepSchemas>;
const NO_LIST = 'must be a list of steps: lines that begin with "- "';

/** A block whose steps stay as they are, to be read one by one. */
export const UnreadBlock = z.array(z.unknown(), {
  error: expecting(NO_LIST),
});
