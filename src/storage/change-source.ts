/** Changes of a source that stands: its settings, its secrets, and whether its events are delivered. */
import { and, eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/d1';
import type { JsonObject } from '../domain/json.ts';
import { refuse, type Refusal } from '../domain/problem.ts';
import type { Bindings } from './bindings.ts';
import { within } from './deadline.ts';
import { sources } from './events-schema.ts';
import { SealError } from './seal.ts';
import { findSourceRow, sealSecrets, secretsOf, type SourceSecrets } from './sources.ts';
import type { Write } from './write.ts';

/** For rotation: the old one and the new one. */
export const SECRETS_PER_SOURCE = 2;

const TRIES = 3;

type Values = Partial<typeof sources.$inferInsert>;

const update = async (db: D1Database, name: string, values: Values): Promise<boolean> =>
  (await within(drizzle(db).update(sources).set(values).where(eq(sources.name, name)))).meta.changes === 1;

/** What a person may change at any time. */
export interface SourceChange {
  readonly settings?: JsonObject;
  readonly note?: string | null;
}

/** Whether there is one. */
export const changeSource = (
  db: D1Database,
  name: string,
  change: SourceChange,
  { by, now }: Write,
): Promise<boolean> => update(db, name, { ...change, by, updatedAt: now });

/** Its events are kept and not delivered. A pause keeps its beginning; a note stays unless there is a new one. */
export const pauseSource = async (
  db: D1Database,
  name: string,
  note: string | null,
  { by, now }: Write,
): Promise<boolean> => {
  const pause = db.prepare(
    `UPDATE sources SET status = 'paused', paused_at = coalesce(paused_at, ?2), note = coalesce(?3, note), by = ?4,
       updated_at = ?2 WHERE name = ?1`,
  );
  return (await within(pause.bind(name, now, note, by).run())).meta.changes === 1;
};

/** Whether there is one. Delivering what was kept meanwhile is the consumer's affair. */
export const resumeSource = (db: D1Database, name: string, { by, now }: Write): Promise<boolean> =>
  update(db, name, { status: 'active', pausedAt: null, by, updatedAt: now });

type Next = (secrets: SourceSecrets) => SourceSecrets | Refusal;

/** Reads, changes and writes the secrets, unless somebody else wrote meanwhile: then once more. */
const changeSecrets = async (
  env: Pick<Bindings, 'DB' | 'SLUICE_KEYS'>,
  name: string,
  next: Next,
  { by, now }: Write,
): Promise<{ readonly ok: true } | Refusal> => {
  for (let attempt = 0; attempt < TRIES; attempt++) {
    const row = await within(findSourceRow(env.DB, name));
    if (row === undefined) return refuse('not_found', `There is no source "${name}".`);
    const secrets = next(await secretsOf(env.SLUICE_KEYS, row));
    if ('ok' in secrets) return secrets;
    const values = { sealed: await sealSecrets(env.SLUICE_KEYS, name, secrets), by, updatedAt: now };
    const unchanged = and(eq(sources.name, name), eq(sources.sealed, row.sealed));
    const written = await within(drizzle(env.DB).update(sources).set(values).where(unchanged));
    if (written.meta.changes === 1) return { ok: true };
  }
  return refuse(
    'conflict',
    `Somebody else is changing the secrets of "${name}". Look at them, and try again.`,
  );
};

const unlessSealed = async <T>(work: Promise<T>): Promise<T | Refusal> => {
  try {
    return await work;
  } catch (error) {
    if (error instanceof SealError) return refuse('unavailable', error.message);
    throw error;
  }
};

/** The new secret counts beside the newest of those before; older ones are dropped. */
export const rotateSecret = (
  env: Pick<Bindings, 'DB' | 'SLUICE_KEYS'>,
  name: string,
  secret: SourceSecrets[number],
  write: Write,
): Promise<{ readonly ok: true } | Refusal> =>
  unlessSealed(changeSecrets(env, name, (secrets) => [...secrets, secret].slice(-SECRETS_PER_SOURCE), write));

/** Drops a secret. Refuses `not_found`, and `conflict` for the last one: without it nothing would verify. */
export const retireSecret = (
  env: Pick<Bindings, 'DB' | 'SLUICE_KEYS'>,
  name: string,
  id: string,
  write: Write,
): Promise<{ readonly ok: true } | Refusal> => {
  const without: Next = (secrets) => {
    const left = secrets.filter((secret) => secret.id !== id);
    if (left.length === secrets.length) {
      const ids = secrets.length === 0 ? 'none' : secrets.map((secret) => secret.id).join(' and ');
      return refuse('not_found', `Source "${name}" has no secret "${id}". It has ${ids}.`);
    }
    if (left.length === 0) {
      return refuse('conflict', `"${id}" is the only secret of source "${name}". Rotate it first.`);
    }
    return left;
  };
  return unlessSealed(changeSecrets(env, name, without, write));
};
