/** The journal told step by step: what each entry says about the step that it speaks of, and about blocks around it. */
import type { Failure } from '../domain/errors.ts';
import type { Step } from '../domain/flow.ts';
import type { Entry, StepAttempt, StepRecord, StepStatus } from '../domain/run.ts';
import type { Crowd } from './crowd.ts';
import { standing } from './state.ts';
import type { Activity, Frame, RunState, StepEntry } from './state.ts';

export type Draft = {
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

export interface Telling {
  readonly state: RunState;
  readonly drafts: Draft[];
  /** the draft of each path in the current attempt of the run */
  current: Map<string, Draft>;
  open: Open[];
}

export const startOver = (telling: Telling): void => {
  telling.current = new Map();
  telling.open = [];
};

/** The run has ended, and with it what it had begun. */
export const endAll = ({ drafts }: Telling, at: number): void => {
  for (const draft of drafts) cancel(draft, at);
};

/** What is recalled was told in the attempt of the run that recorded it, but a doubt asks again. */
export const tell = (telling: Telling, entry: StepEntry): void => {
  const recalled = entry.type === 'recalled' ? telling.state.recallable.get(entry.path) : undefined;
  if (recalled?.type === 'doubted') tellStep(telling, { ...recalled, at: entry.at });
  else if (entry.type !== 'recalled') tellStep(telling, entry);
};

type Told = Exclude<StepEntry, { type: 'recalled' }>;

const tellStep = (telling: Telling, entry: Told): void => {
  const at = standing(telling.state, entry.path);
  if (at === undefined) return;
  const { frame, step } = at;
  const draft = telling.current.get(entry.path) ?? draftOf(telling, step, entry);
  if (entry.type === 'entered') enter(telling, { draft, frame, at: frame.at }, entry);
  else if (isOfAttempt(entry)) tellAttempt(draft, entry);
  else tellEnd(draft, entry);
};

type OfAttempt = Extract<
  Told,
  { type: 'attempted' | 'called' | 'failed' | 'doubted' | 'settled' | 'parked' }
>;
const isOfAttempt = (entry: Told): entry is OfAttempt =>
  ['attempted', 'called', 'failed', 'doubted', 'settled', 'parked'].includes(entry.type);

const tellAttempt = (draft: Draft, entry: OfAttempt): void => {
  const { at } = entry;
  switch (entry.type) {
    case 'attempted': {
      const unknown = { finishedAt: null, happened: null, error: null, retryAt: null };
      draft.status = 'running';
      draft.input = entry.input;
      draft.attempts.push({ number: entry.attempt, startedAt: at, effect: entry.effect, ...unknown });
      return;
    }
    case 'called': {
      const { run, flow, version } = entry;
      draft.status = 'waiting';
      draft.input = entry.inputs;
      draft.call = { run, flow, version };
      return;
    }
    case 'failed': {
      const { happened, error, retryAt = null } = entry;
      endAttempt(draft, at, { happened, error, retryAt });
      draft.error = error;
      if (retryAt === null) end(draft, 'failed', at);
      else draft.status = 'waiting';
      return;
    }
    case 'doubted': {
      const error = { code: 'in_doubt', message: entry.reason };
      endAttempt(draft, at, { happened: 'unknown', error });
      draft.status = 'in_doubt';
      return;
    }
    case 'settled':
      draft.status = 'running';
      return;
    case 'parked':
      draft.status = 'waiting';
      draft.input = { until: new Date(entry.until).toISOString() };
  }
};

const tellEnd = (draft: Draft, entry: Exclude<Told, OfAttempt | { type: 'entered' }>): void => {
  switch (entry.type) {
    case 'succeeded':
      endAttempt(draft, entry.at, { happened: draft.attempts.length > 0 ? 'yes' : null });
      draft.output = entry.set ?? entry.value;
      if (entry.input !== undefined) draft.input = entry.input;
      break;
    case 'left':
      draft.output = entry.value;
      break;
    case 'responded':
      draft.output = { ...entry.response };
      break;
    case 'skipped':
  }
  end(draft, entry.type === 'skipped' ? 'skipped' : 'succeeded', entry.at);
};

const draftOf = (telling: Telling, step: Step, entry: StepEntry): Draft => {
  const draft: Draft = {
    path: entry.path,
    id: step.id ?? null,
    title: step.title ?? null,
    kind: step.kind,
    card: step.kind === 'card' ? step.card : null,
    call: null,
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
export const close = (telling: Telling, entry: Entry): void => {
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
    if (leaving !== undefined && leaving !== null) cutShort(telling, draft.path, entry.at);
    if (leaving?.kind === 'fail') cause = { path: draft.path, status: 'failed', error: leaving.error };
    const isWithin = cause !== null && `${cause.path}/`.startsWith(`${draft.path}/`);
    end(draft, isWithin ? (cause?.status ?? 'cancelled') : 'cancelled', entry.at);
    if (isWithin) draft.error = cause?.error ?? null;
  }
};

/** What was begun in a crowd that was left, and will not go on. */
const cutShort = ({ current }: Telling, path: string, at: number): void => {
  for (const draft of current.values()) if (draft.path.startsWith(`${path}/`)) cancel(draft, at);
};

/** A doubt stays one, whatever becomes of the run. */
const cancel = (draft: Draft, at: number): void => {
  if (draft.finishedAt !== null) return;
  draft.finishedAt = at;
  if (draft.status !== 'in_doubt') draft.status = 'cancelled';
};

const isCrowd = (activity: Activity | null): activity is Crowd =>
  activity?.kind === 'forEach' || activity?.kind === 'parallel';
