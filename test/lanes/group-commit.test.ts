import { describe, expect, it } from 'vitest';
import { createGroupCommit } from '../../src/lanes/group-commit.ts';

/** A table in memory whose transactions take back what was written when one of them throws. */
const storage = () => {
  const rows: string[] = [];
  let transactions = 0;
  return {
    rows,
    count: () => transactions,
    sync: async (): Promise<void> => undefined,
    transactionSync: <T>(closure: () => T): T => {
      const before = rows.length;
      transactions += 1;
      try {
        return closure();
      } catch (error) {
        rows.length = before;
        throw error;
      }
    },
  };
};

const fail = (): never => {
  throw new Error('a bad write');
};

describe('the group commit', () => {
  it('writes what arrives together in one transaction, in order', async () => {
    const table = storage();
    const { join } = createGroupCommit(table, () => undefined);

    await Promise.all(['a', 'b', 'c'].map((row) => join(() => table.rows.push(row))));

    expect(table.rows).toEqual(['a', 'b', 'c']);
    expect(table.count()).toBe(1);
  });

  it('E8: one bad write does not fail the others', async () => {
    const table = storage();
    const { join } = createGroupCommit(table, () => undefined);

    const ends = await Promise.allSettled([
      join(() => table.rows.push('a')),
      join(fail),
      join(() => table.rows.push('c')),
    ]);

    expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(table.rows).toEqual(['a', 'c']);
  });

  it('sets the alarm in the turn of the commit, before anyone is told', async () => {
    const seen: string[] = [];
    const table = storage();
    const { join } = createGroupCommit(table, () => seen.push('alarm'));

    await join(() => seen.push('write')).then(() => seen.push('told'));

    expect(seen).toEqual(['write', 'alarm', 'told']);
  });

  it('takes what arrives while it commits into the next group', async () => {
    const table = storage();
    const { join } = createGroupCommit(table, () => undefined);
    let later: Promise<void> | undefined;

    await join(() => {
      later = join(() => table.rows.push('later'));
      table.rows.push('first');
    });
    await later;

    expect(table.rows).toEqual(['first', 'later']);
    expect(table.count()).toBe(2);
  });

  it('gathers while the last commit is on its way to the disk', async () => {
    const table = storage();
    let flushed = (): void => undefined;
    const flush = new Promise<void>((resolve) => (flushed = resolve));
    const { join } = createGroupCommit({ ...table, sync: () => flush }, () => undefined);

    const early = join(() => table.rows.push('early'));
    await Promise.resolve();
    const late = join(() => table.rows.push('late'));
    expect(table.rows).toEqual([]);
    flushed();
    await Promise.all([early, late]);

    expect(table.rows).toEqual(['early', 'late']);
    expect(table.count()).toBe(1);
  });

  it('commits after a flush that failed only what the storage still takes', async () => {
    const table = storage();
    const broken = { sync: () => Promise.reject(new Error('the disk is gone')), transactionSync: fail };
    const { join } = createGroupCommit({ ...table, ...broken }, () => undefined);

    await expect(join(() => table.rows.push('a'))).rejects.toThrow('a bad write');
  });

  it('does not write again when what follows the commit throws', async () => {
    const table = storage();
    const { join } = createGroupCommit(table, fail);

    await expect(join(() => table.rows.push('a'))).rejects.toThrow('a bad write');

    expect(table.rows).toEqual(['a']);
  });
});
