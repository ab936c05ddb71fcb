/** Sources: who may send events. Their secrets are sealed, and leave only towards the door that verifies with them. */
import { asc, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import * as z from 'zod';
import type { JsonObject } from '../domain/json.ts';
import { refuse, type Refusal } from '../domain/problem.ts';
import type { Bindings } from './bindings.ts';
import { isTaken, within } from './deadline.ts';
import { sources, type SourceStatus } from './events-schema.ts';
import { makeLookup } from './lookup.ts';
import { seal, SealError, type SealingKeys, unseal } from './seal.ts';
import type { Write } from './write.ts';

export type SourceRow = typeof sources.$inferSelect;

export const SOURCE_NAME = /^(?=.{1,100}$)[a-z0-9][a-z0-9-]*$/;

export const SourceSecrets = z.array(z.object({ id: z.string(), secret: z.string(), createdAt: z.number() }));
/** Oldest first; two at most. */
export type SourceSecrets = z.output<typeof SourceSecrets>;

/** As the door uses it. */
export interface FoundSource {
  readonly name: string;
  readonly kind: string;
  readonly status: SourceStatus;
  readonly settings: JsonObject;
  readonly secrets: readonly string[];
}

/** What lists show. */
export type SourceSummary = Omit<SourceRow, 'sealed' | 'settings'>;

export interface SourceDetail extends SourceSummary {
  readonly settings: JsonObject;
  /** which there are, and not what they are */
  readonly secrets: readonly { readonly id: string; readonly createdAt: number }[];
}

const placeOf = (name: string) => ({ table: 'sources', name });

export const findSourceRow = async (db: D1Database, name: string): Promise<SourceRow | undefined> =>
  drizzle(db).select().from(sources).where(eq(sources.name, name)).get();

const lookup = makeLookup(findSourceRow);

/** Throws `SealError`. */
export const secretsOf = async (
  keys: SealingKeys,
  row: Pick<SourceRow, 'name' | 'sealed'>,
): Promise<SourceSecrets> => SourceSecrets.parse(await unseal(keys, placeOf(row.name), row.sealed));

export const sealSecrets = (keys: SealingKeys, name: string, secrets: SourceSecrets): Promise<string> =>
  seal(keys, placeOf(name), secrets);

/** Opened once for each time that a row was read. */
const opened = new WeakMap<SourceRow, FoundSource>();

const open = async (keys: SealingKeys, row: SourceRow): Promise<FoundSource> => {
  const known = opened.get(row);
  if (known !== undefined) return known;
  const { name, kind, status, settings } = row;
  const secrets = (await secretsOf(keys, row)).map(({ secret }) => secret);
  const source = { name, kind, status, settings, secrets };
  opened.set(row, source);
  return source;
};

/**
 * The source of that name; at most a second old, or 15 minutes while D1 does not answer (then `StoreUnavailable`).
 * Throws `SealError` when its secrets do not open.
 */
export const findSource = async (
  env: Pick<Bindings, 'DB' | 'SLUICE_KEYS'>,
  name: string,
  now: number,
): Promise<FoundSource | undefined> => {
  if (!SOURCE_NAME.test(name)) return undefined;
  const row = await lookup(env.DB, name, now);
  return row === undefined ? undefined : open(env.SLUICE_KEYS, row);
};

const summary = {
  name: sources.name,
  kind: sources.kind,
  status: sources.status,
  note: sources.note,
  createdAt: sources.createdAt,
  updatedAt: sources.updatedAt,
  pausedAt: sources.pausedAt,
  by: sources.by,
};

/** All of them, by name. */
export const listSources = (db: D1Database): Promise<SourceSummary[]> =>
  within(drizzle(db).select(summary).from(sources).orderBy(asc(sources.name)));

/** One with its settings; undefined when there is none. Refuses `unavailable` when its secrets do not open. */
export const showSource = async (
  db: D1Database,
  keys: SealingKeys,
  name: string,
): Promise<SourceDetail | Refusal | undefined> => {
  const row = await within(findSourceRow(db, name));
  if (row === undefined) return undefined;
  try {
    const { sealed: _sealed, ...rest } = row;
    const secrets = (await secretsOf(keys, row)).map(({ id, createdAt }) => ({ id, createdAt }));
    return { ...rest, secrets };
  } catch (error) {
    if (error instanceof SealError) return refuse('unavailable', error.message);
    throw error;
  }
};

export interface NewSource {
  readonly name: string;
  readonly kind: string;
  readonly settings: JsonObject;
  readonly note: string | null;
  readonly secrets: SourceSecrets;
}

/** Refuses a bad or taken name, and everything while the installation has no key. */
export const addSource = async (
  env: Pick<Bindings, 'DB' | 'SLUICE_KEYS'>,
  source: NewSource,
  { by, now }: Write,
): Promise<{ readonly ok: true } | Refusal> => {
  const { name, kind, settings, note, secrets } = source;
  if (!SOURCE_NAME.test(name)) {
    const message = 'Take lower-case letters, digits and hyphens, 100 at most, like okta-prod';
    const errors = [{ path: 'name', code: 'invalid_name', message }];
    return refuse('invalid_input', `No source can be named "${name}".`, { errors });
  }
  try {
    const sealed = await sealSecrets(env.SLUICE_KEYS, name, secrets);
    const row = { name, kind, status: 'active', note, settings, sealed, pausedAt: null } as const;
    const insert = drizzle(env.DB).insert(sources);
    await within(insert.values({ ...row, createdAt: now, updatedAt: now, by }));
    return { ok: true };
  } catch (error) {
    if (error instanceof SealError) return refuse('unavailable', error.message);
    if (isTaken(error)) return refuse('conflict', `There is a source "${name}" already.`);
    throw error;
  }
};

/** Whether there was one. Its events stay, and posts to its address find nobody. */
export const removeSource = async (db: D1Database, name: string): Promise<boolean> => {
  const removed = await within(drizzle(db).delete(sources).where(eq(sources.name, name)));
  return removed.meta.changes === 1;
};
