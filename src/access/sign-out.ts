/** Signing out at the identity provider too (OpenID Connect RP-Initiated Logout 1.0). */
import { unseal } from '../storage/seal.ts';
import { SealError } from '../storage/seal.ts';
import type { StoredSession } from '../storage/sessions.ts';
import { discover } from './discovery.ts';
import type { Provider } from './oidc-settings.ts';
import { placeOf } from './session.ts';
import type { Outside } from './token-keys.ts';

/** Where the provider sends people after they signed out there. */
export const SIGNED_OUT = '/signed-out';

const hintOf = async ({ env }: Outside, session: StoredSession): Promise<string | undefined> => {
  if (session.idToken === null) return undefined;
  try {
    const hint = await unseal(env.SLUICE_KEYS, placeOf(session.hash), session.idToken);
    return typeof hint === 'string' ? hint : undefined;
  } catch (error) {
    // Without it the provider asks; that is no reason to keep anybody signed in here.
    if (!(error instanceof SealError)) throw error;
    return undefined;
  }
};

/** Undefined when the provider has no such address. Throws when it cannot be asked. */
export const signOutAddress = async (
  provider: Provider,
  outside: Outside,
  {
    session,
    origin,
    now,
  }: { readonly session: StoredSession; readonly origin: string; readonly now: number },
): Promise<string | undefined> => {
  const { end_session_endpoint: endpoint } = await discover(provider, outside, now);
  if (endpoint === undefined) return undefined;
  const url = new URL(endpoint);
  const hint = await hintOf(outside, session);
  url.searchParams.set('client_id', provider.client.client_id);
  url.searchParams.set('post_logout_redirect_uri', origin + SIGNED_OUT);
  if (hint !== undefined) url.searchParams.set('id_token_hint', hint);
  return url.href;
};
