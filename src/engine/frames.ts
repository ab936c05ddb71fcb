/** How frames are opened, completed and left: the structure of blocks, without a word about effects or time. */
import type { Failure } from '../domain/errors.ts';
import type { Block, Tolerance } from '../domain/flow.ts';
import type { Json } from '../domain/json.ts';
import { childrenOf, pathOf, stepAt } from './state.ts';
import type { Activity, Failing, Frame, LoopActivity, Outcome, ParallelActivity, RunState } from './state.ts';

interface Opening {
  readonly key: string | number;
  readonly block: Block;
  readonly ownVars?: boolean;
  readonly loop?: { readonly item: Json; readonly index: number };
  readonly caught?: { readonly error: Failure; readonly trail: readonly string[] };
  /** the frame of the `try`, whose steps `catch` and `finally` see */
  readonly sees?: Frame;
}

/** Opens a block of the parent's current step. It sees what the parent sees, and an own copy of nothing else. */
export const openFrame = (state: RunState, parent: Frame, opening: Opening): Frame => {
  const step = stepAt(parent);
  if (step === undefined) throw new Error(`no step at ${parent.at} of frame "${parent.path}"`);
  const path = `${pathOf(parent, step)}/${opening.key}`;
  const ownVars = opening.ownVars ?? false;
  const frame: Frame = {
    path,
    block: opening.block,
    parent,
    key: opening.key,
    at: 0,
    activity: null,
    steps: { ...parent.steps, ...(opening.sees === undefined ? {} : seenOf(opening.sees)) },
    errors: { ...parent.errors, ...opening.sees?.errors },
    vars: ownVars ? {} : parent.vars,
    ownVars,
    last: null,
    loop: opening.loop ?? parent.loop,
    items:
      opening.loop !== undefined && step.id !== undefined
        ? { ...parent.items, [step.id]: opening.loop.item }
        : parent.items,
    error: opening.caught?.error ?? parent.error,
    trail: opening.caught === undefined ? parent.trail : [...parent.trail, ...opening.caught.trail],
  };
  state.frames.set(path, frame);
  return frame;
};

/** The steps of a `try` as its `catch` sees them: null where they did not succeed. */
const seenOf = (frame: Frame): Record<string, Json> => {
  const seen: Record<string, Json> = {};
  for (const step of frame.block) if (step.id !== undefined) seen[step.id] = frame.steps[step.id] ?? null;
  return seen;
};

const closeFrame = (state: RunState, frame: Frame): void => {
  for (const child of childrenOf(frame.activity)) closeFrame(state, child);
  state.frames.delete(frame.path);
};

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
  if (step?.kind === 'card' && step.onError === 'continue') {
    if (step.id !== undefined) frame.errors[step.id] = { ...error };
    finishStep(state, frame, null);
    return;
  }
  const path = step === undefined ? frame.path : pathOf(frame, step);
  leaveFrame(state, frame, { kind: 'fail', error, trail: [path, ...frame.trail] });
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
      if (outcome.kind === 'value') finishStep(state, parent, outcome.value);
      else leaveFrame(state, parent, outcome);
      return;
    case 'try':
      leaveTry(state, parent, { activity, outcome });
      return;
    case 'while':
      leaveRound(state, parent, { activity, outcome });
      return;
    case 'forEach':
      leaveItem(state, parent, { activity, frame, outcome });
      return;
    case 'parallel':
      leaveBranch(state, parent, { activity, frame, outcome });
      return;
    default:
      throw new Error(`frame "${frame.path}" has no owner`);
  }
};

type Try = Extract<Activity, { kind: 'try' }>;

const leaveTry = (state: RunState, parent: Frame, left: { activity: Try; outcome: Outcome }): void => {
  const { activity, outcome } = left;
  const { step, phase } = activity;
  if (phase === 'try' && outcome.kind === 'fail' && step.catch !== undefined) {
    const caught = { error: outcome.error, trail: outcome.trail };
    enterPhase(state, parent, { activity, phase: 'catch', block: step.catch, caught, pending: null });
  } else if (phase !== 'finally' && step.finally !== undefined) {
    enterPhase(state, parent, { activity, phase: 'finally', block: step.finally, pending: outcome });
  } else {
    // What `finally` does well gives way to the outcome it came after; what it does badly takes its place.
    const last = phase === 'finally' && outcome.kind === 'value' ? (activity.pending ?? outcome) : outcome;
    if (last.kind === 'value') finishStep(state, parent, last.value);
    else leaveFrame(state, parent, last);
  }
};

interface Phase {
  readonly activity: Try;
  readonly phase: 'catch' | 'finally';
  readonly block: Block;
  readonly pending: Outcome | null;
  readonly caught?: { readonly error: Failure; readonly trail: readonly string[] };
}

