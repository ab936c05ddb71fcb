/**
 * Deaths at exact moments. A lane freezes right after a commit, or inside a call outside: no timer goes off, nothing
 * is committed and nothing leaves any more. Then its object is reset, and a new one finds what the old one had on disk.
 */
import { vi } from 'vitest';
import { callee, type Call } from './outside.ts';

/** Which commit, or which call, is the last one of a life; both count from 1 over all lives. */
export type Fate = { readonly commit: number } | { readonly call: number } | 'to live';

const realTimeout = globalThis.setTimeout;
const never = (): Promise<never> => new Promise(() => undefined);

const unwatched: (storage: DurableObjectStorage) => Promise<void> = async () => undefined;

export const mortality = {
  isDead: false,
  commits: 0,
  fate: 'to live' as Fate,
  resurrect: (): void => {
    mortality.isDead = false;
  },
  /** What a lane wrote before it died is on disk after this. */
  flush: unwatched,
};

type Storage = Pick<DurableObjectStorage, 'transactionSync' | 'sync'>;

/** To be called inside an object, once in a test file: all lanes have the same kind of storage. */
export const watchCommits = (storage: DurableObjectStorage): void => {
  const kind: Storage = Object.getPrototypeOf(storage);
  const { transactionSync, sync } = kind;
  mortality.flush = (of) => sync.call(of);
  kind.sync = async function (this: DurableObjectStorage): Promise<void> {
    await sync.call(this);
    if (mortality.isDead) await never();
  };
  kind.transactionSync = function <T>(this: DurableObjectStorage, closure: () => T): T {
    // The platform's own function, with the type it has on every storage.
    const result = transactionSync.call(this, closure) as T;
    mortality.commits += 1;
    const { fate } = mortality;
    if (fate !== 'to live' && 'commit' in fate && fate.commit === mortality.commits) mortality.isDead = true;
    return result;
  };
};

/** A new world for a lane of this fate. @param happen what a call does there, and how it is answered */
export const beginLife = (fate: Fate, happen: (call: Call) => Response): void => {
  Object.assign(mortality, { isDead: false, commits: 0, fate });
  callee.calls = [];
  callee.answer = async (call) => {
    if (mortality.isDead) {
      callee.calls.pop();
      return never();
    }
    const response = happen(call);
    mortality.isDead = fate !== 'to live' && 'call' in fate && fate.call === callee.calls.length;
    return mortality.isDead ? never() : response;
  };
  vi.stubGlobal('setTimeout', (callback: () => void, ms?: number) =>
    realTimeout(() => {
      if (!mortality.isDead) callback();
    }, ms),
  );
};

/** For the test itself, which outlives the lanes. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => realTimeout(resolve, ms));
