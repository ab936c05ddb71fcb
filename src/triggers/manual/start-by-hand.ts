/** Starts the run and answers 202 with where to follow it. */
import type { Context } from 'hono';
import type { HttpContext } from '../../access/context.ts';
import type { Flow } from '../../domain/flow.ts';
import { canonical, type JsonObject } from '../../domain/json.ts';
import { problemResponse } from '../../domain/problem.ts';
import type { RunDetail, Start } from '../../domain/run.ts';
import type { Bindings } from '../../storage/bindings.ts';
import { callLane } from '../../storage/call-lane.ts';
import { laneFor } from '../../storage/lanes.ts';
import { idempotencyKeyOf } from '../idempotency-key.ts';
import type { OrderKey } from '../order.ts';
import { originOf, runUrl } from '../run-url.ts';
import { startRun } from '../start-run.ts';

export interface ByHand {
  readonly flow: Flow;
  readonly version: number;
  readonly start: Start;
  /** the request's body: the same key with another one is refused */
  readonly sent: JsonObject;
  readonly now: number;
}

/** The version that an earlier request with the same key has started. */
const versionOf = async (env: Bindings, runId: string, fallback: number): Promise<number> => {
  const lane = await laneFor(env, runId);
  if (lane === undefined) return fallback;
  const called = await callLane(env, lane, (stub, header) => stub.view(header, runId, 0, 0));
  if (!called.ok || called.value.detail === undefined) return fallback;
  const detail: RunDetail = JSON.parse(called.value.detail);
  return detail.version;
};

export const startByHand = async (c: Context<HttpContext>, asked: ByHand): Promise<Response> => {
  const { flow, start, now } = asked;
  const requestId = c.get('requestId');
  const keyed = idempotencyKeyOf(c.req.raw.headers);
  if (!keyed.ok) return problemResponse(keyed, requestId);
  const client = c.get('identity')?.client ?? '';
  const key: OrderKey | undefined =
    keyed.key === undefined
      ? undefined
      : { scope: JSON.stringify(['manual', flow.name, client]), key: keyed.key, body: canonical(asked.sent) };

  const origin = originOf(c.env, c.req.url);
  const order = { flow, version: asked.version, start, waitMs: 0, origin, now, ...(key && { key }) };
  const started = await startRun(c.env, order);
  if (!started.ok) return problemResponse(started, requestId);
  const { runId, answer } = started;
  const isReplay = started.outcome === 'repeated';
  const version = isReplay ? await versionOf(c.env, runId, asked.version) : asked.version;
  const body = { id: runId, flow: flow.name, version, status: answer.status, url: runUrl(origin, runId) };
  const headers = { Location: `/api/v1/runs/${runId}`, ...(isReplay && { 'Idempotency-Replayed': 'true' }) };
  return c.json(body, 202, headers);
};
