/** What a run looks like in memory while it is driven: a tree of frames, one for each block that was entered. */
import type { Effect } from '../domain/card.ts';
import type { Failure } from '../domain/errors.ts';
import type {
  Block,
  Flow,
  ForEachStep,
  IfStep,
  ParallelStep,
  Step,
  TryStep,
  WhileStep,
} from '../domain/flow.ts';
import { segmentOf } from '../domain/flow.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Entry, RawResponse, RunStatus } from '../domain/run.ts';

/** Entries that speak of one step. */
export type StepEntry = Extract<Entry, { path: string }>;

/** How a block was left. `trail` holds the paths whose failures led here: a retry of the run attempts them again. */
export type Outcome =
  | { readonly kind: 'value'; readonly value: Json }
  | { readonly kind: 'next'; readonly value: Json }
  | { readonly kind: 'return'; readonly value: Json }
  | { readonly kind: 'stop'; readonly value: Json }
  | { readonly kind: 'fail'; readonly error: Failure; readonly trail: readonly string[] };
export type Failing = Extract<Outcome, { kind: 'fail' }>;

/** The attempts of a step so far. */
export interface Tries {
  /** of the last attempt, from 1 */
  readonly number: number;
  /** when that one began */
  readonly startedAt: number;
  /** when the first one began: expressions of every attempt see this as the time */
  readonly since: number;
  /** how many failed by the callee's doing; an attempt cut short by a crash is none */
  readonly failures: number;
}

/** What the current step of a frame is doing; null: it has not begun. */
export type Activity =
  | (Tries & { readonly kind: 'attempt'; readonly effect: Effect })
  | (Tries & { readonly kind: 'retry'; readonly at: number })
  | (Tries & { readonly kind: 'doubt'; readonly probeAt: number | null })
  | { readonly kind: 'wait'; readonly until: number }
  | CallActivity
  | { readonly kind: 'if'; readonly step: IfStep; readonly child: Frame }
  | {
      readonly kind: 'try';
      readonly step: TryStep;
      readonly child: Frame;
      /** the frame of its `try`, whose steps `catch` and `finally` see */
      readonly tried: Frame;
      readonly phase: 'try' | 'catch' | 'finally';
      readonly pending: Outcome | null;
    }
  | {
      readonly kind: 'while';
      readonly step: WhileStep;
      readonly child: Frame | null;
      readonly rounds: number;
      readonly results: Json[];
    }
  | LoopActivity
  | ParallelActivity;

/** A called run that has not ended, as far as this one knows. */
export interface CallActivity {
  readonly kind: 'call';
  readonly called: Extract<Entry, { type: 'called' }>;
  /** when it is given up; null: never */
  readonly until: number | null;
}

export interface LoopActivity {
  readonly kind: 'forEach';
  readonly step: ForEachStep;
  readonly items: readonly Json[];
  /** the first item that has not begun */
  next: number;
  readonly running: Map<number, Frame>;
  readonly results: Map<number, Json>;
  readonly failed: {
    readonly index: number;
    readonly item: Json;
    readonly error: Failure;
    readonly trail: readonly string[];
  }[];
  /** set once the loop is being left: what is in flight is awaited, then only `finally` blocks begin */
  leaving: Outcome | null;
}
export interface ParallelActivity {
  readonly kind: 'parallel';
  readonly step: ParallelStep;
  readonly running: Map<string, Frame>;
  readonly results: Map<string, Json>;
  readonly failed: {
    readonly key: string;
    readonly error: Failure;
    readonly trail: readonly string[];
  }[];
  leaving: Outcome | null;
}

/** One block being walked. What it sees of the run is in `steps`, `errors` and `vars`. */
export interface Frame {
  /** prefix of the paths of its steps; '' for the flow itself */
  readonly path: string;
  readonly block: Block;
  readonly parent: Frame | null;
  /** which branch, item, round or phase of the parent's step it is */
  readonly key: string | number;
  at: number;
  activity: Activity | null;
  /** values of the steps it can refer to, by id */
  readonly steps: Record<string, Json>;
  readonly errors: Record<string, Json>;
  /** where names first set in it live; items, rounds and parallel branches have their own */
  readonly vars: Record<string, Json>;
  readonly ownVars: boolean;
  /** value of its last step */
  last: Json;
  readonly loop: { readonly item: Json; readonly index: number } | null;
  /** items of the loops around it that have an id */
  readonly items: JsonObject;
  /** of the innermost `catch` around it */
  readonly error: Failure | null;
  readonly trail: readonly string[];
}

export interface RunState {
  readonly id: string;
  flow: Flow;
  version: number;
  status: RunStatus;
  attempt: number;
  created: Extract<Entry, { type: 'created' }>;
  /** when the current attempt of the run began: its time limit counts from here */
  startedAt: number;
  finishedAt: number | null;
  root: Frame;
  /** by path */
  readonly frames: Map<string, Frame>;
  /** what leaves the root, until `finished` is recorded */
  outcome: Outcome | null;
  ending: { readonly status: 'failed' | 'cancelled'; readonly by: string; readonly error?: Failure } | null;
  response: RawResponse | null;
  /** when a caller could first be answered: by a response, else by the end */
  answeredAt: number | null;
  outputs: Json;
  reason: string | null;
  error: Failure | null;
  /** entries that a retry of the run need not perform again, by path (rounds of `while`: path and number) */
  memo: Map<string, StepEntry>;
  /** E6: effects that may have happened and must not be repeated without a word, by path */
  readonly doubts: Map<string, Extract<StepEntry, { type: 'doubted' }>>;
  /** what earlier attempts left to recall */
  recallable: ReadonlyMap<string, StepEntry>;
  /** entries so far, steps performed, bytes of recorded values */
  entries: number;
  steps: number;
  bytes: number;
  /** runs called so far, in all attempts */
  children: number;
}

export const pathOf = (frame: Frame, step: Step): string =>
  frame.path === '' ? segmentOf(step, frame.at) : `${frame.path}/${segmentOf(step, frame.at)}`;

/** Path of the frame in which the step of this path stands. */
export const framePathOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));

export const stepAt = (frame: Frame): Step | undefined => frame.block[frame.at];

/** The step of this path if it is up now: its frame is there and has come to it. */
export const standing = (
  state: RunState,
  path: string,
): { readonly frame: Frame; readonly step: Step } | undefined => {
  const frame = state.frames.get(framePathOf(path));
  const step = frame === undefined ? undefined : stepAt(frame);
  if (frame === undefined || step === undefined || pathOf(frame, step) !== path) return undefined;
  return { frame, step };
};

export const childrenOf = (activity: Activity | null): readonly Frame[] => {
  switch (activity?.kind) {
    case 'if':
    case 'try':
      return [activity.child];
    case 'while':
      return activity.child === null ? [] : [activity.child];
    case 'forEach':
    case 'parallel':
      return [...activity.running.values()];
    default:
      return [];
  }
};
