/** `/results/<run>.<mac>`: where a caller that was sent away with 202 comes back. */
import type { Context } from 'hono';
import type { HttpContext } from '../../access/context.ts';
import { problemResponse, refuse } from '../../domain/problem.ts';
import { callLane } from '../../storage/call-lane.ts';
import { laneFor } from '../../storage/lanes.ts';
import { canSign } from '../../storage/signing.ts';
import { answerCaller, gone } from './answer.ts';
import { readLink } from './results-link.ts';

const unknown = refuse('not_found', 'This is no link to the result of a run.');

const notThatWay = (method: string, requestId: string): Response => {
  const response = problemResponse(
    refuse('method_not_allowed', `Results are fetched by GET, not ${method}.`),
    requestId,
  );
  response.headers.set('Allow', 'GET, HEAD');
  return response;
};

/** 202 until the run has an answer, then the answer; 404 for a link that is not ours, 410 after a day. */
export const results = async (c: Context<HttpContext>): Promise<Response> => {
  const requestId = c.get('requestId');
  if (!['GET', 'HEAD'].includes(c.req.raw.method)) return notThatWay(c.req.raw.method, requestId);
  const now = Date.now();
  if (!canSign(c.env)) return problemResponse(unknown, requestId);
  const link = await readLink(c.env, c.req.param('link') ?? '', now);
  if (!link.ok) {
    const refusal =
      link.reason === 'expired' ? refuse('expired', 'The link was good for 24 hours.') : unknown;
    return problemResponse(refusal, requestId);
  }
  const { runId } = link;
  const lane = await laneFor(c.env, runId);
  if (lane === undefined) return problemResponse(unknown, requestId);
  const called = await callLane(c.env, lane, (stub, header) => stub.answer(header, runId, 0));
  if (!called.ok) return problemResponse(called, requestId);
  if (called.value === null) return problemResponse(gone(runId), requestId);
  return answerCaller(c.env, { runId, answer: called.value, requestId, now });
};
