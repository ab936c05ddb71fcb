/** One call of a flow's endpoint, from the request to the answer. */
import type { Context } from 'hono';
import type { HttpContext, Identity } from '../../access/context.ts';
import { mintedAt } from '../../domain/ids.ts';
import { canonical } from '../../domain/json.ts';
import { problemResponse, refuse, type Refusal } from '../../domain/problem.ts';
import type { Caller, Start } from '../../domain/run.ts';
import { checkFields } from '../../language/fields.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { canSign } from '../../storage/signing.ts';
import { idempotencyKeyOf } from '../idempotency-key.ts';
import type { OrderKey, RunOrder, Started } from '../order.ts';
import { originOf } from '../run-url.ts';
import { startRun } from '../start-run.ts';
import { answerCaller, isAnswered } from './answer.ts';
import { authorise, countRequest, findEndpoint, type Endpoint } from './endpoint.ts';
import { readInput, type Sent } from './read-input.ts';

type Found = Exclude<Started, Refusal>;
type Ordered = { readonly ok: true; readonly order: RunOrder } | Refusal;

const callerOf = (identity: Identity | undefined): Caller =>
  identity === undefined ? { kind: 'public', id: null } : { kind: 'token', id: identity.tokenId };

/** The key counts per flow and client, not token: tokens rotate. */
const keyOf = (text: string, sent: Sent, who: { flow: string; client: string }): OrderKey => ({
  scope: JSON.stringify(['api', who.flow, who.client]),
  key: text,
  body: canonical(sent.given),
});

/** Everything that may be refused before a run exists, cheapest first. */
const orderOf = async (env: Bindings, request: Request, endpoint: Endpoint): Promise<Ordered> => {
  const { flow, trigger, version } = endpoint;
  const admitted = await authorise(env, request, endpoint);
  if (!admitted.ok) return admitted;
  if (!canSign(env)) {
    console.error(
      'SLUICE_LINK_KEY is not set: `npm start` makes one, or `wrangler secret put SLUICE_LINK_KEY`.',
    );
    return refuse('unavailable', 'The installation cannot sign links: its log says why.');
  }
  const limited = await countRequest(env, endpoint);
  if (limited !== undefined) return limited;
  const keyed = idempotencyKeyOf(request.headers);
  if (!keyed.ok) return keyed;
  const sent = await readInput(request, flow);
  if (!sent.ok) return sent;
  const checked = checkFields(flow.inputs, sent.given, { from: sent.from });
  if (!checked.ok) {
    return refuse('invalid_input', `The inputs do not fit flow ${flow.name}.`, { errors: checked.errors });
  }

  const caller = callerOf(admitted.identity);
  const start: Start = { trigger: 'api', caller, inputs: checked.value, request: sent.request };
  const client = admitted.identity?.client ?? 'public';
  const waitMs = trigger.reply === 'wait' ? trigger.waitMs : 0;
  const base = { flow, version, start, waitMs, origin: originOf(env, request.url), now: Date.now() };
  if (keyed.key === undefined) return { ok: true, order: base };
  return { ok: true, order: { ...base, key: keyOf(keyed.key, sent, { flow: flow.name, client }) } };
};

/**
 * A repeated request gets what the first one got. While that one may still be waiting there is nothing to show; once it
 * was sent away with a link, so is every later one.
 */
const replayOf = (started: Found, waitMs: number, now: number): 'in_progress' | 'link' | 'answer' => {
  const sentAwayAt = mintedAt(started.runId) + waitMs;
  const { answeredAt = 0 } = started.answer;
  if (!isAnswered(started.answer)) return now < sentAwayAt ? 'in_progress' : 'link';
  return answeredAt > sentAwayAt ? 'link' : 'answer';
};

const stillBusy = (runId: string): Refusal =>
  refuse('in_progress', `The first request with this key is still being answered, by run ${runId}.`, {
    members: { run: runId },
    retryAfterSeconds: 1,
  });

const runEndpoint = async (c: Context<HttpContext>, endpoint: Endpoint): Promise<Response> => {
  const requestId = c.get('requestId');
  const ordered = await orderOf(c.env, c.req.raw, endpoint);
  if (!ordered.ok) return problemResponse(ordered, requestId);
  const started = await startRun(c.env, ordered.order);
  if (!started.ok) return problemResponse(started, requestId);

  const now = Date.now();
  const isReplay = started.outcome === 'repeated';
  const replay = isReplay ? replayOf(started, ordered.order.waitMs, now) : 'answer';
  if (replay === 'in_progress') return problemResponse(stillBusy(started.runId), requestId);
  const byLink = endpoint.trigger.reply === 'accept' || replay === 'link';
  const { runId, answer } = started;
  const response = await answerCaller(c.env, { runId, answer, requestId, now, byLink });
  if (isReplay) response.headers.set('Idempotency-Replayed', 'true');
  return response;
};

/** `/invoke/<flow>`: 404 unknown, 405 with `Allow`, else a run. `OPTIONS` names the methods; `HEAD` starts nothing. */
export const invoke = async (c: Context<HttpContext>): Promise<Response> => {
  const requestId = c.get('requestId');
  const name = c.req.path.slice('/invoke/'.length);
  const endpoint = await findEndpoint(c.env, name, Date.now());
  if (endpoint === undefined) {
    return problemResponse(refuse('not_found', `No flow answers at /invoke/${name}.`), requestId);
  }
  const { methods } = endpoint.trigger;
  const allowed = [...methods, 'OPTIONS'].join(', ');
  const { method } = c.req.raw;
  if (method === 'OPTIONS') return new Response(null, { status: 204, headers: { Allow: allowed } });
  if (!methods.some((known) => known === method)) {
    const refusal = refuse(
      'method_not_allowed',
      `/invoke/${name} takes ${methods.join(' and ')}, not ${method}.`,
    );
    const response = problemResponse(refusal, requestId);
    response.headers.set('Allow', allowed);
    return response;
  }
  return runEndpoint(c, endpoint);
};
