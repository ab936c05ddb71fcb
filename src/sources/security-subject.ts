/**
 * Whom a security event is about: subject identifiers of RFC 9493, of Shared Signals 1.0 and of SCIM events (RFC
 * 9967), and the drafts before them, which named the format `subject_type` and wrote it with hyphens.
 */
import { isObject, type Json, type JsonObject } from '../domain/json.ts';

/** The member that a reader would call the subject by, for each format. */
const NAMED_BY: Readonly<Record<string, readonly string[]>> = {
  account: ['uri'],
  email: ['email'],
  iss_sub: ['sub'],
  opaque: ['id'],
  phone_number: ['phone_number', 'phone'],
  did: ['url'],
  uri: ['uri'],
  scim: ['uri', 'externalId'],
  jwt_id: ['jti'],
  saml_assertion_id: ['assertion_id'],
  id_token_claims: ['email', 'sub'],
};

/** Members of a complex subject, those first that say most about who it is. */
const MEMBERS = ['user', 'group', 'device', 'session', 'application', 'tenant', 'org_unit'] as const;

/** Longer ones are no names. */
const LONGEST = 1_000;

/** Complex subjects lie one in the other at most so deep. */
const DEPTH = 4;

const textIn = (subject: JsonObject, names: readonly string[]): string | null => {
  for (const name of names) {
    const value = Object.hasOwn(subject, name) ? subject[name] : undefined;
    if (typeof value === 'string' && value !== '' && value.length <= LONGEST) return value;
  }
  return null;
};

const formatOf = (subject: JsonObject): string | undefined => {
  const { format, subject_type: older } = subject;
  if (typeof format === 'string') return format;
  return typeof older === 'string' ? older.replaceAll('-', '_') : undefined;
};

const firstOf = (subjects: readonly Json[], depth: number): string | null => {
  for (const subject of subjects) {
    const text = read(subject, depth);
    if (text !== null) return text;
  }
  return null;
};

const addresses = (subject: JsonObject): string | null => {
  const list = subject['ip-addresses'];
  return Array.isArray(list) ? list.filter((one) => typeof one === 'string').join(', ') || null : null;
};

const read = (subject: Json | undefined, depth: number): string | null => {
  if (!isObject(subject) || depth === 0) return null;
  const format = formatOf(subject);
  if (format === 'aliases') {
    const { identifiers } = subject;
    return Array.isArray(identifiers) ? firstOf(identifiers, depth - 1) : null;
  }
  if (format === 'ip-addresses' || format === 'ip_addresses') return addresses(subject);
  if (format !== undefined && Object.hasOwn(NAMED_BY, format)) return textIn(subject, NAMED_BY[format] ?? []);
  // `complex`, the older form of it without a format, and formats of the future.
  const members = [...MEMBERS.map((name) => subject[name] ?? null), ...Object.values(subject)];
  return firstOf(members, depth - 1) ?? textIn(subject, ['email', 'sub', 'id', 'uri']);
};

/** A subject in one word: an address, a login, an id; null when it has none. */
export const readableSubject = (subject: Json | undefined): string | null => read(subject, DEPTH);

/**
 * A member that the transmitter calls critical and that Shared Signals 1.0 does not know: who does not understand it
 * must not act on the event (section 3.5 of the framework).
 */
export const unknownCriticalMember = (
  subject: Json | undefined,
  critical: readonly string[],
): string | undefined => {
  if (!isObject(subject)) return undefined;
  return critical.find((name) => Object.hasOwn(subject, name) && !MEMBERS.some((known) => known === name));
};
