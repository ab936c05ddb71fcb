/** Lanes in memory: they keep keys and runs as the real ones do, answer as a test says, and break when told to. */
import type {
  ClaimReply,
  KeyClaim,
  LaneRpc,
  RunAnswer,
  RunView,
  StartReply,
  StartRequest,
} from '../../src/domain/lane.ts';
import { isFinal } from '../../src/domain/run.ts';
import type { Bindings, LaneNamespace } from '../../src/storage/bindings.ts';

/** What a lane may reply to the next call instead of doing it. */
type Word = 'restarting' | 'overloaded' | 'wrong_home';
/** What may happen to it instead: `reset` before anything was done, `lost` after it was done. */
type Breakage = 'reset' | 'lost' | 'overloaded_object' | 'bug' | 'hang';
export type Fault = Word | Breakage;

interface Key {
  readonly runId: string;
  readonly body: string;
  confirmed: boolean;
}

export interface FakeLane {
  readonly runs: Map<string, { readonly request: StartRequest; answer: RunAnswer }>;
  readonly keys: Map<string, Key>;
  readonly flows: Set<string>;
  readonly admitted: Map<string, number>;
}

export interface FakeLanes {
  readonly namespace: LaneNamespace;
  /** by object name; only objects that were touched are here */
  readonly objects: Map<string, FakeLane>;
  /** `lane-0 start`, in order */
  readonly calls: string[];
  /** faults of coming calls, by `lane-0 start` or `start` */
  readonly faults: Map<string, Fault[]>;
  /** what a run's answer is once it was started */
  respond: (request: StartRequest) => RunAnswer;
  /** what a group says to a run that is new to it; undefined: it may begin */
  judge: (request: StartRequest) => StartReply | undefined;
  /** every run of all objects */
  readonly allRuns: () => string[];
}

const reset = (): Error => Object.assign(new Error('reset'), { durableObjectReset: true });

const newLane = (): FakeLane => ({ runs: new Map(), keys: new Map(), flows: new Set(), admitted: new Map() });

const startIn = (
  lane: FakeLane,
  request: StartRequest,
  { respond, judge }: Pick<FakeLanes, 'respond' | 'judge'>,
): StartReply => {
  const known = request.key === undefined ? undefined : lane.keys.get(request.key.hash);
  if (known && known.body !== request.key?.body) return { outcome: 'key_reused', runId: known.runId };
  const runId = known?.runId ?? request.runId;
  const there = lane.runs.get(runId);
  // The real one waits with the first caller; a second one with its key finds it waiting.
  if (there && known && there.request.waitMs > 0 && !isFinal(there.answer.status)) {
    return { outcome: 'in_progress', runId };
  }
  if (there) return { outcome: 'repeated', runId, answer: there.answer };
  if (known) return { outcome: 'in_progress', runId };

  const flow = `${request.flow}@${request.version}`;
  if (request.definition !== undefined) lane.flows.add(flow);
  if (!lane.flows.has(flow)) return { outcome: 'need_flow' };
  const judged = request.group === undefined ? undefined : judge(request);
  if (judged !== undefined) return judged;
  if (request.key) lane.keys.set(request.key.hash, { runId, body: request.key.body, confirmed: true });
  const answer = respond(request);
  lane.runs.set(runId, { request, answer });
  return { outcome: 'started', runId, answer };
};

const claimIn = (lane: FakeLane, claim: KeyClaim, runId: string): ClaimReply => {
  const known = lane.keys.get(claim.hash);
  if (known === undefined) {
    lane.keys.set(claim.hash, { runId, body: claim.body, confirmed: false });
    return { outcome: 'claimed', runId, confirmed: false };
  }
  if (known.body !== claim.body) return { outcome: 'key_reused', runId: known.runId };
  return { outcome: 'known', runId: known.runId, confirmed: known.confirmed };
};

const admitIn = (lane: FakeLane, name: string, requests: number, perMs: number): number => {
  const before = lane.admitted.get(name) ?? 0;
  if (before >= requests) return perMs;
  lane.admitted.set(name, before + 1);
  return 0;
};

const viewIn = (lane: FakeLane, runId: string): RunView => {
  const run = lane.runs.get(runId);
  if (run === undefined) return { found: false };
  return { found: true, detail: JSON.stringify({ id: runId, version: run.request.version }) };
};

