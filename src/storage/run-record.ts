/** Makes the copy of a run that D1 gets: long values shortened, steps cut into pages. */
import { COPIED_VALUE_BYTES, PAGE_BYTES, PAGE_STEPS } from '../domain/history.ts';
import type { RunRecord } from '../domain/history.ts';
import type { Failure } from '../domain/errors.ts';
import { isObject, utf8Length } from '../domain/json.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { RunDetail, RunSummary, StepRecord } from '../domain/run.ts';
import { sha256 } from './digest.ts';

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
  error: await shortFailure(detail.error),
  inputs: await shorten(detail.inputs),
  outputs: await shorten(detail.outputs),
  origin: await shortObject(detail.origin),
  response: detail.response && { ...detail.response, body: await shorten(detail.response.body) },
});

/** Cuts steps into pages of at most {@link PAGE_STEPS} and about {@link PAGE_BYTES}; one page at least. */
export const pagesOf = (steps: readonly StepRecord[]): StepRecord[][] => {
  const pages: StepRecord[][] = [];
  let page: StepRecord[] = [];
  let bytes = 0;
  for (const step of steps) {
    const size = utf8Length(JSON.stringify(step));
    if (page.length === PAGE_STEPS || (page.length > 0 && bytes + size > PAGE_BYTES)) {
      pages.push(page);
      page = [];
      bytes = 0;
    }
    page.push(step);
    bytes += size;
  }
  return [...pages, page];
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
  const detail = await shortDetail(run.detail);
  return {
    summary: summaryOf(detail),
    revision: run.revision,
    subject: run.subject.slice(0, SUBJECT_LENGTH),
    detail,
    pages: pagesOf(await Promise.all(run.steps.map(shortStep))),
  };
};
