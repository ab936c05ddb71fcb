import { beforeEach, describe, expect, it } from 'vitest';
import { StoreUnavailable, within } from '../../src/storage/deadline.ts';
import { makeLookup } from '../../src/storage/lookup.ts';

const MINUTE = 60_000;

/** Stands for a database: only its identity counts. */
const aDb = (): D1Database => ({}) as D1Database;

/** A store that counts its questions and may fall silent. */
const aStore = () => {
  const store = { asked: 0, isSilent: false, value: 'one' as string | undefined };
  const lookup = makeLookup<string>(async () => {
    store.asked += 1;
    if (store.isSilent) throw new Error('D1_ERROR: Network connection lost.');
    return store.value;
  });
  return { store, lookup };
};

describe('a cached look-up', () => {
  let db: D1Database;
  beforeEach(() => {
    db = aDb();
  });

  it('asks once a second', async () => {
    const { store, lookup } = aStore();

    for (const now of [0, 400, 999]) expect(await lookup(db, 'a', now)).toBe('one');
    expect(store.asked).toBe(1);

    store.value = 'two';
    expect(await lookup(db, 'a', 1_000)).toBe('two');
  });

  it('remembers for as long what is not there', async () => {
    const { store, lookup } = aStore();
    store.value = undefined;

    await lookup(db, 'a', 0);
    await lookup(db, 'a', 500);

    expect(store.asked).toBe(1);
  });

  it('serves what it knows for 15 minutes while the store is silent, and asks once a second', async () => {
    const { store, lookup } = aStore();
    await lookup(db, 'a', 0);
    store.isSilent = true;

    expect(await lookup(db, 'a', 2_000)).toBe('one');
    expect(await lookup(db, 'a', 2_500)).toBe('one');
    expect(await lookup(db, 'a', 15 * MINUTE - 1)).toBe('one');
    expect(store.asked).toBe(3);
  });

  it('gives up after 15 minutes', async () => {
    const { store, lookup } = aStore();
    await lookup(db, 'a', 0);
    store.isSilent = true;

    await expect(lookup(db, 'a', 15 * MINUTE)).rejects.toThrow(StoreUnavailable);
  });

  it('says that the store is silent where it knows nothing', async () => {
    const { store, lookup } = aStore();
    store.isSilent = true;

    await expect(lookup(db, 'a', 0)).rejects.toThrow(StoreUnavailable);
  });

  it('lets one caller wait for a slow store, the others go on', async () => {
    let answer: (value: string) => void = () => undefined;
    let asked = 0;
    const lookup = makeLookup<string>(() => {
      asked += 1;
      return asked === 1 ? Promise.resolve('one') : new Promise((resolve) => (answer = resolve));
    });
    await lookup(db, 'a', 0);

    const waiting = lookup(db, 'a', 1_500);
    expect(await lookup(db, 'a', 1_600)).toBe('one');
    answer('two');

    expect(await waiting).toBe('two');
  });

  it('keeps databases apart', async () => {
    const { store, lookup } = aStore();
    await lookup(db, 'a', 0);

    await lookup(aDb(), 'a', 0);

    expect(store.asked).toBe(2);
  });
});

describe('a deadline', () => {
  it('ends the waiting for a silent database', async () => {
    await expect(within(new Promise(() => undefined), 5)).rejects.toThrow('no answer within 5 ms');
  });

  it('passes on what SQLite refused', async () => {
    const refused = new Error('D1_ERROR: UNIQUE constraint failed: SQLITE_CONSTRAINT');

    await expect(within(Promise.reject(refused))).rejects.toBe(refused);
  });
});
