/**
 * Stripe: snapshot events, and thin ones (`v2.core.event`), of which only a reference comes. The whole secret is the key,
 * its `whsec_` included. Source: stripe-node, Webhooks.ts.
 */
import type { z } from 'zod';
import { COME_AGAIN, empty } from './answer.ts';
import type { RecipeKind } from './kind.ts';
import { NoSettings } from './setting.ts';

export const stripe: RecipeKind<z.output<typeof NoSettings>> = {
  title: 'Stripe webhook',
  doc: 'Events of a Stripe account, snapshot or thin. Stripe signs time and body, not older than five minutes.',
  setup:
    'In the Stripe Workbench: Webhooks, Add destination, with the address; give the signing secret that it shows (whsec_…) to the source.',
  settings: NoSettings,
  secret: () => 'given',
  unavailable: COME_AGAIN,
  recipe: () => ({
    proofs: [
      {
        scheme: 'signature',
        algorithm: 'hmac-sha256',
        key: 'text',
        signed: '{timestamp}.{body}',
        header: 'Stripe-Signature',
        layout: 'pairs',
        prefix: 'v1',
        encoding: 'hex',
        time: { in: { pair: 't' }, unit: 's', toleranceMs: 300_000 },
      },
    ],
    shape: { as: 'object' },
    id: 'id',
    type: 'type',
    time: 'created',
    subject: ['data.object.id', 'related_object.id'],
    accepted: empty(200),
  }),
};
