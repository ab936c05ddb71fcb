/** How frames are opened and closed: what a block sees of the run, and what is its own. */
import type { Failure } from '../domain/errors.ts';
import type { Block } from '../domain/flow.ts';
import type { Json } from '../domain/json.ts';
import { childrenOf, pathOf, stepAt } from './state.ts';
import type { Frame, RunState } from './state.ts';

export interface Opening {
  readonly key: string | number;
  readonly block: Block;
  readonly ownVars?: boolean;
  /** the item of a `forEach`, or the round of a `while` */
  readonly loop?: { readonly item: Json; readonly index: number };
  /** the error that a `catch` is for */
  readonly error?: Failure;
  /** paths whose failures led here */
  readonly trail?: readonly string[];
  /** the frame of the `try`, whose steps `catch` and `finally` see */
  readonly sees?: Frame;
}

/** Opens a block of the parent's current step. It sees what the parent sees, and an own copy of nothing else. */
export const openFrame = (state: RunState, parent: Frame, opening: Opening): Frame => {
  const step = stepAt(parent);
  if (step === undefined) throw new Error(`no step at ${parent.at} of frame "${parent.path}"`);
  const { key, block, ownVars = false, loop, sees, trail = [] } = opening;
  const path = `${pathOf(parent, step)}/${key}`;
  const isNamedItem = parent.activity?.kind === 'forEach' && step.id !== undefined;
  const frame: Frame = {
    path,
    block,
    parent,
    key,
    at: 0,
    activity: null,
    steps: { ...parent.steps, ...(sees === undefined ? {} : seenOf(sees)) },
    errors: { ...parent.errors, ...sees?.errors },
    vars: ownVars ? {} : parent.vars,
    ownVars,
    last: null,
    loop: loop ?? parent.loop,
    items: isNamedItem ? { ...parent.items, [step.id]: loop?.item ?? null } : parent.items,
    error: opening.error ?? parent.error,
    trail: [...parent.trail, ...trail],
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

export const closeFrame = (state: RunState, frame: Frame): void => {
  for (const child of childrenOf(frame.activity)) closeFrame(state, child);
  frame.activity = null;
  state.frames.delete(frame.path);
};

/** Whether an attempt or a called run is under way in the frame or below it. */
export const isBusy = ({ activity }: Frame): boolean =>
  activity?.kind === 'attempt' || activity?.kind === 'call' || childrenOf(activity).some(isBusy);
