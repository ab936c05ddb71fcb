/** D1 can fall silent for a minute without an error: every call on it gets a deadline of its own. */

/** Thrown when D1 did not answer in time or at all. `app.onError` makes a 503 of it; it is never a step's failure. */
export class StoreUnavailable extends Error {
  constructor(cause: unknown) {
    super(`The database does not answer: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = 'StoreUnavailable';
  }
}

export const STORE_DEADLINE_MS = 2_000;

/** Whether SQLite itself said no, and not a database that cannot be reached. drizzle hides the answer as the cause. */
export const isRefused = (error: unknown): boolean =>
  error instanceof Error &&
  (/SQLITE_(CONSTRAINT|ERROR|TOOBIG|MISMATCH|RANGE)/.test(error.message) || isRefused(error.cause));

/** Whether the database refused a row because another one has its key. */
export const isTaken = (error: unknown): boolean =>
  error instanceof Error && (/SQLITE_CONSTRAINT/.test(error.message) || isTaken(error.cause));

/**
 * Passes the result on, or throws {@link StoreUnavailable} after `ms`; the call itself goes on, its result unheard.
 * What SQLite answered, constraint errors above all, is thrown as it is.
 */
export const within = async <T>(call: PromiseLike<T>, ms: number = STORE_DEADLINE_MS): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([call, silence]);
  } catch (error) {
    if (isRefused(error)) throw error;
    throw new StoreUnavailable(error);
  } finally {
    clearTimeout(timer);
  }
};
