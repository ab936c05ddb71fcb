/**
 * GitHub webhooks. The type is event and action, `organization.member_removed`; the first one is `ping`. GitHub never
 * delivers again by itself. Source: docs.github.com, webhooks.
 */
import type { z } from 'zod';
import type { Json } from '../domain/json.ts';
import { COME_AGAIN, empty } from './answer.ts';
import { findAt } from './find.ts';
import type { RecipeKind } from './kind.ts';
import { NoSettings } from './setting.ts';

const typeOf = (event: Json, headers: Headers): Json | undefined => {
  const name = headers.get('X-GitHub-Event');
  if (name === null || name === '') return undefined;
  const action = findAt(event, 'action');
  return typeof action === 'string' ? `${name}.${action}` : name;
};

export const github: RecipeKind<z.output<typeof NoSettings>> = {
  title: 'GitHub webhook',
  doc: 'Events of an organization, a repository or an app. GitHub signs the body with the secret.',
  setup:
    'In the settings of the organization or repository: Webhooks, Add webhook; paste address and secret, choose application/json and the events.',
  settings: NoSettings,
  secret: () => 'generated',
  unavailable: COME_AGAIN,
  recipe: () => ({
    proofs: [
      {
        scheme: 'signature',
        algorithm: 'hmac-sha256',
        key: 'text',
        signed: '{body}',
        header: 'X-Hub-Signature-256',
        layout: 'values',
        prefix: 'sha256=',
        encoding: 'hex',
      },
    ],
    shape: { as: 'object' },
    form: { as: 'form', json: 'payload' },
    id: { header: 'X-GitHub-Delivery' },
    type: typeOf,
    subject: [
      'membership.user.login',
      'member.login',
      'blocked_user.login',
      'invitation.login',
      'personal_access_token_request.owner.login',
      'repository.full_name',
      'organization.login',
    ],
    actor: 'sender.login',
    accepted: empty(202),
  }),
};
