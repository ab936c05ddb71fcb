/**
 * Standard Webhooks 1.0.0 (github.com/standard-webhooks), and Svix with its own names of headers: Clerk, Resend and
 * many others. Signed with a shared secret (v1) or with Ed25519 (v1a).
 */
import type { z } from 'zod';
import { COME_AGAIN, empty } from './answer.ts';
import type { RecipeKind } from './kind.ts';
import type { SignatureProof } from './proof.ts';
import { NoSettings } from './setting.ts';
import { isKey } from './signing-key.ts';

const SYMMETRIC = { algorithm: 'hmac-sha256', key: { base64After: 'whsec_' }, prefix: 'v1,' } as const;
const ASYMMETRIC = { algorithm: 'ed25519', key: { base64After: 'whpk_' }, prefix: 'v1a,' } as const;

const signedBy = (
  brand: 'webhook' | 'svix',
  version: typeof SYMMETRIC | typeof ASYMMETRIC,
): SignatureProof => ({
  scheme: 'signature',
  ...version,
  signed: '{id}.{timestamp}.{body}',
  header: `${brand}-signature`,
  layout: 'values',
  encoding: 'base64',
  time: { in: { header: `${brand}-timestamp` }, unit: 's', toleranceMs: 300_000 },
  idHeader: `${brand}-id`,
});

export const standardWebhooks: RecipeKind<z.output<typeof NoSettings>> = {
  title: 'Standard Webhooks, Svix',
  doc: 'Whatever is sent as standardwebhooks.com asks: by Clerk, Resend and other customers of Svix, for example. A signature over id, time and body, not older than five minutes.',
  setup:
    'Add an endpoint with the address at the sender, and give the signing secret that it shows (whsec_…, or whpk_…) to the source.',
  settings: NoSettings,
  secret: () => 'given',
  secretProblem: (secret) =>
    isKey(secret, SYMMETRIC) || isKey(secret, ASYMMETRIC)
      ? null
      : 'It begins with whsec_ (or whpk_ for a public key), and base64 follows: copy it whole.',
  unavailable: COME_AGAIN,
  recipe: () => ({
    proofs: [
      signedBy('webhook', SYMMETRIC),
      signedBy('svix', SYMMETRIC),
      signedBy('webhook', ASYMMETRIC),
      signedBy('svix', ASYMMETRIC),
    ],
    shape: { as: 'object' },
    id: { signed: 'id' },
    type: ['type', 'event_type', 'event'],
    time: ['timestamp', { signed: 'time' }],
    subject: 'data.id',
    accepted: empty(204),
  }),
};
