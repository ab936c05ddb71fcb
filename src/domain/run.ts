/** A run and the entries of its journal. The state of a run is the fold of these entries and nothing else (R1). */
import type { Failure, Happened } from './errors.ts';
import type { TriggerKind } from './flow.ts';
import type { Effect } from './card.ts';
import type { Json, JsonObject } from './json.ts';

/**
 *              ┌────────────┐
 *   queued ──▶ │  running   │ ──▶ succeeded
 *              │  waiting   │ ──▶ failed ──▶ (retried) running
 *              │  in_doubt  │ ──▶ cancelled
 *              └────────────┘
 */
export type RunStatus = 'queued' | 'running' | 'waiting' | 'in_doubt' | 'succeeded' | 'failed' | 'cancelled';

/** R2: final states have no way out, but `failed` may be retried. */
export const RUN_TRANSITIONS = {
  queued: ['running', 'waiting', 'succeeded', 'failed', 'cancelled'],
  running: ['waiting', 'in_doubt', 'succeeded', 'failed', 'cancelled'],
  waiting: ['running', 'in_doubt', 'failed', 'cancelled'],
  in_doubt: ['running', 'waiting', 'failed', 'cancelled'],
  succeeded: [],
  failed: ['running'],
  cancelled: [],
} as const satisfies Record<RunStatus, readonly RunStatus[]>;

export type FinalStatus = 'succeeded' | 'failed' | 'cancelled';
export const isFinal = (status: RunStatus): status is FinalStatus =>
  status === 'succeeded' || status === 'failed' || status === 'cancelled';

/** Who started a run: shown in the history, readable as `caller`. */
export interface Caller extends JsonObject {
  readonly kind: 'token' | 'public' | 'person' | 'clock' | 'source' | 'run';
  /** the token's id, the person's address, the source's name; null for the public */
  readonly id: string | null;
}

/** What started it, as expressions read it: the members depend on the trigger. */
export interface Start {
  readonly trigger: TriggerKind;
  readonly caller: Caller;
  readonly inputs: JsonObject;
  readonly event?: JsonObject;
  /** all that gathered while their key settled, by time; `event` is the last of them */
  readonly events?: readonly JsonObject[];
  readonly request?: JsonObject;
  readonly schedule?: JsonObject;
}

/** A run on the way from the outermost caller down to a called one. */
export interface Ancestor {
  readonly run: string;
  readonly flow: string;
  /** it called nothing: it failed, and the next one is told of that (`settings.onFailure`) */
  readonly failed?: true;
}

/** The step that called a run; `index` counts the items, or rounds, of the innermost loop around it. */
export interface Parent {
  readonly run: string;
  readonly path: string;
  readonly index?: number;
  /** it does not wait, and is not told how the run ended */
  readonly async?: true;
}

/** Times are ms since the epoch; `path` is the place of a step: `groups/3/#0`, `plan/else/mail`. */
export type Entry =
  /** The first entry. Versions count from 1; 0 is a flow that was never saved. */
  | ({
      readonly type: 'created';
      readonly at: number;
      readonly flow: string;
      readonly version: number;
      readonly url: string;
      /** hash of the group whose runs go one at a time */
      readonly group?: string;
      /** of a run that another one called */
      readonly parent?: Parent;
      /** its callers, the outermost first, the parent last; at most {@link LIMITS}.callDepth */
      readonly chain?: readonly Ancestor[];
    } & Start)
  /** Another event came before the run of its group had begun. */
  | { readonly type: 'gathered'; readonly at: number; readonly event: JsonObject }
  /** Its turn has come: the time limit of a run that was queued counts from here. */
  | { readonly type: 'begun'; readonly at: number }
  /** A block was entered: the branch that was taken, the items of a loop, the next round. */
  | { readonly type: 'entered'; readonly at: number; readonly path: string; readonly block: Entered }
  /** E2: an attempt begins. `input` is masked; `key` is the effect's idempotency key. */
  | {
      readonly type: 'attempted';
      readonly at: number;
      readonly path: string;
      readonly attempt: number;
      readonly effect: Effect;
      readonly input: Json;
    }
  /**
   * E2: another flow is called. The id of its run is minted here, before anything is sent. How it ended comes from
   * outside as `succeeded` or `failed` of this path; with `async`, `succeeded` says that it was started.
   */
  | {
      readonly type: 'called';
      readonly at: number;
      readonly path: string;
      readonly run: string;
      readonly flow: string;
      /** that was in force, or that the step is pinned to */
      readonly version: number;
      /** as the helper declares them */
      readonly inputs: JsonObject;
      readonly async: boolean;
    }
  /** A step ended well. `input` only where no attempt carries it. */
  | {
      readonly type: 'succeeded';
      readonly at: number;
      readonly path: string;
      readonly value: Json;
      readonly input?: Json;
      readonly set?: JsonObject;
      readonly unset?: readonly string[];
    }
  /** An attempt failed. With `retryAt` another one follows, else the failure goes up to the next `catch`. */
  | {
      readonly type: 'failed';
      readonly at: number;
      readonly path: string;
      readonly error: Failure;
      readonly happened: Happened;
      readonly retryAt?: number;
      readonly input?: Json;
    }
  | { readonly type: 'skipped'; readonly at: number; readonly path: string }
  /** E6: nobody knows whether the last attempt happened. With `probeAt` a probe will look, else a person must say. */
  | {
      readonly type: 'doubted';
      readonly at: number;
      readonly path: string;
      readonly reason: string;
      readonly probeAt?: number;
    }
  /** A person's word, or a probe's: `repeat` allows one more attempt. */
  | {
      readonly type: 'settled';
      readonly at: number;
      readonly path: string;
      readonly by: string;
      readonly word: 'repeat';
    }
  | { readonly type: 'parked'; readonly at: number; readonly path: string; readonly until: number }
  /** `yield`, `next`, `return`, `stop`: leaves what it stands in. */
  | {
      readonly type: 'left';
      readonly at: number;
      readonly path: string;
      readonly how: 'yield' | 'next' | 'return' | 'stop';
      readonly value: Json;
    }
  | { readonly type: 'responded'; readonly at: number; readonly path: string; readonly response: RawResponse }
  /** The run is to end before its time: nothing new starts, what is in flight is awaited. */
  | {
      readonly type: 'ending';
      readonly at: number;
      readonly status: 'failed' | 'cancelled';
      readonly by: string;
      readonly error?: Failure;
    }
  /** The entry that an earlier attempt of the run recorded for this step holds again. */
  | { readonly type: 'recalled'; readonly at: number; readonly path: string; readonly round?: number }
  | {
      readonly type: 'finished';
      readonly at: number;
      readonly status: FinalStatus;
      readonly outputs?: Json;
      readonly reason?: string;
      readonly error?: Failure;
    }
  /** Attempt `attempt` of the run begins; what succeeded before is not performed again (E3). */
  | {
      readonly type: 'retried';
      readonly at: number;
      readonly attempt: number;
      readonly version: number;
      readonly by: string;
    };

