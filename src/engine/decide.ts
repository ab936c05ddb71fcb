/**
 * What is to be done now, from the state alone. Waiting is a decision, not an exception; time is passed in.
 * E3: a step that is recorded as succeeded is behind its frame's position, or recalled: it is never among the actions.
 * E6: a `once` attempt of unknown outcome is never among them either; only a person's word brings it back.
 * T5: a parent never waits for a message alone: it asks after children that it has not heard of.
 */
import type { Step, WhileStep } from '../domain/flow.ts';
import type { Entry, FinalStatus } from '../domain/run.ts';
import { LIMITS } from '../domain/run.ts';
import { roundKey } from './apply-step.ts';
import { isBeingLeft, isFinally } from './frames.ts';
import { lookAfter } from './look-after.ts';
import type { Errand, Watch } from './look-after.ts';
import { isBusy } from './open-frame.ts';
import { childrenOf, pathOf, stepAt } from './state.ts';
import type { Activity, CallActivity, Frame, Outcome, RunState } from './state.ts';

interface At {
  readonly frame: Frame;
  readonly step: Step;
  readonly path: string;
}
export type Action =
  | (At & { readonly kind: 'begin' })
  | (At & { readonly kind: 'again' | 'wake' })
  | (At & { readonly kind: 'round'; readonly step: WhileStep; readonly index: number })
  | (At & { readonly kind: 'probe'; readonly activity: Extract<Activity, { kind: 'doubt' }> })
  /** an intent without a result: its drive died */
  | (At & { readonly kind: 'lost'; readonly activity: Extract<Activity, { kind: 'attempt' }> })
  | (At & { readonly kind: 'recall'; readonly round?: number });

export type Decision =
  | { readonly do: 'perform'; readonly actions: readonly Action[]; readonly errands: readonly Errand[] }
  | { readonly do: 'record'; readonly entry: Extract<Entry, { type: 'finished' | 'ending' }> }
  /**
   * Nothing until this time, or until what is in flight ends; null: only a person can bring it on. With `stays` the
   * drive waits itself: one that begins anew would not know what it has said to its children.
   */
  | { readonly do: 'park'; readonly until: number | null; readonly stays: boolean };

/** What a drive has in hand itself. */
export interface InHand {
  /** paths of the attempts that it has under way */
  readonly inFlight: { readonly has: (path: string) => boolean };
  readonly watch: Watch;
}

export const decide = (state: RunState, now: number, { inFlight, watch }: InHand): Decision => {
  const limit = limitReached(state, now);
  if (limit !== null) return { do: 'record', entry: limit };
  const deadline = state.ending === null ? state.startedAt + state.flow.settings.timeoutMs : null;
  const walk: Walk = { state, now, inFlight, watch, actions: [], errands: [], until: deadline, stays: false };
  visit(walk, state.root, state.ending !== null);
  const { actions, errands, until, stays } = walk;
  if (actions.length > 0 || errands.length > 0) return { do: 'perform', actions, errands };
  if (state.outcome !== null || state.ending !== null) {
    if (!isBusy(state.root)) return { do: 'record', entry: finished(state, now) };
  }
  return { do: 'park', until, stays };
};

interface Walk extends InHand {
  readonly state: RunState;
  readonly now: number;
  readonly actions: Action[];
  readonly errands: Errand[];
  until: number | null;
  stays: boolean;
}

/** @param isCut whether what is under way in the frame is to come to an end */
const visit = (walk: Walk, frame: Frame, isCut: boolean): void => {
  if (walk.state.outcome !== null) return;
  const { activity } = frame;
  const children = childrenOf(activity);
  if (children.length > 0) {
    const areCut = walk.state.ending !== null || isBeingLeft(activity) || (isCut && !isFinally(activity));
    for (const child of children) visit(walk, child, areCut);
    return;
  }
  const step = stepAt(frame);
  if (step === undefined) return;
  const at: At = { frame, step, path: pathOf(frame, step) };
  if (activity?.kind === 'attempt') {
    if (!walk.inFlight.has(at.path)) walk.actions.push({ ...at, kind: 'lost', activity });
    return;
  }
  if (activity?.kind === 'call') return visitCall(walk, activity, isCut);
  if (walk.state.ending !== null) return;
  visitIdle(walk, at, activity);
};

