/** What an entry about a step changes: its frame goes on, opens a block, or is left. */
import type { Block, IfStep, Step } from '../domain/flow.ts';
import type { Json } from '../domain/json.ts';
import { utf8Length } from '../domain/json.ts';
import type { Entry } from '../domain/run.ts';
import { enterBlock, failStep, finishStep, goOn, leaveFrame, settleLeaving } from './frames.ts';
import { openFrame } from './open-frame.ts';
import { standing } from './state.ts';
import type { Activity, Frame, LoopActivity, ParallelActivity, RunState, StepEntry, Tries } from './state.ts';
import { varHome } from './var-homes.ts';

type Of<T extends Entry['type']> = Extract<Entry, { type: T }>;

export const applyToStep = (state: RunState, entry: StepEntry): void => {
  const at = standing(state, entry.path);
  if (at === undefined)
    throw new Error(`run ${state.id}: "${entry.type}" for ${entry.path}, which is not the step that is up`);
  if (entry.type === 'recalled') recall(state, entry);
  else change(state, at, entry);
  settleLeaving(state, at.frame);
};

type Told = Exclude<StepEntry, { type: 'recalled' }>;

const change = (state: RunState, at: { frame: Frame; step: Step }, entry: Told): void => {
  const { frame, step } = at;
  switch (entry.type) {
    case 'entered':
      remember(state, entry, entry.block.kind === 'items' ? [entry.block.items] : []);
      enter(state, { frame, step }, entry);
      return;
    case 'skipped':
      remember(state, entry, []);
      finishStep(state, frame, null);
      return;
    case 'succeeded':
      remember(state, entry, [entry.value, entry.set]);
      setVars(state, frame, entry);
      finishStep(state, frame, entry.value);
      return;
    case 'responded':
      remember(state, entry, [entry.response.body]);
      state.response ??= entry.response;
      finishStep(state, frame, null);
      return;
    case 'left':
      remember(state, entry, [entry.value]);
      leaveFrame(state, frame, { kind: entry.how === 'yield' ? 'value' : entry.how, value: entry.value });
      return;
    case 'failed':
      fail(state, frame, entry);
      return;
    case 'attempted':
    case 'doubted':
    case 'settled':
    case 'parked':
      attend(state, frame, entry);
      return;
    case 'called':
      call(state, at, entry);
  }
};

/** What is known of the attempts of a step that has not begun. */
const untried = (at: number): Tries => ({ number: 0, startedAt: at, since: at, failures: 0 });

export const triesOf = (activity: Activity | null, at: number): Tries => {
  if (activity?.kind !== 'attempt' && activity?.kind !== 'retry' && activity?.kind !== 'doubt')
    return untried(at);
  const { number, startedAt, since, failures } = activity;
  return { number, startedAt, since, failures };
};

/** Entries about the attempts of a step: only what it is doing changes. */
const attend = (
  state: RunState,
  frame: Frame,
  entry: Of<'attempted' | 'doubted' | 'settled' | 'parked'>,
): void => {
  const tries = triesOf(frame.activity, entry.at);
  const { path, at } = entry;
  switch (entry.type) {
    case 'attempted':
      frame.activity = {
        ...tries,
        kind: 'attempt',
        number: entry.attempt,
        startedAt: at,
        effect: entry.effect,
      };
      return;
    case 'parked':
      frame.activity = { kind: 'wait', until: entry.until };
      return;
    case 'doubted':
      state.doubts.set(path, entry);
      frame.activity = { ...tries, kind: 'doubt', probeAt: entry.probeAt ?? null };
      return;
    case 'settled':
      state.doubts.delete(path);
      frame.activity = { ...tries, kind: 'retry', at };
  }
};

/** Another run was called: its end is that of the step, and comes from outside. */
const call = (state: RunState, at: { frame: Frame; step: Step }, entry: Of<'called'>): void => {
  const timeoutMs = at.step.kind === 'call' ? at.step.timeoutMs : undefined;
  const until = timeoutMs === undefined || entry.async ? null : entry.at + timeoutMs;
  at.frame.activity = { kind: 'call', called: entry, until };
  state.children += 1;
  state.bytes += utf8Length(JSON.stringify(entry.inputs));
};

