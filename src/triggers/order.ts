/** What a door orders, and what it gets. */
import type { Flow } from '../domain/flow.ts';
import type { RunAnswer } from '../domain/lane.ts';
import type { Refusal } from '../domain/problem.ts';
import type { Ancestor, Start } from '../domain/run.ts';

export interface OrderKey {
  /** what the key counts in: door, flow and client */
  readonly scope: string;
  readonly key: string;
  /** what was sent with it; the same key with another body is refused */
  readonly body: string;
  /** when this start was first tried, where it was redelivered since */
  readonly firstAt?: number;
}

/** Runs of one group go one at a time; their lane, the home of the group, is their judge. */
export interface RunGroup {
  /** whatever tells the group from all others; it is hashed */
  readonly name: string;
  /**
   * While another one is under way: wait for its end, start no run, or cancel it and those that wait. Runs that wait
   * are real ones, `queued`; of those the earliest by `at` goes first.
   */
  readonly policy: 'queue' | 'skip' | 'cancel-previous';
  /** Events gather in one run, which begins once no other has come for so long; at most 100. */
  readonly settleMs?: number;
  /** ms: when it happened, or was due */
  readonly at: number;
}

export interface RunOrder {
  readonly flow: Flow;
  /** 0 for a flow that was never saved */
  readonly version: number;
  readonly start: Start;
  readonly chain?: readonly Ancestor[];
  readonly key?: OrderKey;
  /** `settings.lane: own` counts for nothing then: a group's runs live together */
  readonly group?: RunGroup;
  /** how long the caller waits for the answer; 0 returns once the run is durable */
  readonly waitMs: number;
  /** where links to the run begin, `https://sluice.example.com` */
  readonly origin: string;
  readonly now: number;
}

/**
 * `repeated`: the key had its run before this order; the answer is as far as that run has got. `joined`: the event went
 * to a run of its group that has not begun yet. `skipped`: nothing was started, as that run of the group is under way.
 */
export type Started =
  | {
      readonly ok: true;
      readonly outcome: 'started' | 'repeated' | 'joined' | 'skipped';
      readonly runId: string;
      readonly answer: RunAnswer;
    }
  | Refusal;
