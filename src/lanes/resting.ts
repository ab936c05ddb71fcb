/**
 * Runs that wait for what they have called, kept in memory for a while: their children's ends come one after the other,
 * and each would have to fold the whole journal anew. Only a cache: whoever is not here is read from the journal.
 */
import type { RunState } from '../engine/state.ts';
import type { Live } from './lane.ts';
import type { RunRow } from './tables.ts';

const KEPT = 50;
const KEPT_BYTES = 8_000_000;

export interface Resting {
  /** What the drive of a run that parked has left in memory. */
  readonly put: (live: Live) => void;
  /** The state of a run as of its row, for whoever drives it next; nobody else may have it. */
  readonly take: (row: RunRow) => RunState | undefined;
}

export const createResting = (): Resting => {
  const kept = new Map<string, RunState>();
  let bytes = 0;

  const remove = (id: string): RunState | undefined => {
    const state = kept.get(id);
    if (state === undefined) return undefined;
    kept.delete(id);
    bytes -= state.bytes;
    return state;
  };

  return {
    put: ({ id, state }) => {
      remove(id);
      if (state.children === 0 || state.bytes > KEPT_BYTES) return;
      kept.set(id, state);
      bytes += state.bytes;
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT && bytes <= KEPT_BYTES) return;
        remove(oldest);
      }
    },
    take: (row) => {
      const state = remove(row.id);
      return state?.entries === row.revision ? state : undefined;
    },
  };
};
