/** Shared Signals (SSF 1.0, CAEP, RISC) and SCIM events: Security Event Tokens pushed as RFC 8935 has it. */
import { base64url } from 'jose';
import * as z from 'zod';
import { COME_AGAIN, empty, refused } from './answer.ts';
import { isDeeperThan } from './json-parts.ts';
import { JWT_ALGORITHMS, JwksUrl, listOf, OneOrMore, verifyJwt } from './jwt.ts';
import type { Answer, Arrival, OddKind, Received, RefusalReason } from './kind.ts';
import { prove } from './prove.ts';
import { readSet, type SetError } from './security-event.ts';
import { DEEPEST } from './split.ts';

const Settings = z.strictObject({
  issuer: z
    .string()
    .min(1)
    .describe('The iss of the transmitter, exactly as its configuration document says'),
  audience: OneOrMore.describe('The aud of the stream, as the transmitter answered when it was created'),
  jwksUrl: JwksUrl,
  algorithms: z
    .array(z.enum(JWT_ALGORITHMS))
    .min(1)
    .optional()
    .describe('How tokens may be signed; all with a key pair unless it says so'),
  authorization: z
    .boolean()
    .default(false)
    .describe('Whether the transmitter sends the secret of this source as authorization_header'),
  streamId: z
    .string()
    .min(1)
    .optional()
    .describe('Id of the stream, which verification events must be about'),
  verificationState: z
    .string()
    .min(1)
    .optional()
    .describe('The state that verification was asked for with; one that differs is refused'),
  severalEvents: z
    .boolean()
    .default(false)
    .describe('Whether a token may hold several events; those of SCIM always may'),
  criticalMembers: z
    .array(z.string())
    .default([])
    .describe('critical_subject_members of the transmitter: events with one we do not know are invalid'),
});
type Settings = z.output<typeof Settings>;

const ACCEPTED: Answer = empty(202);

const DESCRIPTIONS: Readonly<Record<SetError, string>> = {
  invalid_request: 'The request is no Security Event Token of a form that is accepted here',
  invalid_key: 'The token is not signed with a key of its issuer',
  invalid_issuer: 'The issuer is not the one of this stream',
  invalid_audience: 'aud does not name this receiver',
  authentication_failed: 'The request does not prove who sent it',
  invalid_state: 'The state is not the one that verification was asked for with',
};

const turnAway = (error: SetError, reason: RefusalReason, message: string): Received => ({
  outcome: 'refused',
  reason,
  message,
  response: {
    status: 400,
    headers: { 'Content-Type': 'application/json', 'Content-Language': 'en' },
    body: JSON.stringify({ err: error, description: DESCRIPTIONS[error] }),
  },
});

/** Refusals of a token in the words of RFC 8935; null where the token is not to blame and shall come again. */
const errorOf = (reason: RefusalReason): SetError | null => {
  switch (reason) {
    case 'bad_signature':
      return 'invalid_key';
    case 'wrong_issuer':
      return 'invalid_issuer';
    case 'wrong_audience':
      return 'invalid_audience';
    case 'keys_unavailable':
    case 'no_secret':
    case 'misconfigured':
      return null;
    case 'method':
    case 'no_signature':
    case 'too_old':
    case 'malformed':
    case 'unsupported':
      return 'invalid_request';
  }
};

/** Whether it is a token at all, and from whom: null when nothing is wrong so far. */
const wrongRequest = async (settings: Settings, arrival: Arrival): Promise<Received | null> => {
  const { post } = arrival;
  if (post.method !== 'POST') return refused('method', `A ${post.method} came where tokens are posted`);
  const type = (post.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/secevent+jwt') {
    return turnAway(
      'invalid_request',
      'unsupported',
      `The content type is "${type}", not application/secevent+jwt`,
    );
  }
  if (!settings.authorization) return null;
  const proven = await prove([{ scheme: 'header', header: 'Authorization' }], arrival);
  if (!proven.ok && proven.reason === 'no_secret') return refused(proven.reason, proven.message);
  return proven.ok ? null : turnAway('authentication_failed', proven.reason, proven.message);
};

/** Of a token that was verified, so that its claims are JSON. */
const isTooDeep = (token: string): boolean => {
  const [, claims = ''] = token.split('.');
  return isDeeperThan(new TextDecoder().decode(base64url.decode(claims)), DEEPEST);
};

const receive = async (settings: Settings, arrival: Arrival): Promise<Received> => {
  const wrong = await wrongRequest(settings, arrival);
  if (wrong !== null) return wrong;
  const { post, ports } = arrival;
  const token = new TextDecoder().decode(post.body).trim();
  const rule = {
    jwksUrl: settings.jwksUrl,
    issuers: [settings.issuer],
    audiences: listOf(settings.audience),
    typ: 'secevent+jwt',
    requiredClaims: ['jti', 'iat', 'events'],
    ...(settings.algorithms === undefined ? {} : { algorithms: settings.algorithms }),
  };
  const verified = await verifyJwt(token, rule, { ports, now: post.now });
  if (!verified.ok) {
    const error = errorOf(verified.reason);
    if (error === null) return refused(verified.reason, verified.message);
    return turnAway(error, verified.reason, verified.message);
  }
  if (isTooDeep(token)) return turnAway('invalid_request', 'malformed', 'The claims are nested too deep');
  const read = readSet(verified.claims, token, settings);
  if (!read.ok) return turnAway(read.error, 'malformed', read.message);
  return { outcome: 'events', events: read.events, response: ACCEPTED };
};

export const ssf: OddKind<Settings> = {
  title: 'Shared Signals (SSF, CAEP, RISC)',
  doc: 'Security events pushed by a transmitter such as Okta, Google or Keycloak, and SCIM events: signed tokens (RFC 8935), verified with the keys that the transmitter publishes.',
  setup:
    'Create a stream at the transmitter with the delivery method urn:ietf:rfc:8935 and this address as its endpoint_url, and copy iss, aud and jwks_uri from its answers into the settings.',
  settings: Settings,
  secret: ({ authorization }) => (authorization ? 'generated' : 'none'),
  unavailable: COME_AGAIN,
  receive,
};
