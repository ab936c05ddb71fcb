/** What the engine needs of the world. The lane provides it; tests provide it from plain memory. */
import type { ActionContext, Cards } from '../domain/card.ts';
import type { Connection } from '../domain/connection.ts';
import type { Flow } from '../domain/flow.ts';
import type { ChildEnd, Entry } from '../domain/run.ts';

/** A flow that a step may call, in the version that it asked for: else why there is none. */
export type FoundHelper =
  | { readonly kind: 'found'; readonly flow: Flow; readonly version: number }
  | { readonly kind: 'missing' | 'disabled' };

export interface Ports {
  readonly cards: Cards;
  /** ms since the epoch */
  readonly now: () => number;
  /** uniform in [0, 1), of cryptographic quality: ids and passwords of flows come from it */
  readonly random: () => number;
  /** Calls back once after `ms`; the returned function calls it off. */
  readonly after: (ms: number, callback: () => void) => () => void;
  /** Decrypted; undefined when there is none of that name. Rejects with `Unavailable` when nobody can say. */
  readonly connection: (name: string) => Promise<Connection | undefined>;
  /** Decrypted values of the named secrets that exist. Rejects with `Unavailable` when nobody can say. */
  readonly secrets: (names: readonly string[]) => Promise<Readonly<Record<string, string>>>;
  /**
   * The flow of this name, whatever its trigger; archived ones are missing.
   * @param version null: that in force. Rejects with `Unavailable` when nobody can say.
   */
  readonly helper: (name: string, version: number | null) => Promise<FoundHelper>;
  readonly fetch: ActionContext['fetch'];
  readonly network: ActionContext['network'];
}

/** The run has nothing to do before this time; null: until a person says something. */
export interface Rest {
  readonly until: number | null;
}

/** A run to be started for a step of this one. */
export interface Child {
  readonly run: string;
  readonly flow: Flow;
  readonly version: number;
  /** its first entry */
  readonly created: Extract<Entry, { type: 'created' }>;
}

export type ChildReply =
  /** it is durable, and has not ended: its end will be told by `childEnded` */
  | { readonly kind: 'running' }
  | { readonly kind: 'ended'; readonly end: ChildEnd }
  /** no lane knows it */
  | { readonly kind: 'unknown' }
  /** nobody can say now, or has room for it: the drive tries again */
  | { readonly kind: 'unavailable' };

/** The runs that a run calls. Replies stand in the order of what was asked; nothing here rejects. */
export interface Children {
  /** An id for a run of this flow: it says in which lane it will live. */
  readonly mint: (flow: Flow, now: number) => Promise<string>;
  /** Starts each, once, by its id: one that is there is found. Called after the commit of `called` (E2). Never `unknown`. */
  readonly start: (children: readonly Child[]) => Promise<readonly ChildReply[]>;
  readonly ask: (runs: readonly string[]) => Promise<readonly ChildReply[]>;
  /** Cancels each and what it has called. One that is not there yet will never start: it has ended. Never `unknown`. */
  readonly cancel: (runs: readonly string[], by: string) => Promise<readonly ChildReply[]>;
}

/** Where the entries of one run go, and what limits its drive. */
export interface Host {
  /** Resolves once the entries are committed; rejects when they are not, and then none of them is. */
  readonly commit: (entries: readonly Entry[], rest?: Rest) => Promise<void>;
  /** E1: true once another drive has taken over; whatever this one still finds out is refused. */
  readonly isReplaced: () => boolean;
  /** A place for one outside call: `later` when all are taken (`wake` follows), `spent` when this invocation has none left. */
  readonly acquire: (wake: () => void) => 'taken' | 'later' | 'spent';
  readonly release: () => void;
  readonly children: Children;
  /**
   * Children of this run need not be asked after before this time: the `until` that it was parked with. 0 after a crash:
   * nobody knows whether they were started.
   */
  readonly quietUntil: number;
  /** Lets other runs of the lane have their turn. */
  readonly turn: () => Promise<void>;
}

/** Pure steps in a row before other runs have their turn. Counted, not timed: the edge's clock stands still. */
export const STEPS_A_TURN = 500;
/** A probe looks no earlier than this after the attempt's time limit: the request may still land. */
export const PROBE_GRACE_MS = 30_000;
/** A child unheard of is asked after for the first time after this, and then at twice the distance, up to the longest. */
export const FIRST_ASK_MS = 60_000;
export const LONGEST_ASK_MS = 3_600_000;
/** Longest part of an input that the journal keeps, in bytes. */
export const INPUT_BYTES = 64_000;
/** How long a run waits when our own infrastructure does not answer. */
export const UNAVAILABLE_MS = 5_000;
/** Longest time a drive waits for what is in flight before it looks again: longer timers fire at once. */
export const LONGEST_PAUSE_MS = 3_600_000;
