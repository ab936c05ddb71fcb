/**
 * How a called run ended, for the step that called it.
 * T5: every child has one end, counted once: it counts only while the step stands that called this very run.
 */
import { failureOf, StepError } from '../domain/errors.ts';
import type { Failure } from '../domain/errors.ts';
import type { ChildEnd, Entry } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import type { Posted } from './driving.ts';
import { standing } from './state.ts';
import type { CallActivity, RunState } from './state.ts';

/** Of a run that has ended. */
export const endOf = (state: RunState): ChildEnd => {
  const { status, outputs, error } = state;
  if (!isFinal(status)) throw new Error(`run ${state.id} is ${status}: it has not ended`);
  return { status, outputs, error };
};

export interface CalledFrom {
  readonly run: string;
  /** of the step that called it */
  readonly path: string;
}

/** Tells a run how one that it called has ended. Refused, when it does not wait for that one any more. */
export const childEnded =
  (child: CalledFrom, end: ChildEnd): Posted =>
  (state, now) => {
    const call = callOf(state, child);
    if (call === undefined) return null;
    return { entry: call.called.async ? startedEntry(call, now) : endEntry(state, { call, end, now }) };
  };

/** Tells a run that one which it does not wait for is durable. */
export const childStarted =
  (child: CalledFrom): Posted =>
  (state, now) => {
    const call = callOf(state, child);
    return call?.called.async === true ? { entry: startedEntry(call, now) } : null;
  };

/** A step could not call what it wanted to: it fails like any other. */
export const childRefused =
  (child: CalledFrom, refused: StepError): Posted =>
  (state, now) => {
    const call = callOf(state, child);
    if (call === undefined) return null;
    return { entry: failedEntry(child.path, failureOf(refused, stepName(state, child.path)), now) };
  };

const callOf = (state: RunState, { run, path }: CalledFrom): CallActivity | undefined => {
  const activity = isFinal(state.status) ? undefined : standing(state, path)?.frame.activity;
  return activity?.kind === 'call' && activity.called.run === run ? activity : undefined;
};

const stepName = (state: RunState, path: string): string => standing(state, path)?.step.id ?? path;

const startedEntry = ({ called }: CallActivity, at: number): Entry => ({
  type: 'succeeded',
  at,
  path: called.path,
  value: { run: called.run },
});

const failedEntry = (path: string, error: Failure, at: number): Entry => ({
  type: 'failed',
  at,
  path,
  error,
  happened: 'no',
});

const endEntry = (
  state: RunState,
  of: { readonly call: CallActivity; readonly end: ChildEnd; readonly now: number },
): Entry => {
  const { call, end, now } = of;
  const { path } = call.called;
  if (end.status === 'succeeded') return { type: 'succeeded', at: now, path, value: end.outputs };
  const failure = { ...failureFrom(call, end, now), step: stepName(state, path), run: call.called.run };
  return failedEntry(path, failure, now);
};

/** What a flow says by `fail` stays between the flows: an API caller hears only what its own flow says. */
const failureFrom = ({ called, until }: CallActivity, end: ChildEnd, now: number): Failure => {
  const { flow, run, at } = called;
  if (end.error !== null && end.status === 'failed') {
    const { fromFlow: _fromFlow, message, ...rest } = end.error;
    return { ...rest, message: `Helper "${flow}" failed in run ${run}: ${message}` };
  }
  if (until !== null && now >= until) {
    const message = `Helper "${flow}" did not end within ${until - at} ms; its run ${run} was cancelled`;
    return { code: 'timeout', message };
  }
  return { code: 'cancelled', message: `Helper "${flow}" was cancelled in run ${run}` };
};
