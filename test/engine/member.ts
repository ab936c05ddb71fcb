/** One run of a family: what survives its death, and what it has in memory. */
import type { Flow } from '../../src/domain/flow.ts';
import type { Entry } from '../../src/domain/run.ts';
import { isFinal } from '../../src/domain/run.ts';
import type { Drive, Posted } from '../../src/engine/drive.ts';
import type { RunState } from '../../src/engine/state.ts';

export type Created = Extract<Entry, { type: 'created' }>;

export interface Member {
  readonly id: string;
  readonly flow: Flow;
  readonly created: Created;
  /** what survives its death, as do phase and until */
  readonly journal: Entry[];
  phase: 'active' | 'parked' | 'final';
  until: number | null;
  epoch: number;
  drive: Drive | undefined;
  state: RunState;
}

export const cancelledBy =
  (by: string): Posted =>
  ({ status, ending }, at) =>
    isFinal(status) || ending !== null ? null : { entry: { type: 'ending', at, status: 'cancelled', by } };

export const isInDoubt = ({ state, phase }: Member): boolean =>
  phase === 'parked' &&
  [...state.frames.values()].some(({ activity }) => activity?.kind === 'doubt' && activity.probeAt === null);
