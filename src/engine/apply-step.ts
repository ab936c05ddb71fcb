/** What an entry about a step changes: its frame goes on, opens a block, or is left. */
import type { Block, IfStep, Step } from '../domain/flow.ts';
import type { Json } from '../domain/json.ts';
import { utf8Length } from '../domain/json.ts';
import type { Entry } from '../domain/run.ts';
import { failStep, finishStep, leaveFrame, openFrame, openItems, settleLeaving } from './frames.ts';
import { framePathOf, pathOf, stepAt } from './state.ts';
import type { Activity, Frame, LoopActivity, ParallelActivity, RunState, Tries } from './state.ts';

type Of<T extends Entry['type']> = Extract<Entry, { type: T }>;
/** Entries that speak of one step. */
export type StepEntry = Exclude<Entry, { type: 'created' | 'finished' | 'retried' | 'ending' }>;

export const applyToStep = (state: RunState, entry: StepEntry): void => {
  const frame = state.frames.get(framePathOf(entry.path));
  const step = frame === undefined ? undefined : stepAt(frame);
  if (frame === undefined || step === undefined || pathOf(frame, step) !== entry.path) {
    throw new Error(`run ${state.id}: "${entry.type}" for ${entry.path}, which is not the step that is up`);
  }
  switch (entry.type) {
    case 'recalled':
      recall(state, frame, entry);
      return;
    case 'entered':
      remember(state, entry);
      enter(state, frame, step, entry);
      return;
    case 'skipped':
      remember(state, entry);
      finishStep(state, frame, null);
      return;
    case 'succeeded':
      remember(state, entry);
      count(state, entry.value);
      setVars(frame, entry);
      finishStep(state, frame, entry.value);
      break;
    case 'responded':
      remember(state, entry);
      count(state, entry.response.body);
      state.response ??= entry.response;
      state.answeredAt ??= entry.at;
      finishStep(state, frame, null);
      return;
    case 'left':
      remember(state, entry);
      count(state, null);
      leave(state, frame, entry);
      return;
    case 'attempted':
    case 'failed':
    case 'doubted':
    case 'settled':
    case 'parked':
      attend(state, frame, entry);
  }
  settleLeaving(state, frame);
};

/** What is known of the attempts of a step that has not begun. */
const untried = (at: number): Tries => ({ number: 0, startedAt: at, since: at, failures: 0 });

export const triesOf = (activity: Activity | null, at: number): Tries => {
  if (activity?.kind !== 'attempt' && activity?.kind !== 'retry' && activity?.kind !== 'doubt')
    return untried(at);
  const { number, startedAt, since, failures } = activity;
  return { number, startedAt, since, failures };
};

/** Entries about the attempts of a step: what it is doing changes, and with the last failure the failure goes up. */
const attend = (
  state: RunState,
  frame: Frame,
  entry: Of<'attempted' | 'failed' | 'doubted' | 'settled' | 'parked'>,
): void => {
  const tries = triesOf(frame.activity, entry.at);
  switch (entry.type) {
    case 'attempted':
      frame.activity = {
        ...tries,
        kind: 'attempt',
        number: entry.attempt,
        startedAt: entry.at,
        effect: entry.effect,
      };
      return;
    case 'parked':
      frame.activity = { kind: 'wait', until: entry.until };
      return;
    case 'doubted':
      frame.activity = { ...tries, kind: 'doubt', probeAt: entry.probeAt ?? null };
      return;
    case 'settled':
      frame.activity = { ...tries, kind: 'retry', at: entry.at };
      return;
    case 'failed':
      if (entry.retryAt !== undefined) {
        // An attempt that a crash cut short says nothing about the callee: it does not use up an attempt.
        const failures = tries.failures + (entry.error.code === 'interrupted' ? 0 : 1);
        frame.activity = { ...tries, kind: 'retry', at: entry.retryAt, failures };
        return;
      }
      remember(state, entry);
      count(state, null);
      frame.activity = null;
      failStep(state, frame, entry.error);
  }
};

const remember = (state: RunState, entry: StepEntry): void => {
  const key =
    entry.type === 'entered' && entry.block.kind === 'round'
      ? roundKey(entry.path, entry.block.index)
      : entry.path;
  state.memo.set(key, entry);
};

