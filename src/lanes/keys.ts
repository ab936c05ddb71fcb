/**
 * Idempotency keys at their home (T1): which run a key stands for. A key row lives as long as anything can redeliver,
 * and never changes but to be confirmed.
 */
import type { ClaimReply, KeyClaim } from '../domain/lane.ts';
import type { GroupCommit, Write } from './group-commit.ts';

export interface KeyRow {
  readonly run: string;
  readonly body: string;
  readonly confirmed: boolean;
}

export interface Keys {
  /** The run a committed key stands for. */
  readonly find: (hash: string) => KeyRow | undefined;
  /**
   * Resolves when the commit that takes the key is over; undefined when there is none: only then `find` tells all, for
   * as long as nothing is awaited.
   */
  readonly underWay: (hash: string) => Promise<void> | undefined;
  /** Takes the key for a run; `write` belongs into the commit, `over` has to be called after it, come what may. */
  readonly take: (claim: KeyClaim, run: string, confirmed: boolean) => Taking;
  readonly confirm: (hash: string) => void;
}

export interface Taking {
  readonly write: Write;
  readonly over: () => void;
}

export const createKeys = (sql: SqlStorage): Keys => {
  const taken = new Map<string, Promise<void>>();
  return {
    find: (hash) => {
      const row = sql
        .exec<{ run: string; body: string; confirmed: number }>(
          'SELECT run, body, confirmed FROM keys WHERE hash = ?',
          hash,
        )
        .toArray()[0];
      return row && { run: row.run, body: row.body, confirmed: row.confirmed === 1 };
    },
    underWay: (hash) => taken.get(hash),
    take: ({ hash, body, firstAt }, run, confirmed) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      taken.set(hash, promise);
      return {
        write: () => {
          sql.exec('INSERT INTO keys VALUES (?, ?, ?, ?, ?)', hash, run, body, firstAt, confirmed ? 1 : 0);
        },
        over: () => {
          taken.delete(hash);
          resolve();
        },
      };
    },
    confirm: (hash) => {
      sql.exec('UPDATE keys SET confirmed = 1 WHERE hash = ? AND confirmed = 0', hash);
    },
  };
};

/** Takes a key for a run that lives elsewhere, or says which run has it. */
export const claimKey = async (
  lane: { readonly keys: Keys; readonly commits: GroupCommit },
  claim: KeyClaim,
  runId: string,
): Promise<ClaimReply> => {
  const { keys, commits } = lane;
  for (let other = keys.underWay(claim.hash); other !== undefined; other = keys.underWay(claim.hash)) {
    await other;
  }
  const known = keys.find(claim.hash);
  if (known !== undefined) {
    if (known.body !== claim.body) return { outcome: 'key_reused', runId: known.run };
    return { outcome: 'known', runId: known.run, confirmed: known.confirmed };
  }
  const taking = keys.take(claim, runId, false);
  try {
    await commits.join(taking.write);
    return { outcome: 'claimed', runId, confirmed: false };
  } catch (error) {
    console.error('An idempotency key could not be claimed:', error);
    return { outcome: 'restarting' };
  } finally {
    taking.over();
  }
};
