/** What the engine needs of the world. The lane provides it; tests provide it from plain memory. */
import type { ActionContext, Cards } from '../domain/card.ts';
import type { Connection } from '../domain/connection.ts';
import type { Entry } from '../domain/run.ts';

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
  readonly fetch: ActionContext['fetch'];
  readonly network: ActionContext['network'];
}

/** The run has nothing to do before this time; null: until a person says something. */
export interface Rest {
  readonly until: number | null;
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
  /** Lets other runs of the lane have their turn. */
  readonly turn: () => Promise<void>;
}

/** Pure steps in a row before other runs have their turn. Counted, not timed: the edge's clock stands still. */
export const STEPS_A_TURN = 500;
/** A probe looks no earlier than this after the attempt's time limit: the request may still land. */
export const PROBE_GRACE_MS = 30_000;
/** Longest part of an input that the journal keeps, in bytes. */
export const INPUT_BYTES = 64_000;
/** How long a run waits when our own infrastructure does not answer. */
export const UNAVAILABLE_MS = 5_000;
/** Longest time a drive waits for what is in flight before it looks again: longer timers fire at once. */
export const LONGEST_PAUSE_MS = 3_600_000;
