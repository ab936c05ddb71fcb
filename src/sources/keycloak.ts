/**
 * Keycloak with the extension p2-inc/keycloak-events: signed with a secret, or by a token of the realm that holds the
 * hash of the body. Shared Signals of Keycloak itself are the kind `ssf`.
 */
import * as z from 'zod';
import type { Json } from '../domain/json.ts';
import { COME_AGAIN, empty } from './answer.ts';
import { findAt } from './find.ts';
import { JwksUrl } from './jwt.ts';
import type { RecipeKind } from './kind.ts';
import type { Proof } from './proof.ts';

const Settings = z.discriminatedUnion('auth', [
  z.strictObject({
    auth: z.literal('hmac').default('hmac'),
    algorithm: z
      .enum(['sha256', 'sha1'])
      .default('sha256')
      .describe('As the webhook says: HmacSHA256 or HmacSHA1'),
  }),
  z.strictObject({
    auth: z.literal('bearer'),
    realm: z
      .string()
      .refine((realm) => JwksUrl.safeParse(realm).success, 'Write the https:// address of the realm')
      .describe('The issuer, like https://keycloak.example.com/realms/acme'),
    audience: z.string().min(1).describe('The audience that the webhook is configured with'),
    jwksUrl: JwksUrl.optional().describe('Where the keys are, if not below the realm'),
  }),
]);
type Settings = z.output<typeof Settings>;

const proofOf = (settings: Settings): Proof => {
  if (settings.auth === 'bearer') {
    const realm = settings.realm.replace(/\/+$/, '');
    return {
      scheme: 'jwt',
      header: 'Authorization',
      jwksUrl: settings.jwksUrl ?? `${realm}/protocol/openid-connect/certs`,
      issuer: realm,
      audience: settings.audience,
      bodyHashClaim: 'request_body_sha256',
    };
  }
  return {
    scheme: 'signature',
    algorithm: `hmac-${settings.algorithm}`,
    key: 'text',
    signed: '{body}',
    header: 'X-Keycloak-Signature',
    layout: 'values',
    prefix: '',
    encoding: 'hex',
  };
};

/** An administrator's events are about a user of their path; a user's own are about who is signed in. */
const subjectOf = (event: Json): Json | undefined => {
  const path = findAt(event, 'resourcePath');
  const user = typeof path === 'string' ? /^users\/([^/]+)/.exec(path)?.[1] : undefined;
  if (user !== undefined) return user;
  return typeof path === 'string' && path !== '' ? path : findAt(event, 'authDetails.userId');
};

export const keycloak: RecipeKind<Settings> = {
  title: 'Keycloak webhook',
  doc: "Events of users (access.…) and administrators (admin.…), sent by the extension keycloak-events of p2-inc. Verified by a signature, or better by the realm's own token.",
  setup:
    'Install keycloak-events, then POST /realms/<realm>/webhooks with the address, the event types, and the secret (or authType bearer and an audience).',
  settings: Settings,
  secret: ({ auth }) => (auth === 'hmac' ? 'generated' : 'none'),
  unavailable: COME_AGAIN,
  recipe: (settings) => ({
    proofs: [proofOf(settings)],
    shape: { as: 'object' },
    // `uid` is another one for every webhook.
    id: ['id', 'uid'],
    type: 'type',
    time: 'time',
    subject: subjectOf,
    actor: 'authDetails.clientId',
    accepted: empty(200),
  }),
};
