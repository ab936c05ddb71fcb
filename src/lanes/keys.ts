/**
 * Idempotency keys at their home (T1): which run a key stands for. A key row lives as long as anything can redeliver,
 * and never changes but to be confirmed.
 */
import type { KeyClaim } from '../domain/lane.ts';

export interface KeyRow {
  readonly run: string;
  readonly body: string;
  readonly confirmed: boolean;
}

export interface Keys {
  /** The run a key stands for, committed or about to be. */
  readonly find: (hash: string) => KeyRow | undefined;
  /** Takes the key for a run; `write` belongs into the commit. Call `forget` when that fails. */
  readonly take: (claim: KeyClaim, run: string, confirmed: boolean) => () => void;
  readonly settled: (hash: string) => void;
  readonly confirm: (hash: string) => void;
}

export const createKeys = (sql: SqlStorage): Keys => {
  /** Taken, and not yet committed: the group commit has not run. */
  const taken = new Map<string, KeyRow>();

  const find = (hash: string): KeyRow | undefined => {
    const pending = taken.get(hash);
    if (pending !== undefined) return pending;
    const row = sql
      .exec<{ run: string; body: string; confirmed: number }>(
        'SELECT run, body, confirmed FROM keys WHERE hash = ?',
        hash,
      )
      .toArray()[0];
    return row === undefined ? undefined : { run: row.run, body: row.body, confirmed: row.confirmed === 1 };
  };

  return {
    find,
    take: (claim, run, confirmed) => {
      taken.set(claim.hash, { run, body: claim.body, confirmed });
      return () => {
        sql.exec(
          'INSERT INTO keys VALUES (?, ?, ?, ?, ?)',
          claim.hash,
          run,
          claim.body,
          claim.firstAt,
          confirmed ? 1 : 0,
        );
      };
    },
    settled: (hash) => void taken.delete(hash),
    confirm: (hash) => {
      sql.exec('UPDATE keys SET confirmed = 1 WHERE hash = ? AND confirmed = 0', hash);
    },
  };
};
