/** WorkOS: directory sync, single sign-on, users. It signs in milliseconds. Source: workos-node, signature-provider. */
import type { z } from 'zod';
import { COME_AGAIN, empty } from './answer.ts';
import type { RecipeKind } from './kind.ts';
import { NoSettings } from './setting.ts';

export const workos: RecipeKind<z.output<typeof NoSettings>> = {
  title: 'WorkOS webhook',
  doc: 'Users and groups of directories, connections, sessions. WorkOS signs time and body, not older than three minutes.',
  setup:
    'In the WorkOS Dashboard: Webhooks, Create webhook, with the address; give the signing secret that it shows to the source.',
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
        header: 'WorkOS-Signature',
        layout: 'pairs',
        prefix: 'v1',
        encoding: 'hex',
        time: { in: { pair: 't' }, unit: 'ms', toleranceMs: 180_000 },
      },
    ],
    shape: { as: 'object' },
    id: 'id',
    type: 'event',
    time: 'created_at',
    subject: ['data.user.id', 'data.id'],
    accepted: empty(200),
  }),
};