export type Entered =
  /** of `if` (`then`, `elseIf.0`, `else`), or `try` */
  | { readonly kind: 'branch'; readonly name: string }
  /** all branches of `parallel` */
  | { readonly kind: 'branches' }
  | { readonly kind: 'items'; readonly items: readonly Json[] }
  | { readonly kind: 'round'; readonly index: number };

/** How a called run ended. */
export interface ChildEnd {
  readonly status: FinalStatus;
  /** null when it ended by `stop`, or badly */
  readonly outputs: Json;
  /** set when it failed */
  readonly error: Failure | null;
}

/** What `respond` answers an API caller with, before or instead of the outputs. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** text as it is; other values are sent as JSON */
  readonly body: Json;
}

/** The history's line for a run: what lists show. `error` is there when it failed. */
export interface RunSummary {
  readonly id: string;
  readonly flow: string;
  readonly version: number;
  readonly status: RunStatus;
  readonly trigger: TriggerKind;
  readonly caller: Caller;
  readonly attempt: number;
  readonly createdAt: number;
  readonly finishedAt: number | null;
  readonly error: Failure | null;
  /** steps performed, loops unrolled */
  readonly steps: number;
  /** the run that called it */
  readonly parent: string | null;
}

export interface RunDetail extends RunSummary {
  readonly inputs: Json;
  readonly outputs: Json;
  readonly reason: string | null;
  /** event, request or schedule that started it */
  readonly origin: JsonObject | null;
  /** what it waits for: a time, or a person's word on the steps in doubt */
  readonly waiting: { readonly until: number | null; readonly inDoubt: readonly string[] } | null;
  readonly response: RawResponse | null;
}

export type StepStatus =
  'pending' | 'running' | 'waiting' | 'in_doubt' | 'succeeded' | 'failed' | 'cancelled' | 'skipped';

export interface StepRecord {
  readonly path: string;
  readonly id: string | null;
  readonly title: string | null;
  /** step kind, and for cards the card's id */
  readonly kind: string;
  readonly card: string | null;
  /** the run that it called last */
  readonly call: { readonly run: string; readonly flow: string; readonly version: number } | null;
  readonly status: StepStatus;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly input: Json;
  readonly output: Json;
  readonly error: Failure | null;
  /** the run's attempt it belongs to */
  readonly runAttempt: number;
  readonly attempts: readonly StepAttempt[];
}
export interface StepAttempt {
  readonly number: number;
  readonly startedAt: number;
  readonly finishedAt: number | null;
  readonly effect: Effect;
  readonly happened: Happened | null;
  readonly error: Failure | null;
  readonly retryAt: number | null;
}

export const LIMITS = {
  stepsPerRun: 10_000,
  outputBytes: 1_000_000,
  runBytes: 25_000_000,
  depth: 20,
  /** flows that call one another, one below the other */
  callDepth: 20,
  childrenPerRun: 100_000,
} as const;
