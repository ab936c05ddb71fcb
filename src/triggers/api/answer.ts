/** What the caller of an endpoint gets, from how far its run has got. */
import { mintedAt } from '../../domain/ids.ts';
import type { Failure } from '../../domain/errors.ts';
import type { RunAnswer } from '../../domain/lane.ts';
import { problemResponse, refuse, type Refusal } from '../../domain/problem.ts';
import { isFinal, type RawResponse } from '../../domain/run.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { rawResponse } from './raw-response.ts';
import { RESULTS_KEPT_MS, resultsLink } from './results-link.ts';

export interface Answered {
  readonly runId: string;
  readonly answer: RunAnswer;
  readonly requestId: string;
  readonly now: number;
  /** 202 although there may be an answer: the caller did not want to wait, or was sent away before */
  readonly byLink?: boolean;
}

/** How a failed run looks from outside: its own words only where the flow's `fail` chose them. */
const failureRefusal = (runId: string, failure: Failure | undefined): Refusal => {
  const members = { run: runId };
  if (failure?.fromFlow !== true) {
    return refuse('run_failed', 'The run failed; its history says why.', { members });
  }
  const { code, message, status = 500 } = failure;
  return refuse('run_failed', message, {
    status: status >= 400 && status <= 599 ? status : 500,
    members: { ...members, error: { code, message } },
  });
};

const accepted = async (env: Bindings, runId: string, status: string): Promise<Response> =>
  Response.json(
    { id: runId, status },
    { status: 202, headers: { Location: await resultsLink(env, runId), 'Retry-After': '1' } },
  );

const final = ({ runId, answer, requestId, now }: Answered): Response => {
  if (answer.status !== 'succeeded') {
    // Written by the lane as the JSON of a failure.
    const failure: Failure | undefined = answer.error === undefined ? undefined : JSON.parse(answer.error);
    const refusal =
      answer.status === 'cancelled'
        ? refuse('run_failed', 'The run was cancelled.', { members: { run: runId } })
        : failureRefusal(runId, failure);
    return problemResponse(refusal, requestId);
  }
  if (answer.outputs === undefined && now - mintedAt(runId) > RESULTS_KEPT_MS) {
    return problemResponse(gone(runId), requestId);
  }
  // A flow that ends without outputs still answers with an object.
  return new Response(answer.outputs ?? '{}', { headers: { 'Content-Type': 'application/json' } });
};

export const gone = (runId: string): Refusal =>
  refuse('expired', 'The answer was kept for 24 hours; the history has the run.', {
    members: { run: runId },
  });

const rawOf = (json: string): Response => {
  // Written by the lane as the JSON of a raw response.
  const raw: RawResponse = JSON.parse(json);
  return rawResponse(raw);
};

const responseOf = (env: Bindings, answered: Answered): Response | Promise<Response> => {
  const { answer, runId, byLink = false } = answered;
  if (byLink || !isAnswered(answer)) return accepted(env, runId, answer.status);
  // An early response counts, whatever became of the run after it.
  return answer.response === undefined ? final(answered) : rawOf(answer.response);
};

/** Whether the caller gets more than a link. */
export const isAnswered = (answer: RunAnswer): boolean =>
  answer.response !== undefined || isFinal(answer.status);

/** 200 with the outputs, what the flow responded, a problem `run_failed`, or 202 with a link. */
export const answerCaller = async (env: Bindings, answered: Answered): Promise<Response> => {
  const response = await responseOf(env, answered);
  response.headers.set('Sluice-Run', answered.runId);
  if (!response.headers.has('Cache-Control')) response.headers.set('Cache-Control', 'no-store');
  return response;
};
