/** Puts a run into one lane, and says what the lane's reply means. */
import type { GroupClaim, KeyClaim, StartReply, StartRequest } from '../domain/lane.ts';
import type { JsonObject } from '../domain/json.ts';
import { refuse, type Refusal } from '../domain/problem.ts';
import type { Entry } from '../domain/run.ts';
import type { Bindings } from '../storage/bindings.ts';
import { callLane, type Called } from '../storage/call-lane.ts';
import { layoutOf, type Lane } from '../storage/lanes.ts';
import type { RunOrder, Started } from './order.ts';
import { runUrl } from './run-url.ts';

/** What a lane needs beyond the time that the caller waits. */
export const COMMIT_MS = 10_000;

export const full = (): Refusal =>
  refuse('unavailable', 'Every lane has too much to do: no run was started. Try again.', {
    retryAfterSeconds: 5,
  });

const tooManyWait = (): Refusal =>
  refuse('rate_limited', 'Too many runs of the group wait for their turn already: no run was started.', {
    retryAfterSeconds: 60,
  });

export const reused = (runId: string): Refusal =>
  refuse('key_reused', `This key was used with another body, for run ${runId}. Use a new key.`, {
    members: { run: runId },
  });

/** The homes of keys cannot be renumbered: two of them would each start a run for the same key. */
export const wrongHome = (env: Bindings): Refusal => {
  console.error(
    `SLUICE_HOMES is ${layoutOf(env).homes}, but this installation was set up with another number.`,
  );
  return refuse('unavailable', 'The installation is set up wrongly: its log says how. No run was started.');
};

/** Events as JSON: those that start runs of several flows are written once. */
const eventTexts = new WeakMap<JsonObject, string>();

const eventText = (event: JsonObject): string => {
  const known = eventTexts.get(event);
  if (known !== undefined) return known;
  const text = JSON.stringify(event);
  eventTexts.set(event, text);
  return text;
};

/** JSON of the run's first entry. */
const createdText = (order: RunOrder, runId: string, group: GroupClaim | undefined): string => {
  const { flow, version, now, origin, start, chain } = order;
  const { event, ...others } = start;
  const url = runUrl(origin, runId);
  const created: Entry = {
    type: 'created',
    at: now,
    flow: flow.name,
    version,
    url,
    ...(group === undefined ? {} : { group: group.hash }),
    ...(chain === undefined ? {} : { chain }),
    ...others,
  };
  const text = JSON.stringify(created);
  return event === undefined ? text : `${text.slice(0, -1)},"event":${eventText(event)}}`;
};

export interface More {
  readonly key?: KeyClaim;
  readonly group?: GroupClaim | undefined;
  readonly waitMs?: number;
}

export const requestOf = (order: RunOrder, runId: string, { group, ...more }: More): StartRequest => {
  const { flow, version } = order;
  return {
    runId,
    created: createdText(order, runId, group),
    flow: flow.name,
    version,
    waitMs: order.waitMs,
    ...(version === 0 ? { definition: JSON.stringify(flow) } : {}),
    ...(group === undefined ? {} : { group }),
    ...more,
  };
};

export type Placed = Exclude<StartReply, { outcome: 'need_flow' }>;

/** Whether the lane has decided: else the start is to be tried again. */
export const isPlaced = (reply: StartReply): reply is Placed =>
  reply.outcome !== 'need_flow' && reply.outcome !== 'restarting';

/** Starts at a lane, and brings the definition when the lane has not seen this version. */
export const startAt = async (
  env: Bindings,
  lane: Lane,
  order: RunOrder,
  request: StartRequest,
): Promise<Called<Placed>> => {
  const deadlineMs = request.waitMs + COMMIT_MS;
  let called = await callLane(env, lane, (stub, header) => stub.start(header, request), deadlineMs);
  if (called.ok && called.value.outcome === 'need_flow') {
    const complete = { ...request, definition: JSON.stringify(order.flow) };
    called = await callLane(env, lane, (stub, header) => stub.start(header, complete), deadlineMs);
  }
  if (!called.ok) return called;
  const reply = called.value;
  if (reply.outcome === 'need_flow')
    throw new Error(`Lane ${lane.object} asks for a flow it was just given.`);
  return { ok: true, value: reply };
};

/** What a lane's reply means to the caller. `runId` is the id of this order: any other is an earlier one's. */
export const outcomeOf = (env: Bindings, reply: Placed, runId: string): Started => {
  if (reply.outcome === 'key_reused') return reused(reply.runId);
  if (reply.outcome === 'joined' || reply.outcome === 'skipped') return { ok: true, ...reply };
  if ('answer' in reply) {
    const outcome = reply.runId === runId ? 'started' : 'repeated';
    return { ok: true, outcome, runId: reply.runId, answer: reply.answer };
  }
  if ('runId' in reply) {
    return { ok: true, outcome: 'repeated', runId: reply.runId, answer: { status: 'running' } };
  }
  if (reply.outcome === 'full') return tooManyWait();
  return reply.outcome === 'wrong_home' ? wrongHome(env) : full();
};
