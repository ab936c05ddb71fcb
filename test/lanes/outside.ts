/** The outside world of the lane tests: a clock that is moved, a callee that remembers, a history that can fail. */
import { env } from 'cloudflare:workers';
import { vi } from 'vitest';

/** Far ahead of the real clock, so that no alarm goes off by itself: it does when a test says so. */
export const NOON = Date.UTC(2030, 5, 3, 12);

export const clock = {
  now: NOON,
  move: (ms: number): void => {
    clock.now += ms;
  },
};

export interface Call {
  readonly method: string;
  /** path and query */
  readonly path: string;
  readonly key: string | null;
  /** how many calls with this key there were, this one included */
  readonly number: number;
}

const well: (call: Call) => Promise<Response> = async () => Response.json({ ok: true });

export const callee = {
  calls: [] as Call[],
  /** What it answers; it runs inside the lane, as all that is sent from there. */
  answer: well,
  /** How often each path was called. */
  counts: (): Record<string, number> => {
    const counts: Record<string, number> = {};
    for (const { path } of callee.calls) counts[path] = (counts[path] ?? 0) + 1;
    return counts;
  },
};

/** The platform's own, whatever a test does to the database. */
const prepare = env.DB.prepare.bind(env.DB);

const receive = async (request: Request): Promise<Response> => {
  // A real request of the object waits at its output gate until what it rests on is on disk; so does this one.
  await prepare('SELECT 1').first();
  const { pathname, search } = new URL(request.url);
  const key = request.headers.get('Idempotency-Key');
  const number = callee.calls.filter((call) => call.path === pathname + search).length + 1;
  const call = { method: request.method, path: pathname + search, key, number };
  callee.calls.push(call);
  return callee.answer(call);
};

export const UP = 'https://callee.example';

/** To be called before each test. */
export const resetOutside = (): void => {
  vi.restoreAllMocks();
  clock.now = NOON;
  callee.calls = [];
  callee.answer = well;
  vi.spyOn(Date, 'now').mockImplementation(() => clock.now);
  vi.stubGlobal('fetch', receive);
};

/** The database stops answering; gives what brings it back. */
export const failHistory = (): (() => void) => {
  const down = async () => {
    throw new Error('D1_ERROR: Network connection lost.');
  };
  const broken = { bind: () => ({ run: down, first: down, all: down }) };
  // The few members that the copy uses.
  const spy = vi.spyOn(env.DB, 'prepare').mockReturnValue(broken as unknown as D1PreparedStatement);
  vi.spyOn(console, 'warn').mockReturnValue(undefined);
  return () => spy.mockRestore();
};

/** Polls what happens by itself (a copy, an effect): at most three seconds of real time, and no ms more than it takes. */
export const until = async <T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
): Promise<T> => {
  for (let tries = 0; tries < 600; tries += 1) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`it did not happen: ${look.toString()}`);
};

/** A gate that calls wait at, inside the callee. They look at it: a promise of one request is not awaited in another. */
export const gate = () => {
  const state = { isOpen: false };
  return {
    open: (): void => {
      state.isOpen = true;
    },
    pass: async (): Promise<void> => {
      while (!state.isOpen) await new Promise((resolve) => setTimeout(resolve, 2));
    },
  };
};
