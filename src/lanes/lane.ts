/** What the parts of a lane share: its storage, the runs that are being driven, and who waits for an answer. */
import type { Flow } from '../domain/flow.ts';
import type { RunAnswer } from '../domain/lane.ts';
import type { Entry } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import type { Drive } from '../engine/drive.ts';
import type { Ports } from '../engine/ports.ts';
import type { RunState } from '../engine/state.ts';
import type { Alarm } from './alarm.ts';
import type { GroupCommit } from './group-commit.ts';
import { readFlow } from './journal.ts';
import type { Keys } from './keys.ts';
import type { RunRow } from './tables.ts';

/** A run that is being driven. */
export interface Live {
  readonly id: string;
  readonly state: RunState;
  /** its journal, as far as it is committed or about to be */
  readonly log: Entry[];
  readonly drive: Drive;
  /** as it was last committed */
  row: RunRow;
  /** E1: set when this drive has been given up */
  isReplaced: boolean;
  /** when an outside step last got on; a drive that does not is replaced */
  lastCommitAt: number;
  readonly ended: Promise<void>;
  /** called after the next commit, with false when there will be none */
  afterCommit: ((isCommitted: boolean) => void)[];
}

export interface Lane {
  readonly storage: DurableObjectStorage;
  readonly sql: SqlStorage;
  readonly db: D1Database;
  readonly ports: Ports;
  readonly commits: GroupCommit;
  readonly alarm: Alarm;
  readonly keys: Keys;
  readonly flows: Flows;
  readonly live: Map<string, Live>;
  readonly waiters: Waiters;
  /** Has the run copied to the history soon. */
  readonly copySoon: (id: string) => void;
}

/** A definition that belongs to one run: a flow that was never saved. */
export const definitionName = (flow: string, version: number, runId: string): string =>
  version === 0 ? `#${runId}` : flow;

export interface Flows {
  readonly get: (name: string, version: number) => Flow | undefined;
  readonly put: (name: string, version: number, flow: Flow) => void;
}

const CACHED_FLOWS = 200;

export const createFlows = (sql: SqlStorage): Flows => {
  const cache = new Map<string, Flow>();
  const put = (name: string, version: number, flow: Flow): void => {
    if (cache.size >= CACHED_FLOWS) cache.delete(cache.keys().next().value ?? '');
    cache.set(`${name}@${version}`, flow);
  };
  return {
    put,
    get: (name, version) => {
      const cached = cache.get(`${name}@${version}`);
      if (cached !== undefined) return cached;
      const flow = readFlow(sql, name, version);
      if (flow !== undefined) put(name, version, flow);
      return flow;
    },
  };
};

/** The flow of a run by version; throws when the lane was never given it. */
export const flowOf =
  (lane: Pick<Lane, 'flows'>, run: { readonly id: string; readonly flow: string }) =>
  (version: number): Flow => {
    const flow = lane.flows.get(definitionName(run.flow, version, run.id), version);
    if (flow === undefined) throw new Error(`the lane has no definition of ${run.flow}@${version}`);
    return flow;
  };

export interface Waiters {
  /** How many callers wait for the run. */
  readonly count: (id: string) => number;
  /** Resolves with the answer, or with undefined after `ms`. */
  readonly wait: (id: string, ms: number) => Promise<RunAnswer | undefined>;
  readonly tell: (id: string, answer: RunAnswer) => void;
}

export const createWaiters = (after: Ports['after']): Waiters => {
  const waiting = new Map<string, Set<(answer: RunAnswer | undefined) => void>>();
  return {
    count: (id) => waiting.get(id)?.size ?? 0,
    wait: (id, ms) =>
      new Promise((resolve) => {
        const all = waiting.get(id) ?? new Set();
        waiting.set(id, all);
        const done = (answer: RunAnswer | undefined): void => {
          cancel();
          all.delete(done);
          if (all.size === 0) waiting.delete(id);
          resolve(answer);
        };
        const cancel = after(ms, () => done(undefined));
        all.add(done);
      }),
    tell: (id, answer) => {
      // Each takes itself off the set, which a walk over the set allows.
      for (const done of waiting.get(id) ?? []) done(answer);
    },
  };
};

/** What a caller of the run's endpoint gets by now. */
export const answerOf = (state: RunState): RunAnswer => ({
  status: state.status,
  ...(state.answeredAt === null ? {} : { answeredAt: state.answeredAt }),
  ...(state.response === null ? {} : { response: JSON.stringify(state.response) }),
  ...(state.status === 'succeeded' ? { outputs: JSON.stringify(state.outputs) } : {}),
  ...(state.error === null ? {} : { error: JSON.stringify(state.error) }),
});

export const isAnswered = (state: RunState): boolean => isFinal(state.status) || state.response !== null;
