/**
 * Okta event hooks: events of the System Log in batches, verified by a static header. Okta posts once and at most once
 * more, and never after a 4xx. Source: developer.okta.com, docs/concepts/event-hooks.
 */
import * as z from 'zod';
import { isObject, type Json } from '../domain/json.ts';
import { COME_AGAIN, empty, json } from './answer.ts';
import { findAt } from './find.ts';
import type { Recipe, RecipeKind } from './kind.ts';
import { HeaderName } from './setting.ts';

const Settings = z.strictObject({
  header: HeaderName.default('Authorization').describe('The header in which Okta sends the secret'),
});
type Settings = z.output<typeof Settings>;

/** What people call it; of groups and apps Okta often writes "unknown" there. */
const nameOf = (entry: Json): Json | undefined => {
  const alternateId = findAt(entry, 'alternateId');
  const isName = typeof alternateId === 'string' && alternateId !== '' && alternateId !== 'unknown';
  return isName ? alternateId : findAt(entry, 'id');
};

/** The user whom it happened to; else the first thing; what has no target, such as a sign-in, happened to its actor. */
const subjectOf = (event: Json): Json | undefined => {
  const target = findAt(event, 'target');
  const targets = Array.isArray(target) ? target.filter(isObject) : [];
  const chosen = targets.find(({ type }) => type === 'User') ?? targets[0] ?? findAt(event, 'actor');
  return chosen === undefined ? undefined : nameOf(chosen);
};

/** Where things lie in an event of the System Log, whether a hook or a poll brought it. */
export const SYSTEM_LOG_EVENT = {
  id: 'uuid',
  type: 'eventType',
  time: 'published',
  subject: subjectOf,
  actor: 'transaction.detail.requestApiTokenId',
} as const satisfies Partial<Recipe>;

export const okta: RecipeKind<Settings> = {
  title: 'Okta event hook',
  doc: 'Events of the System Log that Okta sends as they happen, in batches. A secret in a header shows that they come from Okta.',
  setup:
    'In the Admin Console: Workflow, Event Hooks, Create Event Hook; paste the address and the secret, choose the events, then Verify.',
  settings: Settings,
  secret: () => 'generated',
  unavailable: COME_AGAIN,
  recipe: ({ header }) => ({
    proofs: [{ scheme: 'header', header }],
    // Okta does not promise the secret here, and the answer says nothing but what was sent.
    handshake: {
      method: 'GET',
      proven: false,
      challenge: { header: 'X-Okta-Verification-Challenge' },
      answer: (verification) => json({ verification }),
    },
    shape: { as: 'list', at: 'data.events' },
    ...SYSTEM_LOG_EVENT,
    accepted: empty(200),
  }),
};
