/** Every kind of source, by the name that `sluice sources add` takes. */
import { auth0 } from './auth0.ts';
import { cloudevents } from './cloudevents.ts';
import { entra } from './entra.ts';
import { generic } from './generic.ts';
import { github } from './github.ts';
import { keycloak } from './keycloak.ts';
import type { SourceKind } from './kind.ts';
import { okta } from './okta.ts';
import { slack } from './slack.ts';
import { ssf } from './ssf.ts';
import { standardWebhooks } from './standard-webhooks.ts';
import { stripe } from './stripe.ts';
import { workos } from './workos.ts';

export const SOURCE_KINDS: Readonly<Record<string, SourceKind>> = {
  auth0,
  cloudevents,
  entra,
  generic,
  github,
  keycloak,
  okta,
  slack,
  ssf,
  'standard-webhooks': standardWebhooks,
  stripe,
  workos,
};

/** Names come from outside: those of a prototype are none of ours. */
export const kindOf = (name: string): SourceKind | undefined =>
  Object.hasOwn(SOURCE_KINDS, name) ? SOURCE_KINDS[name] : undefined;
