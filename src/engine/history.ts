/** What people see of a run: its journal told step by step. Secrets are masked here, whatever the journal holds. */
import type { Failure } from '../domain/errors.ts';
import type { Flow, Step } from '../domain/flow.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Entry, RunDetail, StepAttempt, StepRecord, StepStatus } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import { apply, begin } from './apply.ts';
import type { Crowd } from './crowd.ts';
import { pathOf, standing, stepAt } from './state.ts';
import type { Activity, Frame, RunState, StepEntry } from './state.ts';
import { maskedInputs, veilFailure, veilOf, veilResponse, veilText } from './veil.ts';
import type { Veil } from './veil.ts';

export interface History {
  readonly detail: RunDetail;
  readonly steps: readonly StepRecord[];
  readonly state: RunState;
}

type Draft = {
  -readonly [K in keyof StepRecord]: K extends 'attempts'
    ? { -readonly [A in keyof StepAttempt]: StepAttempt[A] }[]
    : StepRecord[K];
};

/** A step with a block inside: it ends when its frame goes on. */
interface Open {
  readonly draft: Draft;
  readonly frame: Frame;
  readonly at: number;
  /** set when its blocks run beside one another: it may fail later than the first of them */
  crowd?: Crowd;
}

interface Telling {
  readonly state: RunState;
  readonly drafts: Draft[];
  /** the draft of each path in the current attempt of the run */
  current: Map<string, Draft>;
  open: Open[];
}

/** @param flowOf the flow for a version that the journal names */
export const historyOf = (
  id: string,
  entries: readonly Entry[],
  flowOf: (version: number) => Flow,
): History => {
  const first = entries[0];
  if (first?.type !== 'created') throw new Error(`the journal of ${id} does not begin with "created"`);
  const telling: Telling = {
    state: begin(id, flowOf(first.version), first),
    drafts: [],
    current: new Map(),
    open: [],
  };
  for (const entry of entries.slice(1)) {
    if ('path' in entry) tell(telling, entry);
    apply(telling.state, entry, entry.type === 'retried' ? flowOf(entry.version) : undefined);
    if (entry.type === 'retried') startOver(telling);
    else if (entry.type === 'finished') endAll(telling, entry.at);
    else close(telling, entry);
  }
  return shown(telling);
};

const startOver = (telling: Telling): void => {
  telling.current = new Map();
  telling.open = [];
};

/** The run has ended, and with it what it had begun: a doubt stays one. */
const endAll = ({ drafts }: Telling, at: number): void => {
  for (const draft of drafts) {
    if (draft.finishedAt !== null) continue;
    draft.finishedAt = at;
    if (draft.status !== 'in_doubt') draft.status = 'cancelled';
  }
};

/** What is recalled was told in the attempt of the run that recorded it, but a doubt asks again. */
const tell = (telling: Telling, entry: StepEntry): void => {
  const recalled = entry.type === 'recalled' ? telling.state.recallable.get(entry.path) : undefined;
  if (recalled?.type === 'doubted') tellStep(telling, { ...recalled, at: entry.at });
  else if (entry.type !== 'recalled') tellStep(telling, entry);
};

const tellStep = (telling: Telling, entry: Exclude<StepEntry, { type: 'recalled' }>): void => {
  const at = standing(telling.state, entry.path);
  if (at === undefined) return;
  const { frame, step } = at;
  const draft = telling.current.get(entry.path) ?? draftOf(telling, step, entry);
  switch (entry.type) {
    case 'attempted':
      draft.status = 'running';
      draft.input = entry.input;
      draft.attempts.push({
        number: entry.attempt,
        startedAt: entry.at,
        finishedAt: null,
        effect: entry.effect,
        happened: null,
        error: null,
        retryAt: null,
      });
      return;
    case 'succeeded':
      endAttempt(draft, entry.at, { happened: draft.attempts.length > 0 ? 'yes' : null });
      end(draft, 'succeeded', entry.at);
      draft.output = entry.set ?? entry.value;
      if (entry.input !== undefined) draft.input = entry.input;
      return;
    case 'failed':
      endAttempt(draft, entry.at, {
        happened: entry.happened,
        error: entry.error,
        retryAt: entry.retryAt ?? null,
      });
      draft.error = entry.error;
      if (entry.retryAt === undefined) end(draft, 'failed', entry.at);
      else draft.status = 'waiting';
      return;
    case 'doubted':
      endAttempt(draft, entry.at, {
        happened: 'unknown',
        error: { code: 'in_doubt', message: entry.reason },
      });
      draft.status = 'in_doubt';
      return;
    case 'settled':
      draft.status = 'running';
      return;
    case 'skipped':
      end(draft, 'skipped', entry.at);
      return;
    case 'parked':
      draft.status = 'waiting';
      draft.input = { until: new Date(entry.until).toISOString() };
      return;
    case 'left':
      end(draft, 'succeeded', entry.at);
      draft.output = entry.value;
      return;
    case 'responded':
      end(draft, 'succeeded', entry.at);
      draft.output = { ...entry.response };
      return;
    case 'entered':
      enter(telling, { draft, frame, at: frame.at }, entry);
  }
};

