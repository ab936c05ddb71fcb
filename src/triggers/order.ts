/** What a door orders, and what it gets. */
import type { Flow } from '../domain/flow.ts';
import type { RunAnswer } from '../domain/lane.ts';
import type { Refusal } from '../domain/problem.ts';
import type { Start } from '../domain/run.ts';

export interface OrderKey {
  /** what the key counts in: door, flow and client */
  readonly scope: string;
  readonly key: string;
  /** what was sent with it; the same key with another body is refused */
  readonly body: string;
  /** when this start was first tried, where it was redelivered since */
  readonly firstAt?: number;
}

export interface RunOrder {
  readonly flow: Flow;
  /** 0 for a flow that was never saved */
  readonly version: number;
  readonly start: Start;
  readonly key?: OrderKey;
  /** how long the caller waits for the answer; 0 returns once the run is durable */
  readonly waitMs: number;
  /** where links to the run begin, `https://sluice.example.com` */
  readonly origin: string;
  readonly now: number;
}

/** `repeated`: the key had its run before this order; the answer is as far as that run has got. */
export type Started =
  | {
      readonly ok: true;
      readonly outcome: 'started' | 'repeated';
      readonly runId: string;
      readonly answer: RunAnswer;
    }
  | Refusal;
