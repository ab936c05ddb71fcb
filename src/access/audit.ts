/** Writes the audit log: what people and tokens did, and what they were refused. */
import type { Actor, AuditEvent } from '../domain/audit.ts';
import { mintId } from '../domain/ids.ts';
import type { Person } from '../domain/person.ts';
import { appendAudit } from '../storage/audit.ts';
import type { Bindings } from '../storage/bindings.ts';
import type { Identity } from './context.ts';

/** What is left out: the installation as target, `done` as outcome, no detail. */
export type Audited = Pick<AuditEvent, 'actor' | 'action'> & Partial<AuditEvent>;

export const NOBODY: Actor = { kind: 'nobody', id: null, name: null };

export const personActor = ({ subject, name, email }: Person): Actor => ({
  kind: 'person',
  id: subject,
  name,
  email,
});

export const actorOf = ({ tokenId, name, person }: Identity): Actor =>
  person ? personActor(person) : { kind: 'token', id: tokenId, name };

/**
 * Adds a line. It is written after what it tells of; when it throws, the caller shall answer that the log is silent.
 * @throws StoreUnavailable
 */
export const audit = async (
  env: Pick<Bindings, 'DB'>,
  { actor, action, target = null, outcome = 'done', detail = {} }: Audited,
): Promise<void> => {
  const at = Date.now();
  const id = mintId('aud', at, (length) => crypto.getRandomValues(new Uint8Array(length)));
  await appendAudit(env.DB, { actor, action, target, outcome, detail }, { id, at });
};
