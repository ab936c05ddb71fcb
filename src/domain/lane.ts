/**
 * What a lane (the Durable Object in which runs live) answers to. Flat data only, JSON in texts, results instead of
 * exceptions: a recursive type across RPC does not type-check, and a throwing method breaks the caller's stub.
 */
import type { RunStatus } from './run.ts';

/** Sent with every call; a lane that hears a newer build lets its attempts end and starts itself anew. */
export interface LaneHeader {
  readonly build: string;
  /** number of homes of the installation; a lane refuses another than its own */
  readonly homes: number;
  readonly lane: number;
}

export interface StartRequest {
  readonly runId: string;
  /** JSON of {@link Entry} `created` */
  readonly created: string;
  readonly flow: string;
  readonly version: number;
  /** JSON of the flow, when the lane said `need_flow` or for version 0 */
  readonly definition?: string;
  /** at home: recorded in the same commit as the run (T1) */
  readonly key?: KeyClaim;
  /** at the group's home, which is the run's lane: when it may begin */
  readonly group?: GroupClaim;
  /** how long the caller waits for an answer, in ms; 0 returns once the run is durable. A queued run answers at once. */
  readonly waitMs: number;
}

/** Runs of one group go one at a time; its home says what becomes of a run that finds another one under way. */
export interface GroupClaim {
  readonly hash: string;
  readonly policy: 'queue' | 'skip' | 'cancel-previous';
  /** events gather in one run, which begins once no other has come for so long */
  readonly settleMs?: number;
  /** ms: the earliest of those that wait goes first */
  readonly at: number;
}

/** An idempotency key at its home. `hash` covers trigger scope and key, `body` what was sent with it. */
export interface KeyClaim {
  readonly hash: string;
  readonly body: string;
  readonly firstAt: number;
}

export type StartReply =
  | { readonly outcome: 'started' | 'repeated'; readonly runId: string; readonly answer: RunAnswer }
  /** the event went to a run of its group that has not begun; the group has this run under way, and no other begins */
  | { readonly outcome: 'joined' | 'skipped'; readonly runId: string; readonly answer: RunAnswer }
  | { readonly outcome: 'need_flow' }
  | { readonly outcome: 'key_reused'; readonly runId: string }
  | { readonly outcome: 'in_progress'; readonly runId: string }
  /** `full`: too many runs of the group wait */
  | { readonly outcome: 'wrong_home' | 'overloaded' | 'restarting' | 'full' };

/** Where a run stands, and what a caller of its endpoint gets: `outputs`, `response` and `error` are JSON. */
export interface RunAnswer {
  readonly status: RunStatus;
  readonly outputs?: string;
  readonly response?: string;
  readonly error?: string;
  /** when it had an answer, by its end or an early `respond`: a repeated request gets what the first one got */
  readonly answeredAt?: number;
}

export type ClaimReply =
  /** this run is the key's; `confirmed` when its lane is known to have it */
  | { readonly outcome: 'claimed' | 'known'; readonly runId: string; readonly confirmed: boolean }
  | { readonly outcome: 'key_reused'; readonly runId: string }
  | { readonly outcome: 'wrong_home' | 'restarting' };

export type ControlReply =
  | { readonly outcome: 'done'; readonly status: RunStatus }
  | { readonly outcome: 'not_found' | 'restarting' | 'need_flow' }
  | { readonly outcome: 'already_final'; readonly status: RunStatus }
  | { readonly outcome: 'conflict'; readonly message: string };

/** JSON of `RunDetail`, and of the `StepRecord`s from `from` on. */
export interface RunView {
  readonly found: boolean;
  readonly detail?: string;
  readonly steps?: string;
  readonly totalSteps?: number;
}

/** JSON of entries, numbered from `first`; `next` is what to ask for next, `ended` that no more will come. */
export interface EntriesView {
  readonly found: boolean;
  readonly entries: readonly { readonly number: number; readonly json: string }[];
  readonly next: number;
  readonly ended: boolean;
}

/** How a run stands that another one has called; `end` is JSON of `ChildEnd`. */
export type ChildStand =
  { readonly kind: 'running' | 'unknown' | 'unavailable' } | { readonly kind: 'ended'; readonly end: string };

/** The end of a called run, for the one that called it: which step, and JSON of `ChildEnd`. */
export interface ToldEnd {
  readonly run: string;
  readonly parent: string;
  readonly path: string;
  readonly end: string;
}

/** Whether a failure is told, and how many of its flow were not since the last one. */
export type AdmittedFailure =
  { readonly isAdmitted: true; readonly held: number } | { readonly isAdmitted: false };

export interface LaneRpc {
  start(header: LaneHeader, request: StartRequest): Promise<StartReply>;
  /**
   * Starts each as `start` would, in one commit where that can be; replies stand in the order of the requests.
   * `definitions`: JSON of flows by `name@version`, each once.
   */
  startMany(
    header: LaneHeader,
    requests: readonly StartRequest[],
    definitions: Readonly<Record<string, string>>,
  ): Promise<readonly StartReply[]>;
  /** Waits up to `waitMs` for the answer of a run. */
  answer(header: LaneHeader, runId: string, waitMs: number): Promise<RunAnswer | null>;
  claim(header: LaneHeader, claim: KeyClaim, runId: string): Promise<ClaimReply>;
  /** Each as `claim` would, in one commit; replies stand in the order of the claims. */
  claimMany(
    header: LaneHeader,
    claims: readonly { readonly claim: KeyClaim; readonly runId: string }[],
  ): Promise<readonly ClaimReply[]>;
  confirm(header: LaneHeader, hash: string): Promise<void>;
  confirmMany(header: LaneHeader, hashes: readonly string[]): Promise<void>;
  /** Counts a request against `requests` per `perMs`; 0 admits it, else ms to wait. */
  admit(header: LaneHeader, name: string, requests: number, perMs: number): Promise<number>;
  /** Counts a failure against those that are told an hour, once; `id` is run and attempt. At the home of the flow. */
  admitFailure(header: LaneHeader, flow: string, id: string): Promise<AdmittedFailure>;
  view(header: LaneHeader, runId: string, from: number, limit: number): Promise<RunView>;
  entries(header: LaneHeader, runId: string, after: number, limit: number): Promise<EntriesView>;
  cancel(header: LaneHeader, runId: string, by: string): Promise<ControlReply>;
  /** With a version and its definition the run goes on in that one. */
  retry(
    header: LaneHeader,
    runId: string,
    by: string,
    version: number | null,
    definition: string | null,
  ): Promise<ControlReply>;
  /** How called runs stand, in the order of the ids. */
  askChildren(header: LaneHeader, runs: readonly string[]): Promise<readonly ChildStand[]>;
  /** Cancels called runs, and what they have called. One that is not there yet will never start. */
  cancelChildren(header: LaneHeader, runs: readonly string[], by: string): Promise<readonly ChildStand[]>;
  /** T5: how called runs ended. Those named in the reply need not be told again: the one that called has them on disk. */
  childrenEnded(header: LaneHeader, ends: readonly ToldEnd[]): Promise<readonly string[]>;
  /** A person's word on a step in doubt: it happened (with its output as JSON), may be repeated, or failed. */
  settle(
    header: LaneHeader,
    runId: string,
    path: string,
    by: string,
    word: 'happened' | 'repeat' | 'fail',
    output: string | null,
  ): Promise<ControlReply>;
  /** From the minute tick: repairs a missing or past alarm, and tells of a newer build. */
  nudge(header: LaneHeader): Promise<void>;
}