const nothing = async (): Promise<never> => {
  throw new Error('This test does not look into runs.');
};

export const fakeLanes = (): FakeLanes => {
  const objects = new Map<string, FakeLane>();
  const calls: string[] = [];
  const faults = new Map<string, Fault[]>();

  const call = async <T>(
    object: string,
    method: string,
    work: (lane: FakeLane, word?: Word) => T,
  ): Promise<T> => {
    calls.push(`${object} ${method}`);
    const lane = objects.get(object) ?? newLane();
    objects.set(object, lane);
    const fault = faults.get(`${object} ${method}`)?.shift() ?? faults.get(method)?.shift();
    switch (fault) {
      case undefined:
        return work(lane);
      case 'reset':
        throw reset();
      case 'lost':
        work(lane);
        throw reset();
      case 'bug':
        throw new TypeError('x is not a function');
      case 'hang':
        return new Promise<T>(() => undefined);
      case 'overloaded_object':
        throw Object.assign(new Error('busy'), { overloaded: true, retryable: true });
      default:
        return work(lane, fault);
    }
  };

  const stubOf = (object: string): LaneRpc => ({
    start: (_, request) =>
      call(object, 'start', (lane, word) => (word ? { outcome: word } : startIn(lane, request, lanes))),
    startMany: (_, requests, definitions) =>
      call(object, 'startMany', (lane, word) =>
        requests.map((request) => {
          if (word) return { outcome: word };
          const definition = request.definition ?? definitions[`${request.flow}@${request.version}`];
          const complete = definition === undefined ? request : { ...request, definition };
          return startIn(lane, complete, lanes);
        }),
      ),
    answer: (_, runId) => call(object, 'answer', (lane) => lane.runs.get(runId)?.answer ?? null),
    claim: (_, claim, runId) =>
      call(object, 'claim', (lane, word) =>
        word === undefined || word === 'overloaded' ? claimIn(lane, claim, runId) : { outcome: word },
      ),
    claimMany: (_, claims) =>
      call(object, 'claimMany', (lane, word) =>
        claims.map(({ claim, runId }) =>
          word === undefined || word === 'overloaded' ? claimIn(lane, claim, runId) : { outcome: word },
        ),
      ),
    confirmMany: (_, hashes) =>
      call(object, 'confirmMany', (lane) => {
        for (const hash of hashes) {
          const key = lane.keys.get(hash);
          if (key) key.confirmed = true;
        }
      }),
    confirm: (_, hash) =>
      call(object, 'confirm', (lane) => {
        const key = lane.keys.get(hash);
        if (key) key.confirmed = true;
      }),
    admit: (_, name, requests, perMs) =>
      call(object, 'admit', (lane) => admitIn(lane, name, requests, perMs)),
    nudge: () => call(object, 'nudge', () => undefined),
    view: (_, runId) => call(object, 'view', (lane) => viewIn(lane, runId)),
    entries: nothing,
    admitFailure: nothing,
    askChildren: nothing,
    cancelChildren: nothing,
    childrenEnded: nothing,
    cancel: nothing,
    retry: nothing,
    settle: nothing,
  });

  const lanes: FakeLanes = {
    namespace: {
      idFromName: (name) => ({ name, toString: () => name, equals: (other) => other.toString() === name }),
      get: (id) => stubOf(id.toString()),
    },
    objects,
    calls,
    faults,
    respond: () => ({ status: 'succeeded', outputs: '{}' }),
    judge: () => undefined,
    allRuns: () => [...objects.values()].flatMap((lane) => [...lane.runs.keys()]),
  };
  return lanes;
};

const untouched = (): never => {
  throw new Error('This test reaches neither the database nor the queue.');
};

/** The bindings that starting a run needs. */
export const laneEnv = (lanes: FakeLanes, count: { homes: number; lanes: number }): Bindings => ({
  DB: { prepare: untouched, batch: untouched, exec: untouched, withSession: untouched, dump: untouched },
  EVENTS: { send: untouched, sendBatch: untouched, metrics: untouched },
  RUN_LANE: lanes.namespace,
  SLUICE_LINK_KEY: 'a key for links',
  SLUICE_HOMES: String(count.homes),
  SLUICE_LANES: String(count.lanes),
});
