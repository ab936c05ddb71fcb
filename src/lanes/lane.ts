/** What the parts of a lane share: its storage, the runs that are being driven, and who waits for an answer. */
import type { FailedRun } from '../domain/failed-run.ts';
import type { Drive } from '../engine/drive.ts';
import type { Children, Ports } from '../engine/ports.ts';
import type { RunState } from '../engine/state.ts';
import type { Alarm } from './alarm.ts';
import type { Copies } from './copy.ts';
import type { Failures } from './failures.ts';
import type { Fleet } from './fleet.ts';
import type { Flows } from './flows.ts';
import type { GroupCommit } from './group-commit.ts';
import type { Groups } from './groups.ts';
import type { Invocation } from './invocation.ts';
import type { Keys } from './keys.ts';
import type { Parents } from './parents.ts';
import type { Resting } from './resting.ts';
import type { RunRow } from './tables.ts';
import type { Waiters } from './waiters.ts';

/** A run that is being driven. */
export interface Live {
  readonly id: string;
  readonly state: RunState;
  readonly drive: Drive;
  /** how many of its entries are committed */
  recorded: number;
  /** as it was last committed */
  row: RunRow;
  /** E1: set when this drive has been given up */
  isReplaced: boolean;
  /** waits for its turn to call outside: that may take long, and is no sign that it is stuck */
  isQueued: boolean;
  /** what its drive may still do outside */
  readonly invocation: Invocation;
  readonly begunAt: number;
  /** when it last got on; a drive that does not is replaced */
  aliveAt: number;
  /** when the history is to see it while it is under way */
  copyAt: number;
  readonly ended: Promise<void>;
  /** called after the next commit, with false when there will be none */
  /** T5: ended runs that it has heard of since its last commit */
  readonly heard: Set<string>;
  /** another run waits for its first commit: it need not be told of an end that comes with it */
  hasStarter: boolean;
  readonly afterCommit: ((isCommitted: boolean) => void)[];
}

/** Resolves after the next commit of a run, with false when there will be none. */
export const nextCommit = (live: Live): Promise<boolean> =>
  new Promise((resolve) => live.afterCommit.push(resolve));

/** What a lane needs of the world, besides what the engine does. */
export interface LanePorts extends Ports {
  /** Has a helper told of a failed run; false: to be tried again. */
  readonly reportFailure: (failure: FailedRun) => Promise<boolean>;
}

export interface Lane {
  readonly storage: DurableObjectStorage;
  readonly sql: SqlStorage;
  readonly db: D1Database;
  readonly ports: LanePorts;
  /** the helper that is told of failed runs whose flow names none */
  readonly onFailure: string | undefined;
  readonly commits: GroupCommit;
  readonly alarm: Alarm;
  readonly keys: Keys;
  readonly groups: Groups;
  /** the other lanes */
  readonly fleet: Fleet;
  readonly childrenOf: (live: () => Live) => Children;
  readonly parents: Parents;
  readonly failures: Failures;
  readonly flows: Flows;
  readonly live: Map<string, Live>;
  readonly resting: Resting;
  readonly waiters: Waiters;
  readonly copies: Copies;
  /** A newer build takes over soon: what is in flight may end, and nothing reaches outside any more. */
  isClosing: boolean;
}
