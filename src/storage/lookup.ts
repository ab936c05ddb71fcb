/**
 * The doors' look-ups, kept in the isolate's memory: for a second, and for up to 15 minutes while D1 does not answer.
 * What is not there is remembered too, so that made-up names cost one query a second.
 */
import { StoreUnavailable, within } from './deadline.ts';

const FRESH_MS = 1_000;
const STALE_MS = 15 * 60_000;
const KEPT = 2_000;

interface Kept<T> {
  readonly value: T | undefined;
  readonly readAt: number;
  /** when D1 is asked again; until then, and while another caller asks, this answer serves */
  askAt: number;
}

export type Lookup<T> = (db: D1Database, key: string, now: number) => Promise<T | undefined>;

/**
 * Makes a cached look-up of `load`. It throws {@link StoreUnavailable} when D1 does not answer and nothing that is
 * younger than 15 minutes is known.
 */
export const makeLookup = <T>(load: (db: D1Database, key: string) => Promise<T | undefined>): Lookup<T> => {
  // One memory for each database: in tests there are several in an isolate.
  const memories = new WeakMap<D1Database, Map<string, Kept<T>>>();
  const memoryOf = (db: D1Database): Map<string, Kept<T>> => {
    const memory = memories.get(db) ?? new Map<string, Kept<T>>();
    memories.set(db, memory);
    return memory;
  };

  return async (db, key, now) => {
    const memory = memoryOf(db);
    const known = memory.get(key);
    if (known && now < known.askAt) return known.value;
    // Only one caller waits for D1: the others go on with what is known, and while it is silent so do all for a second.
    if (known) known.askAt = now + FRESH_MS;
    try {
      const value = await within(load(db, key));
      remember(memory, key, { value, readAt: now, askAt: now + FRESH_MS });
      return value;
    } catch (error) {
      if (known && error instanceof StoreUnavailable && now - known.readAt < STALE_MS) return known.value;
      throw error;
    }
  };
};

const remember = <T>(memory: Map<string, Kept<T>>, key: string, kept: Kept<T>): void => {
  // Deleted first, so that a map's order is the order of reading and the oldest goes.
  memory.delete(key);
  memory.set(key, kept);
  const oldest = memory.size > KEPT ? memory.keys().next().value : undefined;
  if (oldest !== undefined) memory.delete(oldest);
};
