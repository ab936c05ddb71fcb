/**
 * How a run begins in its lane. T1: the same run id, and at its home the same key, starts one run: what is already
 * there is found, and what is about to be committed is waited for, as it may still be lost.
 */
import type { Flow } from '../domain/flow.ts';
import type { StartReply, StartRequest } from '../domain/lane.ts';
import type { Entry } from '../domain/run.ts';
import { begin } from '../engine/apply.ts';
import { answerWithin, isOver, stand } from './answer.ts';
import { enterGroup, readJoin, supersede } from './enter-group.ts';
import type { Entering } from './enter-group.ts';
import { definitionName, writeFlow } from './flows.ts';
import { newInvocation } from './invocation.ts';
import type { Lane } from './lane.ts';
import { nextCommit } from './lane.ts';
import { drive } from './live.ts';
import { isOverloaded } from './room.ts';
import type { RunRow } from './tables.ts';

export const start = async (lane: Lane, request: StartRequest): Promise<StartReply> => {
  // Nothing is awaited between the last look and the start.
  for (let other = underWay(lane, request); other !== undefined; other = underWay(lane, request)) await other;
  if (lane.isClosing) return { outcome: 'restarting' };
  const { key, runId } = request;
  const known = key && lane.keys.find(key.hash);
  if (known !== undefined) {
    if (known.body !== key?.body) return { outcome: 'key_reused', runId: known.run };
    return readJoin(lane, known.run) ?? repeat(lane, request, known.run);
  }
  const joined = readJoin(lane, runId);
  if (joined !== undefined) return joined;
  if (stand(lane, runId) !== undefined) {
    await supersede(lane, request, runId);
    const answer = await answerWithin(lane, runId, request.waitMs);
    return answer === null ? { outcome: 'restarting' } : { outcome: 'repeated', runId, answer };
  }
  if (isOverloaded(lane)) return { outcome: 'overloaded' };
  const name = definitionName(request.flow, request.version, runId);
  const stored = lane.flows.get(name, request.version);
  if (stored !== undefined) return startNew(lane, request, { flow: stored });
  const { definition } = request;
  if (definition === undefined) return { outcome: 'need_flow' };
  const flow = lane.flows.parse(definition);
  return startNew(lane, request, { flow, unsaved: { name, version: request.version, definition } });
};

/** A commit that will tell more about the same key or run. */
const underWay = (lane: Lane, { key, group, runId }: StartRequest): Promise<unknown> | undefined => {
  const live = lane.live.get(runId);
  return (
    (key && lane.keys.underWay(key.hash)) ??
    (live?.recorded === 0 ? nextCommit(live) : undefined) ??
    (group && lane.groups.underWay(group.hash))
  );
};

interface Definition {
  readonly flow: Flow;
  /** what the lane does not have yet */
  readonly unsaved?: { readonly name: string; readonly version: number; readonly definition: string };
}

const startNew = async (
  lane: Lane,
  request: StartRequest,
  { flow, unsaved }: Definition,
): Promise<StartReply> => {
  const { runId, key, group, waitMs } = request;
  // Built by the door, which is of the same build.
  const created = JSON.parse(request.created) as Extract<Entry, { type: 'created' }>;
  if (group !== undefined) {
    const reply = enter(lane, { request, group, created }, unsaved);
    if (reply !== undefined) {
      await supersede(lane, request, runId);
      return reply;
    }
  }
  const state = begin(runId, flow, created);
  const taking = key && lane.keys.take(key, runId, true);
  const along = (): void => {
    taking?.write();
    if (unsaved !== undefined) writeFlow(lane.sql, unsaved);
  };
  const placeTaken = group && lane.groups.take(group.hash);
  const answered = waitMs > 0 ? lane.waiters.wait(runId, waitMs) : undefined;
  const live = drive(lane, {
    state,
    row: newRow(request),
    unrecorded: [created],
    along,
    invocation: newInvocation(),
  });
  const isDurable = await nextCommit(live);
  taking?.over();
  placeTaken?.();
  if (!isDurable) return { outcome: 'restarting' };
  if (unsaved !== undefined) lane.flows.put(unsaved.name, unsaved.version, flow);
  const answer = (await answered) ?? stand(lane, runId) ?? { status: 'running' };
  return { outcome: 'started', runId, answer };
};

/** What its group says to a run; undefined: it may begin at once. */
const enter = (
  lane: Lane,
  entering: Pick<Entering, 'request' | 'group' | 'created'>,
  unsaved: Definition['unsaved'],
): StartReply | undefined => {
  const { key, runId } = entering.request;
  const taking = key && lane.keys.take(key, runId, true);
  try {
    return enterGroup(lane, {
      ...entering,
      row: newRow(entering.request),
      along: {
        key: () => taking?.write(),
        flow: () => {
          if (unsaved !== undefined) writeFlow(lane.sql, unsaved);
        },
      },
    });
  } catch (error) {
    console.error(`run ${runId} could not enter its group:`, error);
    return { outcome: 'restarting' };
  } finally {
    taking?.over();
  }
};

export const newRow = ({
  runId,
  flow,
  version,
}: Pick<StartRequest, 'runId' | 'flow' | 'version'>): RunRow => ({
  id: runId,
  flow,
  version,
  status: 'queued',
  phase: 'active',
  revision: 0,
  deadline: null,
  until: null,
  strikes: 0,
  answer: null,
  owed: null,
});

/** The answer that a key has by now; a first caller who still waits for it makes it `in_progress`. */
const repeat = async (lane: Lane, request: StartRequest, runId: string): Promise<StartReply> => {
  await supersede(lane, request, runId);
  const answer = stand(lane, runId);
  if (answer === undefined || (lane.waiters.count(runId) > 0 && !isOver(answer)))
    return { outcome: 'in_progress', runId };
  return { outcome: 'repeated', runId, answer };
};