/** An attempt failed: another one follows, or the failure goes up. */
const fail = (state: RunState, frame: Frame, entry: Of<'failed'>): void => {
  const { activity } = frame;
  if (entry.retryAt !== undefined) {
    const tries = triesOf(activity, entry.at);
    // An attempt that a crash cut short says nothing about the callee: it does not use up an attempt.
    const failures = tries.failures + (entry.error.code === 'interrupted' ? 0 : 1);
    frame.activity = { ...tries, kind: 'retry', at: entry.retryAt, failures };
    return;
  }
  const { path, at, error } = entry;
  const mayHaveHappened = entry.happened !== 'no' && !mayRepeat(activity);
  frame.activity = null;
  // What the end of the run cut off has not failed by itself: nothing is to follow from it, and a retry tries it again.
  if (state.ending === null) {
    remember(state, entry, [error.body, error.data]);
    failStep(state, frame, error);
  }
  if (mayHaveHappened) state.doubts.set(path, { type: 'doubted', at, path, reason: error.message });
};

const mayRepeat = (activity: Activity | null): boolean =>
  activity?.kind !== 'doubt' && (activity?.kind !== 'attempt' || activity.effect === 'safe');

/** Counts a step and the bytes that it recorded, and keeps the entry for a retry of the run. */
const remember = (
  state: RunState,
  entry: Of<'entered' | 'skipped' | 'succeeded' | 'responded' | 'left' | 'failed'>,
  recorded: readonly (Json | undefined)[],
): void => {
  const isRound = entry.type === 'entered' && entry.block.kind === 'round';
  state.memo.set(isRound ? roundKey(entry.path, entry.block.index) : entry.path, entry);
  state.doubts.delete(entry.path);
  state.steps += 1;
  for (const value of recorded) {
    if (value !== null && typeof value === 'object') state.bytes += utf8Length(JSON.stringify(value));
    else if (typeof value === 'string') state.bytes += utf8Length(value);
  }
};

export const roundKey = (path: string, round: number): string => `${path}/${round}`;

const recall = (state: RunState, entry: Of<'recalled'>): void => {
  const key = entry.round === undefined ? entry.path : roundKey(entry.path, entry.round);
  const remembered = state.recallable.get(key);
  if (remembered === undefined) throw new Error(`run ${state.id}: nothing to recall for ${key}`);
  applyToStep(state, remembered);
};

const setVars = (state: RunState, frame: Frame, entry: Of<'succeeded'>): void => {
  for (const [name, value] of Object.entries(entry.set ?? {}))
    varHome(state.flow, frame, name).vars[name] = value;
  for (const name of entry.unset ?? []) delete varHome(state.flow, frame, name).vars[name];
};

const enter = (state: RunState, at: { frame: Frame; step: Step }, entry: Of<'entered'>): void => {
  const { frame, step } = at;
  const { block } = entry;
  if (block.kind === 'items' && step.kind === 'forEach') {
    const loop: LoopActivity = { kind: 'forEach', step, items: block.items, next: 0, ...nobodyYet() };
    frame.activity = loop;
    goOn(state, frame, loop);
  } else if (block.kind === 'branches' && step.kind === 'parallel') {
    const parallel: ParallelActivity = { kind: 'parallel', step, ...nobodyYet() };
    frame.activity = parallel;
    for (const [key, branch] of Object.entries(step.branches))
      parallel.running.set(key, openFrame(state, frame, { key, block: branch, ownVars: true }));
    for (const child of parallel.running.values()) enterBlock(state, child);
  } else if (block.kind === 'round' && step.kind === 'while') {
    const { index } = block;
    const results = frame.activity?.kind === 'while' ? frame.activity.results : [];
    const loop = { item: frame.loop?.item ?? null, index };
    const child = openFrame(state, frame, { key: index, block: step.do, ownVars: true, loop });
    frame.activity = { kind: 'while', step, child, rounds: index, results };
    enterBlock(state, child);
  } else if (block.kind === 'branch' && step.kind === 'try') {
    const child = openFrame(state, frame, { key: 'try', block: step.try });
    frame.activity = { kind: 'try', step, child, tried: child, phase: 'try', pending: null };
    enterBlock(state, child);
  } else if (block.kind === 'branch' && step.kind === 'if') {
    const child = openFrame(state, frame, { key: block.name, block: branchOf(step, block.name) });
    frame.activity = { kind: 'if', step, child };
    enterBlock(state, child);
  } else throw new Error(`run ${state.id}: ${entry.path} cannot enter "${block.kind}"`);
};

const nobodyYet = () => ({ running: new Map(), results: new Map(), failed: [], leaving: null });

export const branchName = (index: number): string => (index === 0 ? 'then' : `elseIf.${index - 1}`);

const branchOf = (step: IfStep, name: string): Block => {
  if (name === 'else') return step.else ?? [];
  return step.branches.find((_, index) => branchName(index) === name)?.then ?? [];
};
