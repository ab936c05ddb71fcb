/**
 * Microsoft Entra: change notifications of Microsoft Graph. They say that something changed, and rarely how; the
 * `clientState` of each item shows that it comes from our subscription. Source: learn.microsoft.com, Graph,
 * "Receive change notifications through webhooks" and "lifecycle notifications".
 */
import * as z from 'zod';
import type { FoundEvent } from '../domain/event.ts';
import type { Json } from '../domain/json.ts';
import { COME_AGAIN, empty, plain, refused } from './answer.ts';
import { textOf } from './encoded-bytes.ts';
import { idOf, isRich, nameOf, subjectOf, typeOf } from './entra-item.ts';
import { tenantsOf } from './entra-tokens.ts';
import { findAt } from './find.ts';
import { handshake } from './handshake.ts';
import type { Answer, Arrival, Handshake, OddKind, Received, Recipe, RefusalReason } from './kind.ts';
import { readEvent } from './read-event.ts';
import { isOneOf } from './same-secret.ts';
import { type Part, split, type Split } from './split.ts';

const Settings = z.strictObject({
  appId: z
    .string()
    .min(1)
    .optional()
    .describe(
      'Id of the app that subscribed: needed for notifications with resource data, whose tokens name it',
    ),
});
type Settings = z.output<typeof Settings>;

/** Graph wants 202 also for what is thrown away; everything else counts as a failure of ours, and is sent again. */
const ACCEPTED: Answer = empty(202);

const HANDSHAKE: Handshake = {
  method: 'POST',
  proven: false,
  challenge: { query: 'validationToken' },
  answer: plain,
};

const RECIPE: Recipe = {
  // Each item proves itself, by its `clientState`.
  proofs: [],
  handshake: HANDSHAKE,
  shape: { as: 'list', at: 'value' },
  id: idOf,
  type: typeOf,
  subject: subjectOf,
  accepted: ACCEPTED,
};

const turnAway = (reason: RefusalReason, message: string): Received => {
  const usual = refused(reason, message);
  // Keys that cannot be had are no fault of the post: it shall come again.
  return reason === 'keys_unavailable' ? usual : { ...usual, response: ACCEPTED };
};

/** The secret comes with every item, and those who may read events shall not be able to send some. */
const withoutSecret = (part: Part, secret: string): Part => ({
  ...part,
  raw: part.raw.replaceAll(JSON.stringify(secret), '"******"'),
});

/**
 * Posts mix subscriptions. Items with another `clientState` are kept as invalid beside others that are genuine: they
 * hint at a subscription that was set up otherwise. A post without one genuine item is anybody's.
 */
const proveItems = async (parts: readonly Part[], secrets: readonly string[]): Promise<readonly Part[]> =>
  Promise.all(
    parts.map(async (part) => {
      const state = findAt(part.value, 'clientState');
      if (typeof state === 'string' && (await isOneOf(state, secrets))) return withoutSecret(part, state);
      return { ...part, fault: 'Its clientState is not the secret of this source.' };
    }),
  );

/** Resource data come only from whom the tokens of the post speak for. */
const proveRich = async (
  parts: readonly Part[],
  { appId, tokens }: { readonly appId: string | undefined; readonly tokens: Json | undefined },
  { ports, post }: Arrival,
): Promise<readonly Part[] | Received> => {
  if (!parts.some(({ value, fault }) => fault === undefined && isRich(value))) return parts;
  const mark = (fault: string, isTrusted: (value: Json) => boolean): readonly Part[] =>
    parts.map((part) => (part.fault !== undefined || isTrusted(part.value) ? part : { ...part, fault }));
  if (appId === undefined) {
    return mark(
      'It has resource data: set appId, so that its tokens can be verified.',
      (item) => !isRich(item),
    );
  }
  const found = await tenantsOf(tokens, appId, { ports, now: post.now });
  if (!found.ok) return turnAway(found.reason, found.message);
  return mark('No validation token speaks for its tenant.', (item) => {
    const tenant = findAt(item, 'tenantId');
    return !isRich(item) || (typeof tenant === 'string' && found.tenants.has(tenant));
  });
};

/**
 * An item with no id and no version looks the same each time its resource changes, and each time Graph repeats it. It
 * is taken for a new one: a flow that looks twice does no harm, one that misses a change does.
 */
const readItems = async (
  parts: readonly Part[],
  { post, ports }: Arrival,
): Promise<readonly FoundEvent[]> => {
  const events: FoundEvent[] = [];
  for (const [index, part] of parts.entries()) {
    const event = await readEvent(part, RECIPE, { headers: post.headers, ports });
    const arrival = `${nameOf(part.value)} ${new Date(post.now).toISOString()} ${index}`;
    events.push(event.id === null && event.fault === undefined ? { ...event, id: arrival } : event);
  }
  return events;
};

const open = (post: Arrival['post']): Split & { readonly tokens?: Json | undefined } => {
  const text = textOf(post.body);
  if (text === undefined) return { ok: false, reason: 'malformed', message: 'the body is no UTF-8 text' };
  const found = split(text, post.headers.get('content-type'), RECIPE);
  // It was parsed once already: only posts that are genuine so far come here, and few of them have tokens.
  return found.ok && text.includes('"validationTokens"')
    ? { ...found, tokens: findAt(JSON.parse(text), 'validationTokens') }
    : found;
};

const receive = async ({ appId }: Settings, arrival: Arrival): Promise<Received> => {
  const { post, source } = arrival;
  const greeting = handshake(HANDSHAKE, post, undefined);
  if (greeting !== undefined) return { outcome: 'answered', response: greeting };
  if (post.method !== 'POST') return refused('method', `the method is ${post.method}`);
  const secrets = source.secrets.filter((secret) => secret.trim() !== '');
  if (secrets.length === 0) return refused('no_secret', 'the source has no secret to expect as clientState');
  const found = open(post);
  if (!found.ok) return refused(found.reason, found.message);
  const parts = await proveItems(found.parts, secrets);
  if (parts.every(({ fault }) => fault !== undefined)) {
    return turnAway('bad_signature', 'no item has the secret of this source as its clientState');
  }
  const proven = await proveRich(parts, { appId, tokens: found.tokens }, arrival);
  if ('outcome' in proven) return proven;
  return { outcome: 'events', events: await readItems(proven, arrival), response: ACCEPTED };
};

export const entra: OddKind<Settings> = {
  title: 'Microsoft Entra (Graph notifications)',
  doc: 'Change notifications and lifecycle notifications of Microsoft Graph: users, groups and whatever else can be subscribed to. Each item carries the secret as its clientState.',
  setup:
    'POST https://graph.microsoft.com/v1.0/subscriptions with this address as notificationUrl and lifecycleNotificationUrl, and the secret as clientState; renew it before it expires.',
  settings: Settings,
  secret: () => 'generated',
  // Others might come back spelled in another way, and then stay in what is kept.
  secretProblem: (secret) =>
    /^[\w.~-]{1,128}$/.test(secret) ? null : 'Take at most 128 letters, digits and . _ ~ - as clientState',
  unavailable: COME_AGAIN,
  receive,
};
