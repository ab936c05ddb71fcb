/**
 * The tokens that Microsoft Graph sends with notifications that hold resource data: one for each app and tenant whose
 * data are among them. Source: learn.microsoft.com, Graph, "Change notifications that include resource data".
 */
import type { Json, JsonObject } from '../domain/json.ts';
import { verifyJwt } from './jwt.ts';
import type { RefusalReason, SourcePorts } from './kind.ts';

const JWKS = 'https://login.microsoftonline.com/common/discovery/v2.0/keys';
/** The app of Microsoft Graph's change tracking: the only one that may send them. */
const PUBLISHER = '0bf30f3b-4a52-48df-9a82-234910c4a086';
/** One is usual; each costs a signature check. */
const MOST = 20;

export type Tenants =
  | { readonly ok: true; readonly tenants: ReadonlySet<string> }
  | { readonly ok: false; readonly reason: RefusalReason; readonly message: string };

const refuse = (reason: RefusalReason, message: string): Tenants => ({ ok: false, reason, message });

/** Version 1 and version 2 of Entra's tokens, which name their tenant in the issuer. */
const issuersOf = (tenant: string): readonly string[] => [
  `https://sts.windows.net/${tenant}/`,
  `https://login.microsoftonline.com/${tenant}/v2.0`,
];

/** The tenant that a token speaks for, or what is wrong with it. */
const tenantOf = (claims: JsonObject): Tenants => {
  const { tid, iss, azp, appid } = claims;
  if (typeof tid !== 'string' || typeof iss !== 'string' || !issuersOf(tid).includes(iss)) {
    return refuse(
      'wrong_issuer',
      `a validation token is of the issuer ${JSON.stringify(iss)}, not of its tenant`,
    );
  }
  if (azp !== PUBLISHER && appid !== PUBLISHER) {
    return refuse('wrong_issuer', 'a validation token was not made for Microsoft Graph change tracking');
  }
  return { ok: true, tenants: new Set([tid]) };
};

/** The tenants that the tokens speak for. One bad token is enough to distrust the post. */
export const tenantsOf = async (
  tokens: Json | undefined,
  appId: string,
  at: { readonly ports: SourcePorts; readonly now: number },
): Promise<Tenants> => {
  if (!Array.isArray(tokens) || tokens.length === 0) {
    return refuse('no_signature', 'notifications with resource data came without validation tokens');
  }
  if (tokens.length > MOST) return refuse('malformed', `there are more than ${MOST} validation tokens`);
  const tenants = new Set<string>();
  for (const token of tokens) {
    const text = typeof token === 'string' ? token : '';
    const verified = await verifyJwt(
      text,
      { jwksUrl: JWKS, audiences: [appId], requiredClaims: ['exp'] },
      at,
    );
    if (!verified.ok) return verified;
    const found = tenantOf(verified.claims);
    if (!found.ok) return found;
    for (const tenant of found.tenants) tenants.add(tenant);
  }
  return { ok: true, tenants };
};
