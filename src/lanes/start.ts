/**
 * How a run begins in its lane. T1: the same run id, and at its home the same key, starts one run: what is already
 * there is found, whether it is committed or about to be.
 */
import type { Flow } from '../domain/flow.ts';
import type { RunAnswer, StartReply, StartRequest } from '../domain/lane.ts';
import type { Entry } from '../domain/run.ts';
import { begin } from '../engine/apply.ts';
import { newInvocation } from './invocation.ts';
import { readRun, writeFlow } from './journal.ts';
import { answerOf, definitionName, isAnswered } from './lane.ts';
import type { Lane } from './lane.ts';
import { drive } from './live.ts';

const FULL_BYTES = 5_000_000_000;
/** Runs driven at once, and bytes of loaded state: lanes share the 128 MB of an isolate. */
const MOST_LIVE = 2_000;
const MOST_LOADED_BYTES = 40_000_000;

export const loadedBytes = (lane: Lane): number => {
  let bytes = 0;
  for (const live of lane.live.values()) bytes += live.state.bytes;
  return bytes;
};

export const isFull = (lane: Lane): boolean =>
  lane.live.size >= MOST_LIVE || loadedBytes(lane) > MOST_LOADED_BYTES;

export const start = async (lane: Lane, request: StartRequest): Promise<StartReply> => {
  const known = request.key === undefined ? undefined : lane.keys.find(request.key.hash);
  if (known !== undefined) {
    if (known.body !== request.key?.body) return { outcome: 'key_reused', runId: known.run };
    return repeat(lane, known.run);
  }
  if (stand(lane, request.runId) !== undefined) {
    const answer = await answerWithin(lane, request.runId, request.waitMs);
    return answer === null
      ? { outcome: 'restarting' }
      : { outcome: 'repeated', runId: request.runId, answer };
  }
  if (isFull(lane) || lane.sql.databaseSize > FULL_BYTES) return { outcome: 'overloaded' };
  const name = definitionName(request.flow, request.version, request.runId);
  const stored = lane.flows.get(name, request.version);
  if (stored === undefined && request.definition === undefined) return { outcome: 'need_flow' };
  // Checked when it was saved, or by the door that sends it.
  const flow = stored ?? (JSON.parse(request.definition ?? '') as Flow);
  return begun(lane, request, { flow, isNew: stored === undefined, name });
};

interface Definition {
  readonly flow: Flow;
  readonly isNew: boolean;
  readonly name: string;
}

const begun = async (
  lane: Lane,
  request: StartRequest,
  { flow, isNew, name }: Definition,
): Promise<StartReply> => {
  const { runId, key } = request;
  // Built by the door, which is of the same build.
  const created = JSON.parse(request.created) as Extract<Entry, { type: 'created' }>;
  const takeKey = key === undefined ? undefined : lane.keys.take(key, runId, true);
  const along = (): void => {
    takeKey?.();
    if (isNew) writeFlow(lane.sql, { name, version: request.version, definition: request.definition ?? '' });
  };
  const row = {
    id: runId,
    flow: request.flow,
    version: request.version,
    status: 'queued',
    phase: 'active',
    revision: 0,
    deadline: null,
    until: null,
    strikes: 0,
    answer: null,
  } as const;
  if (isNew) lane.flows.put(name, request.version, flow);
  const answered = request.waitMs > 0 ? lane.waiters.wait(runId, request.waitMs) : undefined;
  const state = begin(runId, flow, created);
  const live = drive(lane, {
    state,
    row,
    log: [],
    unrecorded: [created],
    along,
    invocation: newInvocation(),
  });
  const isDurable = await new Promise<boolean>((resolve) => live.afterCommit.push(resolve));
  if (key !== undefined) lane.keys.settled(key.hash);
  if (!isDurable) return { outcome: 'restarting' };
  const answer = (await answered) ?? stand(lane, runId) ?? { status: 'running' };
  return { outcome: 'started', runId, answer };
};

/** The answer that a key has by now; a first caller who still waits for it makes it `in_progress`. */
const repeat = (lane: Lane, runId: string): StartReply => {
  const answer = stand(lane, runId);
  if (answer === undefined || (lane.waiters.count(runId) > 0 && !isOver(answer)))
    return { outcome: 'in_progress', runId };
  return { outcome: 'repeated', runId, answer };
};

const isOver = (answer: RunAnswer): boolean =>
  answer.response !== undefined || ['succeeded', 'failed', 'cancelled'].includes(answer.status);

/** How a run stands; undefined when the lane does not know it. */
export const stand = (lane: Lane, runId: string): RunAnswer | undefined => {
  const live = lane.live.get(runId);
  if (live !== undefined && live.row.revision === 0) return { status: 'queued' };
  const row = readRun(lane.sql, runId);
  if (row === undefined) return undefined;
  if (row.answer !== null && (row.phase === 'final' || live === undefined))
    return JSON.parse(row.answer) as RunAnswer;
  if (live !== undefined && isAnswered(live.state) && live.row.revision === live.state.entries)
    return answerOf(live.state);
  // Written by `writeRun` alone.
  return { status: row.status as RunAnswer['status'] };
};

/** Waits up to `waitMs` for the answer of a run; null when the lane does not know it. */
export const answerWithin = async (lane: Lane, runId: string, waitMs: number): Promise<RunAnswer | null> => {
  const now = stand(lane, runId);
  if (now === undefined) return null;
  if (isOver(now) || waitMs <= 0) return now;
  return (await lane.waiters.wait(runId, waitMs)) ?? stand(lane, runId) ?? null;
};
