/**
 * Slack: the Events API, and the forms of slash commands and interactive messages, all signed alike. Slack tries three
 * times, with the same `event_id`. Source: api.slack.com, verifying requests from Slack.
 */
import type { z } from 'zod';
import type { Json } from '../domain/json.ts';
import { COME_AGAIN, empty, plain } from './answer.ts';
import { findAt } from './find.ts';
import type { RecipeKind } from './kind.ts';
import { NoSettings } from './setting.ts';

/** Events come in an envelope of the type `event_callback`; notices such as `app_rate_limited` and forms do not. */
const typeOf = (event: Json): Json | undefined => {
  if (findAt(event, 'type') === 'event_callback') return findAt(event, 'event.type');
  return findAt(event, 'type') ?? (findAt(event, 'command') === undefined ? undefined : 'slash_command');
};

export const slack: RecipeKind<z.output<typeof NoSettings>> = {
  title: 'Slack app',
  doc: 'Events of a workspace that a Slack app subscribes to, slash commands and interactive messages. Slack signs them, not older than five minutes.',
  setup:
    'At api.slack.com/apps: give the Signing Secret (Basic Information) to the source, then paste the address under Event Subscriptions.',
  settings: NoSettings,
  secret: () => 'given',
  unavailable: COME_AGAIN,
  recipe: () => ({
    proofs: [
      {
        scheme: 'signature',
        algorithm: 'hmac-sha256',
        key: 'text',
        signed: 'v0:{timestamp}:{body}',
        header: 'X-Slack-Signature',
        layout: 'values',
        prefix: 'v0=',
        encoding: 'hex',
        time: { in: { header: 'X-Slack-Request-Timestamp' }, unit: 's', toleranceMs: 300_000 },
      },
    ],
    handshake: {
      method: 'POST',
      proven: true,
      when: { path: 'type', equals: 'url_verification' },
      challenge: { path: 'challenge' },
      answer: plain,
    },
    shape: { as: 'object' },
    form: { as: 'form', json: 'payload' },
    id: ['event_id', 'trigger_id'],
    type: typeOf,
    time: ['event_time', 'event.event_ts', { signed: 'time' }],
    subject: ['event.user.id', 'event.user', 'user.id', 'user_id'],
    actor: 'event.bot_id',
    accepted: empty(200),
  }),
};
