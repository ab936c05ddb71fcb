/** CloudEvents 1.0 over HTTP, and the handshake of its web hook rules (abuse protection): Azure Event Grid, Knative, others. */
import * as z from 'zod';
import type { FoundEvent } from '../domain/event.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { COME_AGAIN, empty, refused } from './answer.ts';
import { cloudEventParts } from './cloudevents-parts.ts';
import { JwksUrl } from './jwt.ts';
import type { Answer, Arrival, OddKind, Post, Received, Recipe } from './kind.ts';
import { type Proof, type Proven, unproven } from './proof.ts';
import { prove } from './prove.ts';
import { readEvent } from './read-event.ts';
import { isOneOf } from './same-secret.ts';

const Authorization = z.discriminatedUnion('scheme', [
  z.strictObject({ scheme: z.literal('bearer') }).describe('The secret, in the header Authorization'),
  z
    .strictObject({ scheme: z.literal('access_token') })
    .describe('The secret, as ?access_token= of the address'),
  z
    .strictObject({
      scheme: z.literal('jwt'),
      jwksUrl: JwksUrl,
      issuer: z.string().min(1),
      audience: z.string().min(1),
    })
    .describe('A token in the header Authorization, as Event Grid sends with Microsoft Entra'),
  z.strictObject({ scheme: z.literal('none') }).describe('Everybody may post'),
]);

const Settings = z.strictObject({
  auth: Authorization.default({ scheme: 'bearer' }).describe('How the sender proves who it is'),
  allowedOrigins: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('Senders that the handshake lets in, by their WebHook-Request-Origin; all unless given'),
  allowedRate: z
    .int()
    .min(1)
    .optional()
    .describe('Requests a minute that the handshake grants; any unless given'),
});
type Settings = z.output<typeof Settings>;

const CORE = ['specversion', 'id', 'source', 'type', 'subject', 'time', 'data', 'raw'];

/** `event.source` is the source as it is configured here, so the sender's own goes by `event.cesource`. */
const attributesOf = (event: Json): JsonObject => {
  if (!isObject(event)) return {};
  const further = Object.entries(event).filter(
    ([name, value]) =>
      /^[a-z0-9]+$/.test(name) && !CORE.includes(name) && value !== null && typeof value !== 'object',
  );
  return { ...Object.fromEntries(further), ceid: event.id ?? null, cesource: event.source ?? null };
};

/** Ids are unique only within the sender's own source. A source has no blanks, so no two pairs are spelled alike. */
const idOf = (event: Json): Json | undefined => {
  const { source, id } = isObject(event) ? event : {};
  return typeof source === 'string' && typeof id === 'string' ? `${source} ${id}` : undefined;
};

/** An `access_token` stands in no header: it is looked for in the address. */
const proofsOf = ({ auth }: Settings): readonly Proof[] => {
  switch (auth.scheme) {
    case 'bearer':
      return [{ scheme: 'header', header: 'Authorization' }];
    case 'access_token':
      return [];
    case 'jwt':
      return [{ ...auth, header: 'Authorization' }];
    case 'none':
      return [{ scheme: 'none' }];
  }
};

const recipeOf = (settings: Settings): Recipe => ({
  proofs: proofsOf(settings),
  shape: { as: 'object' },
  id: idOf,
  type: 'type',
  time: 'time',
  subject: 'subject',
  attributes: attributesOf,
  accepted: empty(202),
});

const OPTIONS: Answer = { status: 200, headers: { Allow: 'OPTIONS, POST' }, body: null };

/** Whoever asks may post, if the origin is let in. The callback address is never called: it could be anybody's. */
const greet = ({ allowedOrigins, allowedRate }: Settings, { headers }: Post): Answer => {
  const origin = headers.get('webhook-request-origin');
  if (origin === null) return OPTIONS;
  const isAllowed = allowedOrigins === undefined || allowedOrigins.includes(origin);
  if (!isAllowed) return { ...OPTIONS, status: 403 };
  const granted = { 'WebHook-Allowed-Origin': origin, 'WebHook-Allowed-Rate': String(allowedRate ?? '*') };
  return { ...OPTIONS, headers: { ...OPTIONS.headers, ...granted } };
};

/** RFC 6750, section 2.3: for senders that can be given an address and nothing else. */
const proveToken = async ({ source, post }: Arrival): Promise<Proven> => {
  const secrets = source.secrets.filter((secret) => secret.trim() !== '');
  if (secrets.length === 0)
    return unproven('no_secret', 'the source has no secret to expect as access_token');
  const token = post.url.searchParams.get('access_token');
  if (token === null) return unproven('no_signature', 'the address has no access_token');
  if (await isOneOf(token, secrets)) return { ok: true };
  return unproven('bad_signature', 'the access_token is another one');
};

const proveSender = (settings: Settings, arrival: Arrival): Promise<Proven> =>
  settings.auth.scheme === 'access_token' ? proveToken(arrival) : prove(proofsOf(settings), arrival);

const receive = async (settings: Settings, arrival: Arrival): Promise<Received> => {
  const { post, ports } = arrival;
  if (post.method === 'OPTIONS') return { outcome: 'answered', response: greet(settings, post) };
  if (post.method !== 'POST') return refused('method', `the method is ${post.method}`);
  const proven = await proveSender(settings, arrival);
  if (!proven.ok) return refused(proven.reason, proven.message);
  const found = cloudEventParts(post);
  if (!found.ok) return refused(found.reason, found.message);
  const recipe = recipeOf(settings);
  const finding = { headers: post.headers, ports };
  const events: FoundEvent[] = [];
  for (const part of found.parts) events.push(await readEvent(part, recipe, finding));
  return { outcome: 'events', events, response: recipe.accepted };
};

export const cloudevents: OddKind<Settings> = {
  title: 'CloudEvents',
  doc: 'Anything that posts CloudEvents 1.0, such as Azure Event Grid or Knative: binary, structured or batched, in JSON. The handshake of web hooks (OPTIONS) is answered.',
  setup:
    'Give the sender the address, and the secret as bearer token or, with auth access_token, at the end of the address: ?access_token=<secret>.',
  settings: Settings,
  secret: ({ auth }) => (auth.scheme === 'bearer' || auth.scheme === 'access_token' ? 'generated' : 'none'),
  unavailable: COME_AGAIN,
  receive,
};