const enterPhase = (state: RunState, parent: Frame, into: Phase): void => {
  const child = openFrame(state, parent, {
    key: into.phase,
    block: into.block,
    sees: into.activity.tried,
    ...(into.caught === undefined ? {} : { caught: into.caught }),
  });
  parent.activity = {
    kind: 'try',
    step: into.activity.step,
    child,
    tried: into.activity.tried,
    phase: into.phase,
    pending: into.pending,
  };
  if (into.block.length === 0) leaveFrame(state, child, { kind: 'value', value: null });
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

type LeftItem = { activity: LoopActivity; frame: Frame; outcome: Outcome };

const leaveItem = (state: RunState, parent: Frame, left: LeftItem): void => {
  const { activity, frame, outcome } = left;
  const index = Number(frame.key);
  activity.running.delete(index);
  if (outcome.kind === 'value' || outcome.kind === 'next') {
    if (outcome.value !== null) activity.results.set(index, outcome.value);
  } else if (outcome.kind === 'fail' && activity.leaving === null) {
    activity.failed.push({
      index,
      item: activity.items[index] ?? null,
      error: outcome.error,
      trail: outcome.trail,
    });
    if (!tolerates(activity.step.onError, activity)) activity.leaving = tooMany(activity);
  } else activity.leaving ??= outcome;
  openItems(state, parent, activity);
};

/** A loop that fails on its first failure fails with that; one with a tolerance says how many there were. */
const tooMany = (activity: LoopActivity): Failing => {
  const { failed } = activity;
  const trail = failed.flatMap((failure) => failure.trail);
  const first = failed[0];
  if (first === undefined) throw new Error('a loop cannot fail without a failure');
  if (activity.step.onError === 'fail') return { kind: 'fail', error: first.error, trail };
  const message = `${failed.length} of ${activity.items.length} items failed, more than the loop tolerates; the first: ${first.error.message}`;
  return { kind: 'fail', error: { ...first.error, code: 'too_many_failures', message }, trail };
};

const tolerates = (tolerance: Tolerance, loop: LoopActivity): boolean => {
  if (tolerance === 'fail') return false;
  if (tolerance === 'continue') return true;
  if ('items' in tolerance) return loop.failed.length <= tolerance.items;
  return loop.failed.length <= tolerance.share * loop.items.length;
};

/** Begins as many items as the loop's concurrency allows; ends the loop after the last one. */
export const openItems = (state: RunState, parent: Frame, loop: LoopActivity): void => {
  if (loop.leaving !== null) {
    leaveWhenQuiet(state, parent);
    return;
  }
  if (loop.step.do.length === 0) loop.next = loop.items.length;
  while (loop.next < loop.items.length && loop.running.size < loop.step.concurrency) {
    const index = loop.next;
    loop.next += 1;
    const item = loop.items[index] ?? null;
    const block = loop.step.do;
    loop.running.set(
      index,
      openFrame(state, parent, { key: index, block, ownVars: true, loop: { item, index } }),
    );
  }
  if (loop.running.size > 0) return;
  const results = [...loop.results].toSorted(([a], [b]) => a - b).map(([, value]) => value);
  const failures = loop.failed
    .toSorted((a, b) => a.index - b.index)
    .map(({ index, item, error }) => ({ index, item, error: { ...error } }));
  const counts = { ok: loop.items.length - failures.length, failed: failures.length };
  finishStep(state, parent, { results, failures, counts });
};

type LeftBranch = { activity: ParallelActivity; frame: Frame; outcome: Outcome };

const leaveBranch = (state: RunState, parent: Frame, left: LeftBranch): void => {
  const { activity, frame, outcome } = left;
  const key = String(frame.key);
  activity.running.delete(key);
  if (outcome.kind === 'value') activity.results.set(key, outcome.value);
  else if (outcome.kind === 'fail' && activity.step.onError === 'continue' && activity.leaving === null) {
    activity.failed.push({ key, error: outcome.error, trail: outcome.trail });
  } else activity.leaving ??= outcome;
  if (activity.leaving !== null) {
    leaveWhenQuiet(state, parent);
    return;
  }
  if (activity.running.size === 0) finishParallel(state, parent, activity);
};

const finishParallel = (state: RunState, parent: Frame, activity: ParallelActivity): void => {
  const results: Record<string, Json> = {};
  for (const name of Object.keys(activity.step.branches)) results[name] = activity.results.get(name) ?? null;
  const failures = activity.failed.map(({ key, error }) => ({ key, error: { ...error } }));
  const counts = { ok: activity.results.size, failed: failures.length };
  finishStep(state, parent, { results, failures, counts });
};

/** Whether an attempt is under way in the frame or below it. */
export const isBusy = (frame: Frame): boolean =>
  frame.activity?.kind === 'attempt' || childrenOf(frame.activity).some(isBusy);

/** A loop or parallel that is being left goes once nothing in it is in flight. */
const leaveWhenQuiet = (state: RunState, owner: Frame): void => {
  const activity = owner.activity;
  if ((activity?.kind !== 'forEach' && activity?.kind !== 'parallel') || activity.leaving === null) return;
  if (childrenOf(activity).some(isBusy)) return;
  for (const child of childrenOf(activity)) closeFrame(state, child);
  activity.running.clear();
  const outcome = activity.leaving;
  if (outcome.kind === 'value') throw new Error('a loop is never left with a value');
  if (outcome.kind === 'next' && activity.kind === 'forEach') throw new Error('an item takes its own next');
  leaveFrame(state, owner, outcome);
};

/** After an attempt in a frame ended: the loops around it that are being left may go now. True when one went. */
export const settleLeaving = (state: RunState, frame: Frame): boolean => {
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    const activity: Activity | null = at.activity;
    if ((activity?.kind === 'forEach' || activity?.kind === 'parallel') && activity.leaving !== null) {
      leaveWhenQuiet(state, at);
      return true;
    }
  }
  return false;
};

/** Whether nothing new may begin in a frame, because a loop or parallel around it is being left. */
export const isLeaving = (frame: Frame): boolean => {
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    const activity: Activity | null = at.activity;
    if ((activity?.kind === 'forEach' || activity?.kind === 'parallel') && activity.leaving !== null)
      return true;
  }
  return false;
};
