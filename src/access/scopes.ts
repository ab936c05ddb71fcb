/** What a caller may do: scopes, and the roles that are sets of them. */
import { FLOW_NAME } from '../domain/flow.ts';

export const SCOPES = [
  'flows:read',
  'flows:write',
  'runs:read',
  'runs:start',
  'runs:control',
  'events:read',
  'events:replay',
  'schedules:read',
  'schedules:control',
  'audit:read',
  'tokens:read',
  'tokens:write',
  'connections:read',
  'connections:write',
  'secrets:read',
  'secrets:write',
  'sources:read',
  'sources:write',
  'grants:read',
  'grants:write',
  'settings:read',
  'settings:write',
] as const;

/** `invoke:<flow>` is the scope of a flow's own token. */
export type Scope = (typeof SCOPES)[number] | `invoke:${string}`;

export const isScope = (text: string): text is Scope =>
  (SCOPES as readonly string[]).includes(text) ||
  (text.startsWith('invoke:') && FLOW_NAME.test(text.slice('invoke:'.length)));

export type Role = 'administrator' | 'operator' | 'author' | 'auditor' | 'delegated';

export const ROLES = {
  administrator: SCOPES,
  operator: ['flows:read', 'runs:read', 'events:read', 'schedules:read', 'runs:control'],
  author: ['flows:read', 'flows:write', 'runs:read', 'runs:start'],
  auditor: SCOPES.filter((scope) => scope.endsWith(':read')),
  /** no role: the forms one is allowed, and nothing of the API */
  delegated: [],
} as const satisfies Record<Role, readonly Scope[]>;