const draftOf = (telling: Telling, step: Step, entry: StepEntry): Draft => {
  const draft: Draft = {
    path: entry.path,
    id: step.id ?? null,
    title: step.title ?? null,
    kind: step.kind,
    card: step.kind === 'card' ? step.card : null,
    status: 'running',
    startedAt: entry.at,
    finishedAt: null,
    input: null,
    output: null,
    error: null,
    runAttempt: telling.state.attempt,
    attempts: [],
  };
  telling.drafts.push(draft);
  telling.current.set(entry.path, draft);
  return draft;
};

const enter = (telling: Telling, open: Open, entry: Extract<Entry, { type: 'entered' }>): void => {
  const { block } = entry;
  if (block.kind === 'branch') open.draft.input = { branch: block.name };
  if (block.kind === 'items') open.draft.input = { items: block.items.length };
  if (block.kind === 'round') open.draft.input = { rounds: block.index + 1 };
  if (!telling.open.some(({ draft }) => draft === open.draft)) telling.open.push(open);
};

const end = (draft: Draft, status: StepStatus, at: number): void => {
  draft.status = status;
  draft.finishedAt = at;
  if (status === 'succeeded') draft.error = null;
};

const endAttempt = (draft: Draft, at: number, how: Partial<StepAttempt>): void => {
  const attempt = draft.attempts.at(-1);
  if (attempt === undefined || attempt.finishedAt !== null) return;
  Object.assign(attempt, { finishedAt: at }, how);
};

/** What ended a step: steps around it that were left with it share its end, those beside it were cut short. */
interface Cause {
  readonly path: string;
  readonly status: 'succeeded' | 'failed';
  readonly error: Failure | null;
}

const causeOf = (entry: Entry): Cause | null => {
  if (entry.type === 'failed') return { path: entry.path, status: 'failed', error: entry.error };
  return entry.type === 'left' ? { path: entry.path, status: 'succeeded', error: null } : null;
};

/** Ends the steps whose blocks were left by this entry, the inner ones first. */
const close = (telling: Telling, entry: Entry): void => {
  let cause = causeOf(entry);
  for (const open of telling.open.toReversed()) {
    const { draft, frame, at } = open;
    if (telling.state.frames.get(frame.path) === frame && frame.at === at) {
      if (isCrowd(frame.activity)) open.crowd = frame.activity;
      continue;
    }
    telling.open = telling.open.filter((other) => other !== open);
    if (frame.at > at) {
      end(draft, 'succeeded', entry.at);
      draft.output = frame.last;
      continue;
    }
    const leaving = open.crowd?.leaving;
    if (leaving?.kind === 'fail') cause = { path: draft.path, status: 'failed', error: leaving.error };
    const isWithin = cause !== null && `${cause.path}/`.startsWith(`${draft.path}/`);
    end(draft, isWithin ? (cause?.status ?? 'cancelled') : 'cancelled', entry.at);
    if (isWithin) draft.error = cause?.error ?? null;
  }
};

const isCrowd = (activity: Activity | null): activity is Crowd =>
  activity?.kind === 'forEach' || activity?.kind === 'parallel';

const shown = (telling: Telling): History => {
  const { state, drafts } = telling;
  const veil = veilOf(state);
  const steps = drafts.map((draft) => ({
    ...draft,
    input: veil(draft.input),
    output: veil(draft.output),
    error: veilFailure(draft.error, veil),
    attempts: draft.attempts.map((attempt) => ({ ...attempt, error: veilFailure(attempt.error, veil) })),
  }));
  return { detail: detailOf(state, drafts, veil), steps, state };
};

const detailOf = (state: RunState, drafts: readonly Draft[], veil: Veil): RunDetail => {
  const { created } = state;
  const origin = originOf(created, veil);
  return {
    id: state.id,
    flow: created.flow,
    version: state.version,
    status: state.status,
    trigger: created.trigger,
    caller: created.caller,
    attempt: state.attempt,
    createdAt: created.at,
    finishedAt: state.finishedAt,
    error: veilFailure(state.error, veil),
    steps: drafts.length,
    parent: null,
    inputs: veil(maskedInputs(state)),
    outputs: veil(state.outputs),
    reason: state.reason === null ? null : veilText(state.reason, veil),
    origin,
    waiting: isFinal(state.status) ? null : waitingFor(state),
    response: state.response === null ? null : veilResponse(state.response, veil),
  };
};

const originOf = (created: Extract<Entry, { type: 'created' }>, veil: Veil): JsonObject | null => {
  const { event, request, schedule } = created;
  const origin: Record<string, Json> = {};
  if (event !== undefined) origin.event = veil(event);
  if (request !== undefined) origin.request = veil(request);
  if (schedule !== undefined) origin.schedule = veil(schedule);
  return Object.keys(origin).length === 0 ? null : origin;
};

const waitingFor = (state: RunState): RunDetail['waiting'] => {
  let until: number | null = null;
  const inDoubt: string[] = [];
  for (const frame of state.frames.values()) {
    const activity = frame.activity;
    const step = stepAt(frame);
    if (activity?.kind === 'doubt' && step !== undefined) inDoubt.push(pathOf(frame, step));
    const time = activity?.kind === 'wait' ? activity.until : activity?.kind === 'retry' ? activity.at : null;
    if (time !== null) until = until === null ? time : Math.min(until, time);
  }
  return until === null && inDoubt.length === 0 ? null : { until, inDoubt };
};
