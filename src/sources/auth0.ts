/**
 * Auth0: event streams (a CloudEvent a post) and log streams (one log, an array, or one a line, as the administrator chose).
 * Types of logs begin with `log.`, as they are another catalogue. Source: auth0.com/docs/customize/events and …/log-streams.
 */
import type { z } from 'zod';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { COME_AGAIN, empty } from './answer.ts';
import { findAt } from './find.ts';
import type { RecipeKind } from './kind.ts';
import { NoSettings } from './setting.ts';

const typeOf = (event: Json): Json | undefined => {
  const logged = findAt(event, 'log_id') === undefined ? undefined : findAt(event, 'data.type');
  return typeof logged === 'string' ? `log.${logged}` : findAt(event, 'type');
};

/** Auth0's own attributes: tenant, stream, and the purpose `test` of a trial. */
const attributesOf = (event: Json): JsonObject => {
  const attributes = isObject(event) ? Object.entries(event) : [];
  return Object.fromEntries(
    attributes.filter(([name, value]) => /^a0[a-z]+$/.test(name) && typeof value === 'string'),
  );
};

export const auth0: RecipeKind<z.output<typeof NoSettings>> = {
  title: 'Auth0 event or log stream',
  doc: 'Users, organizations and groups that changed (event stream), or entries of the tenant log (log stream, types log.…). A token in Authorization shows that they come from Auth0.',
  setup:
    'In the Auth0 Dashboard: Event Streams, Create, Webhook (or Monitoring, Streams, Custom Webhook); paste the address, and the secret as its token.',
  settings: NoSettings,
  secret: () => 'generated',
  unavailable: COME_AGAIN,
  recipe: () => ({
    proofs: [{ scheme: 'header', header: 'Authorization' }],
    shape: { as: 'any' },
    id: ['log_id', 'id'],
    type: typeOf,
    time: ['time', 'data.date'],
    subject: ['data.object.user_id', 'data.object.user.user_id', 'data.object.id', 'data.user_id'],
    actor: 'data.client_id',
    attributes: attributesOf,
    accepted: empty(204),
  }),
};
