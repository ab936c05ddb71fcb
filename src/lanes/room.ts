/** How much a lane takes on at once: lanes share the 128 MB of an isolate, and an object's storage ends at 10 GB. */
import type { Lane } from './lane.ts';

const FULL_BYTES = 5_000_000_000;
const MOST_LIVE = 2_000;
const MOST_LOADED_BYTES = 40_000_000;

const loadedBytes = (lane: Lane): number => {
  let bytes = 0;
  for (const live of lane.live.values()) bytes += live.state.bytes;
  return bytes;
};

/** Whether no other run may be driven now. */
export const isFull = (lane: Lane): boolean =>
  lane.live.size >= MOST_LIVE || loadedBytes(lane) > MOST_LOADED_BYTES;

/** Whether a new run belongs elsewhere. */
export const isOverloaded = (lane: Lane): boolean => isFull(lane) || lane.sql.databaseSize > FULL_BYTES;