export const roundKey = (path: string, round: number): string => `${path}/${round}`;

const count = (state: RunState, value: Json): void => {
  state.steps += 1;
  if (value !== null && typeof value === 'object') state.bytes += utf8Length(JSON.stringify(value));
  else if (typeof value === 'string') state.bytes += utf8Length(value);
};

const recall = (state: RunState, frame: Frame, entry: Of<'recalled'>): void => {
  const key = entry.round === undefined ? entry.path : roundKey(entry.path, entry.round);
  const remembered = state.recallable.get(key);
  if (remembered === undefined) throw new Error(`run ${state.id}: nothing to recall for ${key}`);
  if ('path' in remembered && remembered.type !== 'recalled') applyToStep(state, remembered);
  else throw new Error(`run ${state.id}: "${remembered.type}" cannot be recalled at "${frame.path}"`);
};

const setVars = (frame: Frame, entry: Of<'succeeded'>): void => {
  for (const [name, value] of Object.entries(entry.set ?? {})) scopeOf(frame, name)[name] = value;
  for (const name of entry.unset ?? []) delete scopeOf(frame, name)[name];
};

/** The vars in which a name lives: the nearest that has it, else the nearest of all. */
const scopeOf = (frame: Frame, name: string): Record<string, Json> => {
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    if (Object.hasOwn(at.vars, name)) return at.vars;
  }
  return frame.vars;
};

const enter = (state: RunState, frame: Frame, step: Step, entry: Of<'entered'>): void => {
  const { block } = entry;
  if (block.kind === 'items' && step.kind === 'forEach') {
    const loop: LoopActivity = {
      kind: 'forEach',
      step,
      items: block.items,
      next: 0,
      running: new Map(),
      results: new Map(),
      failed: [],
      leaving: null,
    };
    count(state, [...block.items]);
    frame.activity = loop;
    openItems(state, frame, loop);
  } else if (block.kind === 'branches' && step.kind === 'parallel') {
    const activity: ParallelActivity = {
      kind: 'parallel',
      step,
      running: new Map(),
      results: new Map(),
      failed: [],
      leaving: null,
    };
    frame.activity = activity;
    for (const [key, branch] of Object.entries(step.branches)) {
      activity.running.set(key, openFrame(state, frame, { key, block: branch, ownVars: true }));
    }
    leaveEmpty(state, [...activity.running.values()]);
  } else if (block.kind === 'round' && step.kind === 'while') {
    const results = frame.activity?.kind === 'while' ? frame.activity.results : [];
    const child = openFrame(state, frame, {
      key: block.index,
      block: step.do,
      ownVars: true,
      loop: { item: frame.loop?.item ?? null, index: block.index },
    });
    frame.activity = { kind: 'while', step, child, rounds: block.index, results };
    leaveEmpty(state, [child]);
  } else if (block.kind === 'branch' && step.kind === 'try') {
    const child = openFrame(state, frame, { key: 'try', block: step.try });
    frame.activity = { kind: 'try', step, child, tried: child, phase: 'try', pending: null };
    leaveEmpty(state, [child]);
  } else if (block.kind === 'branch' && step.kind === 'if') {
    const child = openFrame(state, frame, { key: block.name, block: branchOf(step, block.name) });
    frame.activity = { kind: 'if', step, child };
    leaveEmpty(state, [child]);
  } else throw new Error(`run ${state.id}: ${entry.path} cannot enter "${block.kind}"`);
};

const leaveEmpty = (state: RunState, frames: readonly Frame[]): void => {
  for (const frame of frames)
    if (frame.block.length === 0) leaveFrame(state, frame, { kind: 'value', value: null });
};

export const branchName = (index: number): string => (index === 0 ? 'then' : `elseIf.${index - 1}`);

const branchOf = (step: IfStep, name: string): Block => {
  if (name === 'else') return step.else ?? [];
  return step.branches.find((_, index) => branchName(index) === name)?.then ?? [];
};

const leave = (state: RunState, frame: Frame, entry: Of<'left'>): void => {
  const kind = entry.how === 'yield' ? 'value' : entry.how;
  leaveFrame(state, frame, { kind, value: entry.value });
};
