/** /problems/<code>: what a refusal means and what to do, as a page or as JSON. */
import { html } from 'hono/html';
import { PROBLEMS } from '../domain/problem.ts';
import type { ProblemCode } from '../domain/problem.ts';
import { page, sentence } from './page.ts';

/** What to do about each. */
const REMEDIES = {
  malformed: 'The body or the address cannot be read: send valid UTF-8 and valid JSON.',
  bad_cursor: 'Send the `next` of a page of the same list as `cursor`, or none to begin anew.',
  unauthenticated: 'Send a token that is not revoked: `Authorization: Bearer slu_…`.',
  forbidden: 'The token lacks the scope that `detail` names. An administrator can make one that has it.',
  not_found:
    'Nothing has this address. Slashes in the names of flows are encoded in the API: `hr%2Fonboard`.',
  method_not_allowed: 'The header `Allow` says which methods the address takes.',
  conflict: 'The request does not fit the present state, which `detail` describes. Nothing has changed.',
  in_progress: 'The first request with this idempotency key is under way. Try again in a moment.',
  already_final: 'The run has ended, and its end stays. A failed run can be retried.',
  expired: 'Links to results are good for 24 hours. The history still has the run.',
  stale: 'Somebody changed it after you read it. Read it again, then send your change.',
  too_large: 'Send less: `detail` names the limit.',
  unsupported_media_type: 'Set `Content-Type` to what `detail` names.',
  invalid_input: 'Each entry of `errors` names a member that does not fit, and why.',
  invalid_flow: 'Each entry of `errors` names a place in the text of the flow, by line and column.',
  key_reused: 'An idempotency key belongs to one request. Use a new key for another request.',
  rate_limited: 'Wait for as long as the header `Retry-After` says.',
  internal: 'This is a fault of ours. The log has it under the request id.',
  run_failed: 'The run ended without success. `run` is its id: the history says at which step, and why.',
  unavailable:
    'Wait for as long as the header `Retry-After` says, then send the same again: nothing is lost.',
} as const satisfies Record<ProblemCode, string>;

const isProblem = (code: string): code is ProblemCode => Object.hasOwn(PROBLEMS, code);

/** Undefined when there is no such code. */
export const problemPage = async (code: string, request: Request): Promise<Response | undefined> => {
  if (!isProblem(code)) return undefined;
  const [status, title] = PROBLEMS[code];
  const remedy = REMEDIES[code];
  if (!(request.headers.get('Accept') ?? '').includes('text/html')) {
    return Response.json({ type: `/problems/${code}`, title, status, code, remedy });
  }
  return page(
    title,
    html`<h1>${title}</h1>
      <p class="quiet"><code>${code}</code> · HTTP ${status}</p>
      <p>${sentence(remedy)}</p>`,
  );
};
