/** What claims of an identity provider say about a person, as far as it can be believed. */
import * as z from 'zod';
import type { Person } from '../domain/person.ts';
import { subjectOf } from './session.ts';

const MOST_GROUPS = 1_000;

const Claims = z.looseObject({
  sub: z.string().min(1).max(255),
  name: z.string().optional().catch(undefined),
  preferred_username: z.string().optional().catch(undefined),
  email: z.string().optional().catch(undefined),
  // Some providers write it as text.
  email_verified: z.union([z.boolean(), z.string()]).optional().catch(undefined),
});

const Email = z.email().max(254);

/** A list of names, one name, or nothing at all. */
const groupsIn = (claim: unknown): readonly string[] => {
  if (typeof claim === 'string') return claim === '' ? [] : [claim];
  if (!Array.isArray(claim)) return [];
  return claim
    .filter((group): group is string => typeof group === 'string' && group !== '')
    .slice(0, MOST_GROUPS);
};

const named = (name: string | undefined): string | undefined => {
  const shown = name?.trim().slice(0, 200);
  return shown === '' ? undefined : shown;
};

export interface ClaimRule {
  readonly issuer: string;
  readonly via: Person['via'];
  readonly groupsClaim: string;
  /** the address counts although nothing says that it was verified */
  readonly trustEmail: boolean;
}

/** Throws when there is no subject. */
export const personOf = (given: Readonly<Record<string, unknown>>, rule: ClaimRule): Person => {
  const claims = Claims.parse(given);
  const isVerified = rule.trustEmail
    ? claims.email_verified !== false && claims.email_verified !== 'false'
    : claims.email_verified === true || claims.email_verified === 'true';
  const email = Email.safeParse(claims.email?.trim().toLowerCase());
  return {
    subject: subjectOf(rule.issuer, claims.sub),
    name: named(claims.name) ?? named(claims.preferred_username) ?? named(claims.email) ?? claims.sub,
    email: isVerified && email.success ? email.data : null,
    groups: groupsIn(Object.hasOwn(given, rule.groupsClaim) ? given[rule.groupsClaim] : undefined),
    via: rule.via,
  };
};
