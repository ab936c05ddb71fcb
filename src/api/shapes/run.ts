/** Runs and steps as the API shows them. */
import * as z from 'zod';
import type { Failure as Failed } from '../../domain/errors.ts';
import type { RunDetail, RunSummary, StepRecord } from '../../domain/run.ts';
import { Failure, iso, isoOrNull, Status, Time, Trigger } from './scalars.ts';

const summary = {
  id: z.string(),
  flow: z.string(),
  version: z.int().describe('0 for a flow that was never saved'),
  status: Status,
  trigger: Trigger,
  caller: z.looseObject({
    kind: z.enum(['token', 'public', 'person', 'clock', 'source', 'run']),
    id: z.string().nullable(),
  }),
  attempt: z.int(),
  createdAt: Time,
  finishedAt: Time.nullable(),
  error: Failure.nullable(),
  steps: z.int().describe('steps performed, loops unrolled'),
  parent: z.string().nullable(),
};

export const RunLine = z.strictObject(summary).meta({ id: 'Run' });

export const Step = z
  .strictObject({
    path: z.string(),
    id: z.string().nullable(),
    title: z.string().nullable(),
    kind: z.string(),
    card: z.string().nullable(),
    call: z
      .strictObject({ run: z.string(), flow: z.string(), version: z.int() })
      .nullable()
      .describe('the run that it called last'),
    status: z.enum([
      'pending',
      'running',
      'waiting',
      'in_doubt',
      'succeeded',
      'failed',
      'cancelled',
      'skipped',
    ]),
    startedAt: Time,
    finishedAt: Time.nullable(),
    input: z.unknown(),
    output: z.unknown(),
    error: Failure.nullable(),
    runAttempt: z.int(),
    attempts: z.array(
      z.strictObject({
        number: z.int(),
        startedAt: Time,
        finishedAt: Time.nullable(),
        effect: z.enum(['pure', 'safe', 'probe', 'once']),
        happened: z.enum(['no', 'yes', 'unknown']).nullable(),
        error: Failure.nullable(),
        retryAt: Time.nullable(),
      }),
    ),
  })
  .meta({ id: 'Step' });

export const Run = z
  .strictObject({
    ...summary,
    inputs: z.unknown(),
    outputs: z.unknown(),
    reason: z.string().nullable(),
    origin: z.looseObject({}).nullable().describe('the event, request or schedule that started it'),
    waiting: z.strictObject({ until: Time.nullable(), inDoubt: z.array(z.string()) }).nullable(),
    response: z
      .strictObject({ status: z.int(), headers: z.record(z.string(), z.string()), body: z.unknown() })
      .nullable(),
    firstSteps: z.array(Step).describe('200 at most; `/steps` has all of them'),
  })
  .meta({ id: 'RunDetail' });

/** Without what is the engine's own business. */
const showFailure = (error: Failed | null): z.input<typeof Failure> | null => {
  if (error === null) return null;
  const { fromFlow: _fromFlow, ...shown } = error;
  return shown;
};

export const showRun = (run: RunSummary): z.input<typeof RunLine> => ({
  id: run.id,
  flow: run.flow,
  version: run.version,
  status: run.status,
  trigger: run.trigger,
  caller: run.caller,
  attempt: run.attempt,
  createdAt: iso(run.createdAt),
  finishedAt: isoOrNull(run.finishedAt),
  error: showFailure(run.error),
  steps: run.steps,
  parent: run.parent,
});

export const showStep = (step: StepRecord): z.input<typeof Step> => ({
  ...step,
  startedAt: iso(step.startedAt),
  finishedAt: isoOrNull(step.finishedAt),
  error: showFailure(step.error),
  attempts: step.attempts.map((attempt) => ({
    ...attempt,
    startedAt: iso(attempt.startedAt),
    finishedAt: isoOrNull(attempt.finishedAt),
    error: showFailure(attempt.error),
    retryAt: isoOrNull(attempt.retryAt),
  })),
});

export const showDetail = (detail: RunDetail, steps: readonly StepRecord[]): z.input<typeof Run> => ({
  ...showRun(detail),
  inputs: detail.inputs,
  outputs: detail.outputs,
  reason: detail.reason,
  origin: detail.origin,
  waiting: detail.waiting && {
    until: isoOrNull(detail.waiting.until),
    inDoubt: [...detail.waiting.inDoubt],
  },
  response: detail.response,
  firstSteps: steps.map(showStep),
});
