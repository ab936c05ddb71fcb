/** What an identity provider says of itself (OpenID Connect Discovery), kept for ten minutes. */
import { discoveryRequest, processDiscoveryResponse } from 'oauth4webapi';
import type { AuthorizationServer } from 'oauth4webapi';
import type { Reach } from './context.ts';
import { askBy } from './oidc-settings.ts';
import type { Provider } from './oidc-settings.ts';
import type { Outside } from './token-keys.ts';

const KEPT_MS = 10 * 60_000;

interface Kept {
  readonly server: AuthorizationServer;
  readonly until: number;
}

/** By who asks, for tests have several worlds in one isolate. */
const known = new WeakMap<Reach, Map<string, Kept>>();

/** @throws what oauth4webapi throws about documents that do not fit, and what reaching them throws */
export const discover = async (
  provider: Provider,
  outside: Outside,
  now: number,
): Promise<AuthorizationServer> => {
  const mine = known.get(outside.reach) ?? new Map<string, Kept>();
  known.set(outside.reach, mine);
  const kept = mine.get(provider.issuer.href);
  if (kept && now < kept.until) return kept.server;
  const response = await discoveryRequest(provider.issuer, askBy(provider, outside));
  const server = await processDiscoveryResponse(provider.issuer, response);
  mine.set(provider.issuer.href, { server, until: now + KEPT_MS });
  return server;
};
