/**
 * What the claims of a Security Event Token (RFC 8417) say, once its signature holds: the rules of Shared Signals 1.0
 * for receivers, with SCIM events (RFC 9967), and the older dialect of Okta, where the subject stands in the event.
 */
import * as z from 'zod';
import type { FoundEvent } from '../domain/event.ts';
import { isObject, type JsonObject } from '../domain/json.ts';
import { eventTime } from './event-time.ts';
import { readableSubject, unknownCriticalMember } from './security-subject.ts';

const SSF = 'https://schemas.openid.net/secevent/ssf/event-type/';
const VERIFICATION = `${SSF}verification`;
/** Compared in lower case: older transmitters write SCIM in capitals. */
const SCIM = 'urn:ietf:params:scim:event:';

/** What a source is configured to expect of the tokens it gets. */
export interface SetExpectations {
  readonly streamId?: string | undefined;
  readonly verificationState?: string | undefined;
  readonly severalEvents: boolean;
  readonly criticalMembers: readonly string[];
}

/** Error codes of RFC 8935, section 2.4, and of Shared Signals for verification events. */
export type SetError =
  | 'invalid_request'
  | 'invalid_key'
  | 'invalid_issuer'
  | 'invalid_audience'
  | 'authentication_failed'
  | 'invalid_state';

export type ReadSet =
  | { readonly ok: true; readonly events: readonly FoundEvent[] }
  | { readonly ok: false; readonly error: SetError; readonly message: string };

const object = z.custom<JsonObject>(isObject);
const absent = (why: string) => z.undefined(`must not be there: ${why}`).optional();

const Claims = z.looseObject({
  jti: z.string().min(1),
  iat: z.number(),
  toe: z.number().optional(),
  sub_id: object.optional(),
  events: z
    .record(z.string().min(1).max(255), object)
    .refine((events) => Object.keys(events).length > 0, 'is empty'),
  // Confusion defence (Shared Signals 1.0): a token that could be taken for an ID token or an access token is none.
  sub: absent('the subject is in sub_id'),
  exp: absent('an event does not expire'),
});
type Claims = z.output<typeof Claims>;

/** A SET and one event of it. */
interface Told {
  readonly claims: Claims;
  readonly raw: string;
  readonly type: string;
  readonly payload: JsonObject;
}

const subjectOf = ({ claims, payload }: Told): JsonObject | undefined => {
  if (claims.sub_id !== undefined) return claims.sub_id;
  // Okta, and RISC before it was final.
  return isObject(payload['subject']) ? payload['subject'] : undefined;
};

const foundIn = (told: Told, { id, critical }: { id: string; critical: readonly string[] }): FoundEvent => {
  const { claims, payload, type, raw } = told;
  const subject = subjectOf(told);
  const unknown = unknownCriticalMember(subject, critical);
  const data = {
    ...(claims as JsonObject),
    events: { [type]: payload },
    event: payload,
    ...(subject === undefined ? {} : { subject }),
  };
  return {
    id,
    type,
    subject: readableSubject(subject),
    // In seconds, but by Okta in milliseconds; `toe` is the time of the event in RFC 8417.
    time:
      eventTime(payload['event_timestamp'] ?? null) ?? eventTime(claims.toe ?? null) ?? eventTime(claims.iat),
    raw,
    data,
    ...(unknown === undefined ? {} : { fault: `its subject has the critical member ${unknown}` }),
  };
};

const refuse = (error: SetError, message: string): ReadSet => ({ ok: false, error, message });

/** Several events in one token are for SCIM; Shared Signals asks for one, and a source may be told otherwise. */
const mayBeSeveral = (types: readonly string[], expected: SetExpectations): boolean =>
  types.length === 1 || expected.severalEvents || types.every((type) => type.toLowerCase().startsWith(SCIM));

/** Verification events arrive when they were asked for, with our state, and unasked, without one. */
const wrongVerification = (
  { claims, payload }: Pick<Told, 'claims' | 'payload'>,
  { streamId, verificationState }: SetExpectations,
): ReadSet | undefined => {
  const { state } = payload;
  if (state !== undefined && verificationState !== undefined && state !== verificationState) {
    return refuse('invalid_state', 'The verification event has another state than the one configured');
  }
  if (streamId === undefined || claims.sub_id?.['id'] === streamId) return undefined;
  return refuse('invalid_request', 'The verification event is about another stream than the one configured');
};

/**
 * The events of a token whose signature, issuer and audience were verified. A `jti` that came before is read as if it
 * were new (RFC 8935, section 2): events are deduplicated when they are kept.
 */
export const readSet = (claims: JsonObject, raw: string, expected: SetExpectations): ReadSet => {
  const parsed = Claims.safeParse(claims);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return refuse('invalid_request', `The claim ${issue?.path.join('.')} is wrong: ${issue?.message}`);
  }
  const { jti, events } = parsed.data;
  const types = Object.keys(events);
  if (!mayBeSeveral(types, expected)) {
    return refuse('invalid_request', `The token has ${types.length} events where one is expected`);
  }
  const verification = events[VERIFICATION];
  const wrong = verification && wrongVerification({ claims: parsed.data, payload: verification }, expected);
  if (wrong) return wrong;
  const found = Object.entries(events).map(([type, payload]) => {
    const id = types.length === 1 ? jti : `${jti}#${type}`;
    return foundIn({ claims: parsed.data, raw, type, payload }, { id, critical: expected.criticalMembers });
  });
  return { ok: true, events: found };
};
