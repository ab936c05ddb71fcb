/** Which roles a person's groups give: the setting SLUICE_ROLES. Who is in none of its groups has none. */
import * as z from 'zod';
import type { Person } from '../domain/person.ts';
import type { Bindings } from '../storage/bindings.ts';
import { ROLES } from './scopes.ts';
import type { Role, Scope } from './scopes.ts';

const Groups = z.array(z.string().min(1)).default([]);

/** `{ "administrator": ["sluice-admins"], … }` */
export const RoleGroups = z.strictObject({
  administrator: Groups,
  operator: Groups,
  author: Groups,
  auditor: Groups,
});

/** The strongest first. */
const STRENGTH = ['administrator', 'operator', 'author', 'auditor'] as const;

const REMEDY = 'Write JSON like {"administrator":["sluice-admins"],"operator":[],"author":[],"auditor":[]}.';

const parse = (text: string): z.output<typeof RoleGroups> => {
  try {
    return RoleGroups.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`SLUICE_ROLES cannot be read. ${REMEDY}`, { cause: error });
  }
};

/**
 * At least one, the strongest first; names of groups are compared exactly.
 * @throws Error when the setting cannot be read: then nobody gets in by a role
 */
export const rolesOf = (
  { groups }: Pick<Person, 'groups'>,
  env: Pick<Bindings, 'SLUICE_ROLES'>,
): readonly [Role, ...Role[]] => {
  if ((env.SLUICE_ROLES ?? '') === '') return ['delegated'];
  const wanted = parse(env.SLUICE_ROLES ?? '');
  const [first, ...others] = STRENGTH.filter((role) => wanted[role].some((group) => groups.includes(group)));
  return first === undefined ? ['delegated'] : [first, ...others];
};

/** Everything that one of the roles may. */
export const scopesOf = (roles: readonly Role[]): readonly Scope[] => [
  ...new Set(roles.flatMap((role): readonly Scope[] => ROLES[role])),
];
