/**
 * Callers that arrive together share one transaction, scheduled by the first and awaited by all: a flush of the disk
 * costs more than the writes. A group gathers while the one before it is on its way to the disk, so who comes alone
 * waits for nobody. One bad write rolls the group back; then each is repeated alone, so that E8 holds here too.
 */

/** Synchronous writes that belong together. */
export type Write = () => void;

interface Member {
  readonly write: Write;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

export interface GroupCommit {
  /** Resolves once the write is executed. What then leaves the object waits at its output gate until it is on disk. */
  readonly join: (write: Write) => Promise<void>;
}

interface Storage {
  readonly transactionSync: <T>(closure: () => T) => T;
  /** resolves once everything that was written is on disk */
  readonly sync: () => Promise<void>;
}

/** @param after runs in the same turn as the commit, so that an alarm set there is part of it (E7) */
export const createGroupCommit = (storage: Storage, after: () => void): GroupCommit => {
  let group: Member[] = [];

  const commit = (members: readonly Member[]): void => {
    try {
      storage.transactionSync(() => {
        for (const member of members) member.write();
      });
    } catch (error) {
      if (members.length === 1) members[0]?.reject(error);
      else for (const member of members) commit([member]);
      return;
    }
    after();
    for (const member of members) member.resolve();
  };

  const commitGroup = async (): Promise<void> => {
    // Not a timer: workerd's shortest is a millisecond, at every step of a run. A flush that fails has broken the
    // object, and with it the transaction below.
    await storage.sync().catch(() => undefined);
    const members = group;
    group = [];
    try {
      commit(members);
    } catch (error) {
      for (const member of members) member.reject(error);
    }
  };

  return {
    join: (write) =>
      new Promise((resolve, reject) => {
        group.push({ write, resolve, reject });
        if (group.length === 1) void commitGroup();
      }),
  };
};
