/** Named secrets, `secrets.<name>` of flows: sealed, written and removed, and never shown again. */
import { asc, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import * as z from 'zod';
import { StepError } from '../domain/errors.ts';
import { FIELD_NAME } from '../domain/flow.ts';
import { refuse, type Refusal } from '../domain/problem.ts';
import { within } from './deadline.ts';
import { makeLookup } from './lookup.ts';
import { secrets } from './schema.ts';
import { seal, SealError, type SealingKeys, unseal } from './seal.ts';
import type { Put, Write } from './write.ts';

type Row = typeof secrets.$inferSelect;
export type SecretSummary = Omit<Row, 'sealed'>;

/** A key of 16,384 bits in PEM has some 13,000 characters. */
export const SECRET_LENGTH = 20_000;

const placeOf = (name: string) => ({ table: 'secrets', name });

const summary = {
  name: secrets.name,
  createdAt: secrets.createdAt,
  updatedAt: secrets.updatedAt,
  by: secrets.by,
};

const find = async (db: D1Database, name: string): Promise<Row | undefined> =>
  drizzle(db).select().from(secrets).where(eq(secrets.name, name)).get();

const lookup = makeLookup(find);

/** All of them, by name, without their values. */
export const listSecrets = (db: D1Database): Promise<SecretSummary[]> =>
  within(drizzle(db).select(summary).from(secrets).orderBy(asc(secrets.name)));

const valueOf = async (keys: SealingKeys, row: Row): Promise<string> => {
  try {
    return z.string().parse(await unseal(keys, placeOf(row.name), row.sealed));
  } catch (error) {
    if (error instanceof SealError) throw new StepError('unreadable_secret', error.message, { retry: 'no' });
    throw error;
  }
};

/**
 * The values of those that exist; up to 15 minutes old while D1 does not answer (then `StoreUnavailable`). Throws
 * `StepError` `unreadable_secret` when one does not open.
 */
export const getSecrets = async (
  db: D1Database,
  keys: SealingKeys,
  names: readonly string[],
  now = Date.now(),
): Promise<Record<string, string>> => {
  const rows = await Promise.all(names.map((name) => lookup(db, name, now)));
  const known = rows.filter((row) => row !== undefined);
  return Object.fromEntries(
    await Promise.all(known.map(async (row) => [row.name, await valueOf(keys, row)])),
  );
};

const refusalOf = (path: string, detail: string): Refusal =>
  refuse('invalid_input', detail, { errors: [{ path, code: `invalid_${path}`, message: detail }] });

/** Refuses a bad name, an empty or huge value, and everything while the installation has no key. */
export const putSecret = async (
  db: D1Database,
  keys: SealingKeys,
  { name, value }: { readonly name: string; readonly value: string },
  { by, now }: Write,
): Promise<Put | Refusal> => {
  if (!FIELD_NAME.test(name) || name.length > 100) {
    return refusalOf('name', 'A secret has a name of letters, digits and _, a letter first, 100 at most');
  }
  if (value === '') return refusalOf('value', 'A secret must not be empty');
  if (value.length > SECRET_LENGTH)
    return refusalOf('value', `A secret has at most ${SECRET_LENGTH} characters`);
  try {
    const changed = { sealed: await seal(keys, placeOf(name), value), updatedAt: now, by };
    const known = await within(find(db, name));
    const insert = drizzle(db)
      .insert(secrets)
      .values({ name, createdAt: now, ...changed });
    await within(insert.onConflictDoUpdate({ target: secrets.name, set: changed }));
    return { ok: true, outcome: known === undefined ? 'created' : 'replaced' };
  } catch (error) {
    if (error instanceof SealError) return refuse('unavailable', error.message);
    throw error;
  }
};

/** Whether there was one. Steps that use it fail from now on. */
export const removeSecret = async (db: D1Database, name: string): Promise<boolean> => {
  const removed = await within(drizzle(db).delete(secrets).where(eq(secrets.name, name)));
  return removed.meta.changes === 1;
};
