/** Makes the copy of a run that D1 gets: long values shortened, steps cut into pages. */
import { COPIED_VALUE_BYTES, PAGE_BYTES, PAGE_STEPS } from '../domain/history.ts';
import type { CopiedPage, RunRecord } from '../domain/history.ts';
import type { Failure } from '../domain/errors.ts';
import { isObject, utf8Length } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { RunDetail, RunSummary, StepRecord } from '../domain/run.ts';
import { sha256 } from './digest.ts';
import { leanDetail, leanStep } from './lean-copy.ts';

const BEGINNING = 1_000;
/** Errors repeat with every attempt, so less of each is kept. */
const ERROR_VALUE_BYTES = 4_000;
const MESSAGE_LENGTH = 2_000;
const SUBJECT_LENGTH = 400;

/** What stands in the copy for a value that is too long for it. */
const shorten = async (value: Json, limit = COPIED_VALUE_BYTES): Promise<Json> => {
  const text = JSON.stringify(value);
  // UTF-8 is at most three bytes a unit: most values are told short without counting.
  if (text.length * 3 <= limit) return value;
  const bytes = utf8Length(text);
  if (bytes <= limit) return value;
  return { shortened: { bytes, sha256: await sha256(text), begins: text.slice(0, BEGINNING) } };
};

const shortFailure = async (error: Failure | null): Promise<Failure | null> =>
  error === null
    ? null
    : {
        ...error,
        message: error.message.slice(0, MESSAGE_LENGTH),
        ...(error.body === undefined ? {} : { body: await shorten(error.body, ERROR_VALUE_BYTES) }),
        ...(error.data === undefined ? {} : { data: await shorten(error.data, ERROR_VALUE_BYTES) }),
      };

const shortStep = async (step: StepRecord): Promise<StepRecord> => ({
  ...step,
  input: await shorten(step.input),
  output: await shorten(step.output),
  error: await shortFailure(step.error),
  // An attempt's error differs from the step's only while others follow: its code and message say enough.
  attempts: step.attempts.map(({ error, ...attempt }) => ({
    ...attempt,
    error: error && {
      code: error.code,
      message: error.message.slice(0, 500),
      ...(error.status === undefined ? {} : { status: error.status }),
    },
  })),
});

const shortObject = async (value: JsonObject | null): Promise<JsonObject | null> => {
  const short = await shorten(value);
  return isObject(short) ? short : null;
};

const shortDetail = async (detail: RunDetail): Promise<RunDetail> => ({
  ...detail,
  inputs: await shorten(detail.inputs),
  outputs: await shorten(detail.outputs),
  origin: await shortObject(detail.origin),
  response: detail.response && { ...detail.response, body: await shorten(detail.response.body) },
});

/** Whether no value in it can be too long, told by all of it: UTF-8 is at most three bytes a unit. */
const isShort = (text: string): boolean => text.length * 3 <= COPIED_VALUE_BYTES;

const isWithoutErrors = ({ error, attempts }: StepRecord): boolean =>
  error === null && attempts.every((attempt) => attempt.error === null);

const stepText = async (step: StepRecord): Promise<string> => {
  const text = JSON.stringify(leanStep(step));
  return isShort(text) && isWithoutErrors(step) ? text : JSON.stringify(leanStep(await shortStep(step)));
};

const detailText = async (detail: RunDetail): Promise<string> => {
  const text = JSON.stringify(leanDetail(detail));
  return isShort(text) ? text : JSON.stringify(leanDetail(await shortDetail(detail)));
};

/**
 * Cuts steps into pages of at most {@link PAGE_STEPS} and about {@link PAGE_BYTES}; one page at least.
 * @param steps the JSON of each
 */
export const pagesOf = (steps: readonly string[]): CopiedPage[] => {
  const pages: CopiedPage[] = [];
  let page: string[] = [];
  let bytes = 0;
  const close = (): void => {
    pages.push({ count: page.length, json: `[${page.join(',')}]` });
    page = [];
    bytes = 0;
  };
  for (const step of steps) {
    const size = utf8Length(step);
    if (page.length === PAGE_STEPS || (page.length > 0 && bytes + size > PAGE_BYTES)) close();
    page.push(step);
    bytes += size;
  }
  close();
  return pages;
};

/** Without what only the detail, or a row, has. */
export const summaryOf = (detail: RunSummary): RunSummary => ({
  id: detail.id,
  flow: detail.flow,
  version: detail.version,
  status: detail.status,
  trigger: detail.trigger,
  caller: detail.caller,
  attempt: detail.attempt,
  createdAt: detail.createdAt,
  finishedAt: detail.finishedAt,
  error: detail.error,
  steps: detail.steps,
  parent: detail.parent,
});

/** @param run `detail` and `steps` as history shows them: masked already */
export const recordOf = async (run: {
  readonly detail: RunDetail;
  readonly steps: readonly StepRecord[];
  readonly revision: number;
  readonly subject: string;
}): Promise<RunRecord> => {
  const steps: string[] = [];
  for (const step of run.steps) steps.push(await stepText(step));
  return {
    summary: summaryOf({ ...run.detail, error: await shortFailure(run.detail.error) }),
    revision: run.revision,
    subject: run.subject.slice(0, SUBJECT_LENGTH),
    detail: await detailText(run.detail),
    pages: pagesOf(steps),
  };
};
