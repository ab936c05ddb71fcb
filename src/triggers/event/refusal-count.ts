/**
 * Counts posts that were turned away, in the isolate's memory: a flood of them costs one write a minute and source. The
 * first one is written at once, so that whoever sets up a sender sees why it is refused; what an isolate has counted
 * since it last wrote is lost with it.
 */
import { addRefusals, type CountedRefusal, HOUR_MS } from '../../storage/refusals.ts';

const FLUSH_MS = 60_000;
const LONGEST_SAMPLE = 500;

export interface RefusedPost {
  readonly source: string;
  readonly reason: string;
  /** what was wrong, for people who look into it */
  readonly message: string;
  readonly now: number;
}

interface Counting {
  flushedAt: number;
  /** by hour and reason */
  readonly lines: Map<string, CountedRefusal>;
}

/** One memory for each database: in tests there are several in an isolate. */
const memories = new WeakMap<D1Database, Map<string, Counting>>();

const countingOf = (db: D1Database, source: string): Counting => {
  const memory = memories.get(db) ?? new Map<string, Counting>();
  memories.set(db, memory);
  const counting = memory.get(source) ?? { flushedAt: -Infinity, lines: new Map() };
  memory.set(source, counting);
  return counting;
};

const add = (counting: Counting, line: CountedRefusal): void => {
  const key = `${line.hour} ${line.reason}`;
  const before = counting.lines.get(key)?.count ?? 0;
  counting.lines.set(key, { ...line, count: before + line.count });
};

const flush = async (db: D1Database, counting: Counting): Promise<void> => {
  const lines = [...counting.lines.values()];
  counting.lines.clear();
  try {
    await addRefusals(db, lines);
  } catch (error) {
    for (const line of lines) add(counting, line);
    console.error(
      `Refusals of "${lines[0]?.source}" could not be counted; they are kept for the next minute`,
      error,
    );
  }
};

/** Writes what was counted, when it is time to; undefined when there is nothing to do. */
export const flushRefusals = (db: D1Database, source: string, now: number): Promise<void> | undefined => {
  const counting = memories.get(db)?.get(source);
  if (counting === undefined || counting.lines.size === 0) return undefined;
  if (now - counting.flushedAt < FLUSH_MS) return undefined;
  counting.flushedAt = now;
  return flush(db, counting);
};

/** Counts one, and writes when it is time to; undefined when nothing is written. Never throws. */
export const countRefusal = (db: D1Database, refused: RefusedPost): Promise<void> | undefined => {
  const { source, reason, message, now } = refused;
  const hour = now - (now % HOUR_MS);
  const sample = message.slice(0, LONGEST_SAMPLE);
  add(countingOf(db, source), { source, hour, reason, count: 1, sample });
  return flushRefusals(db, source, now);
};
