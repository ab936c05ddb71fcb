/** Connections: their settings are sealed, and what is secret in them leaves only towards the engine. */
import { asc, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import * as z from 'zod';
import { type Connection, ConnectionSettings } from '../domain/connection.ts';
import { StepError } from '../domain/errors.ts';
import type { JsonObject } from '../domain/json.ts';
import { refuse, type Refusal } from '../domain/problem.ts';
import { within } from './deadline.ts';
import { makeLookup } from './lookup.ts';
import { connections } from './schema.ts';
import { seal, SealError, type SealingKeys, unseal } from './seal.ts';
import type { Put, Write } from './write.ts';

type Row = typeof connections.$inferSelect;

export const CONNECTION_NAME = /^(?=.{1,100}$)[a-z0-9][a-z0-9-]*$/;

/** What is given to make or replace a connection. */
export const ConnectionInput = z.strictObject({
  kind: z.literal('http').default('http'),
  settings: ConnectionSettings,
  honoursIdempotencyKey: z.boolean().default(false),
});
export type ConnectionInput = z.output<typeof ConnectionInput>;

/** What lists show. */
export type ConnectionSummary = Omit<Row, 'sealed'>;

export interface ConnectionDetail extends ConnectionSummary {
  /** secret members are {@link SET} */
  readonly settings: JsonObject;
}

/** Stands for a secret that is there and is not shown. */
export const SET = '…set';
const SECRET_MEMBERS: readonly string[] = ['password', 'token', 'value', 'clientSecret'];

const placeOf = (name: string) => ({ table: 'connections', name });

const find = async (db: D1Database, name: string): Promise<Row | undefined> =>
  drizzle(db).select().from(connections).where(eq(connections.name, name)).get();

const lookup = makeLookup(find);

const settingsOf = async (keys: SealingKeys, row: Row): Promise<ConnectionSettings> =>
  ConnectionSettings.parse(await unseal(keys, placeOf(row.name), row.sealed));

const summary = {
  name: connections.name,
  kind: connections.kind,
  honoursIdempotencyKey: connections.honoursIdempotencyKey,
  createdAt: connections.createdAt,
  updatedAt: connections.updatedAt,
  by: connections.by,
};

/** All of them, by name. */
export const listConnections = (db: D1Database): Promise<ConnectionSummary[]> =>
  within(drizzle(db).select(summary).from(connections).orderBy(asc(connections.name)));

/** One with its settings, secrets masked; undefined when there is none. */
export const showConnection = async (
  db: D1Database,
  keys: SealingKeys,
  name: string,
): Promise<ConnectionDetail | Refusal | undefined> => {
  const row = await within(find(db, name));
  if (row === undefined) return undefined;
  try {
    const settings = Object.entries(await settingsOf(keys, row));
    const shown = settings.map(([key, value]) => [key, SECRET_MEMBERS.includes(key) ? SET : value]);
    const { sealed: _sealed, ...rest } = row;
    return { ...rest, settings: Object.fromEntries(shown) };
  } catch (error) {
    if (error instanceof SealError) return refuse('unavailable', error.message);
    throw error;
  }
};

/**
 * As the engine uses it, secrets and all; up to 15 minutes old while D1 does not answer (then `StoreUnavailable`).
 * Throws `StepError` `unreadable_connection` when it does not open.
 */
export const getConnection = async (
  db: D1Database,
  keys: SealingKeys,
  name: string,
  now = Date.now(),
): Promise<Connection | undefined> => {
  const row = await lookup(db, name, now);
  if (row === undefined) return undefined;
  try {
    const settings = await settingsOf(keys, row);
    return { name, kind: row.kind, settings, honoursIdempotencyKey: row.honoursIdempotencyKey };
  } catch (error) {
    if (error instanceof SealError)
      throw new StepError('unreadable_connection', error.message, { retry: 'no' });
    throw error;
  }
};

/** Refuses a bad name, and everything while the installation has no key. */
export const putConnection = async (
  db: D1Database,
  keys: SealingKeys,
  connection: ConnectionInput & { readonly name: string },
  { by, now }: Write,
): Promise<Put | Refusal> => {
  const { name, kind, honoursIdempotencyKey } = connection;
  if (!CONNECTION_NAME.test(name)) {
    const detail = 'A connection has a name of lower-case letters, digits and hyphens, 100 at most';
    return refuse('invalid_input', detail, {
      errors: [{ path: 'name', code: 'invalid_name', message: detail }],
    });
  }
  try {
    const sealed = await seal(keys, placeOf(name), connection.settings);
    const changed = { kind, sealed, honoursIdempotencyKey, updatedAt: now, by };
    const known = await within(find(db, name));
    const insert = drizzle(db)
      .insert(connections)
      .values({ name, createdAt: now, ...changed });
    await within(insert.onConflictDoUpdate({ target: connections.name, set: changed }));
    return { ok: true, outcome: known === undefined ? 'created' : 'replaced' };
  } catch (error) {
    if (error instanceof SealError) return refuse('unavailable', error.message);
    throw error;
  }
};

/** Whether there was one. Runs that need it fail from now on. */
export const removeConnection = async (db: D1Database, name: string): Promise<boolean> => {
  const removed = await within(drizzle(db).delete(connections).where(eq(connections.name, name)));
  return removed.meta.changes === 1;
};
