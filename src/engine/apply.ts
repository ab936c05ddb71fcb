/**
 * R1: a run's state is the fold of its journal. `apply` is the one function that changes a run; it decides nothing,
 * reads no clock and evaluates no expression: whatever those gave stands in the entry.
 * R2: succeeded, failed and cancelled are final; only `retried` may follow failed, and opens a new attempt.
 */
import type { Flow } from '../domain/flow.ts';
import type { Entry } from '../domain/run.ts';
import { isFinal, RUN_TRANSITIONS } from '../domain/run.ts';
import type { RunStatus } from '../domain/run.ts';
import { applyToStep } from './apply-step.ts';
import { gather } from './gather.ts';
import type { Frame, RunState } from './state.ts';
import { isInPlace } from './versions.ts';

type Created = Extract<Entry, { type: 'created' }>;
type Of<T extends Entry['type']> = Extract<Entry, { type: T }>;

const rootFrame = (flow: Flow): Frame => ({
  path: '',
  block: flow.steps,
  parent: null,
  key: '',
  at: 0,
  activity: null,
  steps: {},
  errors: {},
  vars: {},
  ownVars: true,
  last: null,
  loop: null,
  items: {},
  error: null,
  trail: [],
});

/** What an attempt of the run begins with. */
const UNFINISHED = {
  finishedAt: null,
  outcome: null,
  ending: null,
  outputs: null,
  reason: null,
  error: null,
  steps: 0,
  bytes: 0,
} as const;

/** A run after its first entry. */
export const begin = (id: string, flow: Flow, created: Created): RunState => {
  const root = rootFrame(flow);
  return {
    id,
    flow,
    version: created.version,
    status: 'queued',
    attempt: 1,
    created,
    startedAt: created.at,
    root,
    frames: new Map([['', root]]),
    ...UNFINISHED,
    response: null,
    answeredAt: null,
    outputs: null,
    reason: null,
    error: null,
    memo: new Map(),
    doubts: new Map(),
    recallable: new Map(),
    entries: 1,
    children: 0,
  };
};

/** The state of a run from its journal. `flowOf` gives the flow for the version a retry names. */
export const fold = (id: string, entries: readonly Entry[], flowOf: (version: number) => Flow): RunState => {
  const first = entries[0];
  if (first?.type !== 'created') throw new Error(`the journal of ${id} does not begin with "created"`);
  const state = begin(id, flowOf(first.version), first);
  for (const entry of entries.slice(1)) {
    apply(state, entry, entry.type === 'retried' ? flowOf(entry.version) : undefined);
  }
  return state;
};

export const apply = (state: RunState, entry: Entry, flow?: Flow): void => {
  if (isFinal(state.status) && entry.type !== 'retried') {
    throw new Error(`R2: run ${state.id} has ${state.status}: "${entry.type}" cannot follow`);
  }
  state.entries += 1;
  switch (entry.type) {
    case 'created':
      throw new Error(`run ${state.id} was created already`);
    case 'finished':
      finish(state, entry);
      return;
    case 'gathered':
      state.created = gather(state.created, entry.event);
      return;
    case 'begun':
      state.startedAt = entry.at;
      return;
    case 'retried':
      retry(state, entry, flow ?? state.flow);
      return;
    case 'ending':
      state.ending = {
        status: entry.status,
        by: entry.by,
        ...(entry.error === undefined ? {} : { error: entry.error }),
      };
      return;
    default:
      applyToStep(state, entry);
      become(state, statusOf(state));
  }
};

const become = (state: RunState, status: RunStatus): void => {
  if (status === state.status) return;
  const next: readonly RunStatus[] = RUN_TRANSITIONS[state.status];
  if (!next.includes(status))
    throw new Error(`R2: run ${state.id} is ${state.status} and cannot become ${status}`);
  state.status = status;
};

const finish = (state: RunState, entry: Of<'finished'>): void => {
  become(state, entry.status);
  state.finishedAt = entry.at;
  state.outputs = entry.outputs ?? null;
  state.reason = entry.reason ?? null;
  state.error = entry.error ?? null;
  // What led to the failure is attempted again by a retry; all else that was recorded holds.
  if (state.outcome?.kind === 'fail') for (const path of state.outcome.trail) state.memo.delete(path);
  // E6: what may have happened comes back as in doubt.
  for (const [path, doubt] of state.doubts) if (!state.memo.has(path)) state.memo.set(path, doubt);
};

const retry = (state: RunState, entry: Of<'retried'>, flow: Flow): void => {
  if (state.status !== 'failed')
    throw new Error(`R2: run ${state.id} is ${state.status}: only a failed run is retried`);
  const isSameFlow = entry.version === state.version;
  const kept = [...state.memo].filter(([, { path }]) => isSameFlow || isInPlace(state.flow, flow, path));
  const root = rootFrame(flow);
  state.frames.clear();
  state.frames.set('', root);
  become(state, 'running');
  Object.assign(state, {
    flow,
    version: entry.version,
    attempt: entry.attempt,
    startedAt: entry.at,
    root,
    recallable: new Map(kept),
    memo: new Map(kept),
    ...UNFINISHED,
  } satisfies Partial<RunState>);
};

/** Status of an unfinished run: what its leaves are doing. Running wins over doubt, doubt over waiting. */
const statusOf = (state: RunState): RunStatus => {
  let waits = false;
  let doubts = false;
  for (const frame of state.frames.values()) {
    const kind = frame.activity?.kind;
    if (kind === 'wait' || kind === 'retry' || kind === 'call') waits = true;
    else if (kind === 'doubt') doubts = true;
    else if (
      kind === 'attempt' ||
      kind === undefined ||
      (kind === 'while' && frame.activity?.kind === 'while' && frame.activity.child === null)
    )
      return 'running';
  }
  if (doubts) return 'in_doubt';
  return waits ? 'waiting' : 'running';
};