const visitIdle = (walk: Walk, at: At, activity: Activity | null): void => {
  switch (activity?.kind) {
    case undefined:
    case 'while':
      walk.actions.push(recallOf(walk.state, at, activity?.rounds ?? 0) ?? fresh(at, activity?.rounds));
      return;
    case 'wait':
      if (activity.until <= walk.now) walk.actions.push({ ...at, kind: 'wake' });
      else wakeAt(walk, activity.until);
      return;
    case 'retry':
      if (activity.at <= walk.now) walk.actions.push({ ...at, kind: 'again' });
      else wakeAt(walk, activity.at);
      return;
    case 'doubt':
      if (activity.probeAt === null) return;
      if (activity.probeAt <= walk.now) walk.actions.push({ ...at, kind: 'probe', activity });
      else wakeAt(walk, activity.probeAt);
      return;
    default:
      return;
  }
};

const visitCall = (walk: Walk, call: CallActivity, isCut: boolean): void => {
  const { errand, at, stays } = lookAfter(call, { now: walk.now, watch: walk.watch, isCut });
  if (errand !== null) walk.errands.push(errand);
  if (at !== null) wakeAt(walk, at);
  walk.stays ||= stays;
};

const wakeAt = (walk: Walk, time: number): void => {
  walk.until = walk.until === null ? time : Math.min(walk.until, time);
};

/** E3, across a retry of the run: what an earlier attempt recorded for this very step holds, the rounds of a loop first. */
const recallOf = ({ recallable }: RunState, at: At, round: number): Action | null => {
  if (at.step.kind === 'while' && recallable.has(roundKey(at.path, round)))
    return { ...at, kind: 'recall', round };
  return recallable.has(at.path) ? { ...at, kind: 'recall' } : null;
};

const fresh = (at: At, rounds: number | undefined): Action => {
  const { step } = at;
  return step.kind === 'while' && rounds !== undefined
    ? { ...at, kind: 'round', step, index: rounds }
    : { ...at, kind: 'begin' };
};

const limitReached = (state: RunState, now: number): Extract<Entry, { type: 'ending' }> | null => {
  if (state.ending !== null || state.outcome !== null) return null;
  const end = (code: string, message: string) =>
    ({ type: 'ending', at: now, status: 'failed', by: 'limit', error: { code, message } }) as const;
  const { timeoutMs } = state.flow.settings;
  if (now >= state.startedAt + timeoutMs)
    return end('timeout', `The run took longer than its time limit of ${timeoutMs} ms`);
  if (state.steps >= LIMITS.stepsPerRun)
    return end('too_many_steps', `The run took more than ${LIMITS.stepsPerRun} steps; split it`);
  if (state.children > LIMITS.childrenPerRun)
    return end('too_many_children', `The run called more than ${LIMITS.childrenPerRun} others; split it`);
  if (state.bytes > LIMITS.runBytes)
    return end('run_too_large', `The steps of the run gave more than ${LIMITS.runBytes} bytes in all`);
  return null;
};

const finished = (state: RunState, now: number): Extract<Entry, { type: 'finished' }> => {
  const base = { type: 'finished', at: now } as const;
  // What the end cut off cannot have failed the run, but may have been the last thing that it had to do.
  if (state.ending !== null && (state.outcome === null || state.outcome.kind === 'fail')) {
    const { status, error } = state.ending;
    return { ...base, status, ...(error === undefined ? {} : { error }) };
  }
  return { ...base, ...resultOf(state.outcome ?? { kind: 'value', value: null }) };
};

type Result = Pick<Extract<Entry, { type: 'finished' }>, 'outputs' | 'reason' | 'error'> & {
  readonly status: FinalStatus;
};

const resultOf = (outcome: Outcome): Result => {
  switch (outcome.kind) {
    case 'fail':
      return { status: 'failed', error: outcome.error };
    case 'return':
      return { status: 'succeeded', outputs: outcome.value };
    case 'stop':
      return {
        status: 'succeeded',
        reason: typeof outcome.value === 'string' ? outcome.value : JSON.stringify(outcome.value),
      };
    case 'value':
    case 'next':
      return { status: 'succeeded', outputs: {} };
  }
};
