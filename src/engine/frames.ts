/** How frames go on and are left: the structure of blocks, without a word about effects or time. */
import { readableFailure } from '../domain/errors.ts';
import type { Failure } from '../domain/errors.ts';
import type { Block } from '../domain/flow.ts';
import type { Json } from '../domain/json.ts';
import { note, valueOf } from './crowd.ts';
import type { Crowd } from './crowd.ts';
import { closeFrame, openFrame } from './open-frame.ts';
import { childrenOf, pathOf, stepAt } from './state.ts';
import type { Activity, Frame, LoopActivity, Outcome, RunState } from './state.ts';

/** The current step of the frame ended well: its value is kept and the next step is up. */
export const finishStep = (state: RunState, frame: Frame, value: Json): void => {
  const step = stepAt(frame);
  if (step?.id !== undefined) frame.steps[step.id] = value;
  frame.last = value;
  frame.activity = null;
  frame.at += 1;
  if (frame.at >= frame.block.length) leaveFrame(state, frame, { kind: 'value', value: frame.last });
};

/** The current step failed for good. `onError: continue` passes it over, else the failure goes up. */
export const failStep = (state: RunState, frame: Frame, error: Failure): void => {
  const step = stepAt(frame);
  if ((step?.kind === 'card' || step?.kind === 'call') && step.onError === 'continue') {
    if (step.id !== undefined) frame.errors[step.id] = readableFailure(error);
    finishStep(state, frame, null);
    return;
  }
  const path = step === undefined ? frame.path : pathOf(frame, step);
  leaveFrame(state, frame, { kind: 'fail', error, trail: [path, ...frame.trail] });
};

/** A block that was just opened begins with its first step; an empty one is left at once. */
export const enterBlock = (state: RunState, child: Frame): void => {
  if (child.block.length === 0) leaveFrame(state, child, { kind: 'value', value: null });
};

/** Leaves a frame with an outcome and goes up until something takes it. */
export const leaveFrame = (state: RunState, frame: Frame, outcome: Outcome): void => {
  closeFrame(state, frame);
  const parent = frame.parent;
  if (parent === null) {
    state.outcome = outcome;
    return;
  }
  const activity = parent.activity;
  switch (activity?.kind) {
    case 'if':
      passOn(state, parent, outcome);
      return;
    case 'try':
      leaveTry(state, parent, { activity, outcome });
      return;
    case 'while':
      leaveRound(state, parent, { activity, outcome });
      return;
    case 'forEach':
    case 'parallel':
      note(activity, frame, outcome);
      goOn(state, parent, activity);
      return;
    default:
      throw new Error(`frame "${frame.path}" has no owner`);
  }
};

/** A value is that of the frame's current step; everything else leaves the frame too. */
const passOn = (state: RunState, frame: Frame, outcome: Outcome): void => {
  if (outcome.kind === 'value') finishStep(state, frame, outcome.value);
  else leaveFrame(state, frame, outcome);
};

type Try = Extract<Activity, { kind: 'try' }>;

const leaveTry = (state: RunState, parent: Frame, left: { activity: Try; outcome: Outcome }): void => {
  const { activity, outcome } = left;
  const { step, phase, pending } = activity;
  if (phase === 'try' && outcome.kind === 'fail' && step.catch !== undefined) {
    enterPhase(state, parent, { activity, phase: 'catch', block: step.catch, after: outcome });
  } else if (phase !== 'finally' && step.finally !== undefined) {
    enterPhase(state, parent, { activity, phase: 'finally', block: step.finally, after: outcome });
  } else if (phase === 'finally' && outcome.kind === 'value') {
    // What `finally` does well gives way to the outcome it came after; what it does badly takes its place.
    passOn(state, parent, pending ?? outcome);
  } else passOn(state, parent, outcome);
};

interface Phase {
  readonly activity: Try;
  readonly phase: 'catch' | 'finally';
  readonly block: Block;
  /** how the block before it was left */
  readonly after: Outcome;
}

const enterPhase = (state: RunState, parent: Frame, into: Phase): void => {
  const { activity, phase, block, after } = into;
  const child = openFrame(state, parent, {
    key: phase,
    block,
    sees: activity.tried,
    ...(after.kind === 'fail' ? { trail: after.trail } : {}),
    ...(after.kind === 'fail' && phase === 'catch' ? { error: after.error } : {}),
  });
  parent.activity = { ...activity, child, phase, pending: phase === 'finally' ? after : null };
  enterBlock(state, child);
};

type While = Extract<Activity, { kind: 'while' }>;

const leaveRound = (state: RunState, parent: Frame, left: { activity: While; outcome: Outcome }): void => {
  const { activity, outcome } = left;
  if (outcome.kind !== 'value' && outcome.kind !== 'next') {
    leaveFrame(state, parent, outcome);
    return;
  }
  if (outcome.value !== null) activity.results.push(outcome.value);
  parent.activity = { ...activity, child: null, rounds: activity.rounds + 1 };
};

/** Begins what a crowd has room for, ends it after the last, and cuts the others short when it is being left. */
export const goOn = (state: RunState, owner: Frame, crowd: Crowd): void => {
  if (crowd.leaving === null && crowd.kind === 'forEach') openItems(state, owner, crowd);
  if (crowd.leaving !== null) for (const child of crowd.running.values()) cutShort(state, child);
  // The last one that was cut short has ended the crowd.
  if (owner.activity !== crowd || crowd.running.size > 0) return;
  if (crowd.leaving === null) finishStep(state, owner, valueOf(crowd));
  else leaveFrame(state, owner, crowd.leaving);
};

const openItems = (state: RunState, owner: Frame, loop: LoopActivity): void => {
  const block = loop.step.do;
  if (block.length === 0) loop.next = loop.items.length;
  while (loop.next < loop.items.length && loop.running.size < loop.step.concurrency) {
    const index = loop.next;
    loop.next += 1;
    const item = loop.items[index] ?? null;
    loop.running.set(
      index,
      openFrame(state, owner, { key: index, block, ownVars: true, loop: { item, index } }),
    );
  }
};

/** Nothing more begins in the frame but what a `finally` has to do; an attempt or a called run is awaited. */
const cutShort = (state: RunState, frame: Frame): void => {
  const { activity } = frame;
  if (activity?.kind === 'attempt' || activity?.kind === 'call' || isFinally(activity)) return;
  if (activity?.kind === 'forEach' || activity?.kind === 'parallel') {
    activity.leaving ??= CUT;
    goOn(state, frame, activity);
    return;
  }
  const [child] = childrenOf(activity);
  if (child === undefined) leaveFrame(state, frame, CUT);
  else cutShort(state, child);
};

export const isFinally = (activity: Activity | null): boolean =>
  activity?.kind === 'try' && activity.phase === 'finally';

const CUT: Outcome = { kind: 'stop', value: null };

/** After something in a frame changed: crowds around it that are being left are cut short again. */
export const settleLeaving = (state: RunState, frame: Frame): void => {
  const leaving: Frame[] = [];
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    if (isBeingLeft(at.activity)) leaving.unshift(at);
  }
  for (const owner of leaving) {
    const { activity } = owner;
    if (isBeingLeft(activity)) goOn(state, owner, activity);
  }
};

export const isBeingLeft = (activity: Activity | null): activity is Crowd =>
  (activity?.kind === 'forEach' || activity?.kind === 'parallel') && activity.leaving !== null;
