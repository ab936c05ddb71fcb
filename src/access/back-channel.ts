/**
 * Back-channel logout (OpenID Connect Back-Channel Logout 1.0): the identity provider says that a session of its own
 * has ended, or all of a person's, and ours end with them.
 */
import { errors } from 'jose';
import * as z from 'zod';
import { removeEndedElsewhere } from '../storage/sessions.ts';
import { discover } from './discovery.ts';
import type { Provider } from './oidc-settings.ts';
import { subjectOf } from './session.ts';
import { TOLERANCE_S, verifiedClaims } from './token-keys.ts';
import type { Outside } from './token-keys.ts';

const EVENT = 'http://schemas.openid.net/event/backchannel-logout';

/** Section 2.4. An id token has no such event, and a nonce. */
const LogoutClaims = z
  .looseObject({
    iat: z.number(),
    jti: z.string().min(1),
    sub: z.string().min(1).optional(),
    sid: z.string().min(1).optional(),
    nonce: z.never().optional(),
    events: z.looseObject({ [EVENT]: z.looseObject({}) }),
  })
  .refine(({ sub, sid }) => sub !== undefined || sid !== undefined, 'neither sub nor sid is there');

export interface LoggedOut {
  readonly subject: string | null;
  /** how many sessions ended */
  readonly ended: number;
}

/**
 * Ends the sessions that a logout token names.
 * @throws what is wrong with the token, in words for the log; StepError when its keys cannot be had
 */
export const logOutElsewhere = async (
  token: string,
  provider: Provider,
  outside: Outside & { readonly now: number },
): Promise<LoggedOut> => {
  const { now } = outside;
  const server = await discover(provider, outside, now);
  const verified = await verifiedClaims(
    token,
    {
      keysUrl: server.jwks_uri ?? '',
      issuer: server.issuer,
      audience: provider.client.client_id,
      maxTokenAge: '5m',
      now,
    },
    outside,
  );
  const { iat, sub, sid = null } = LogoutClaims.parse(verified);
  const subject = sub === undefined ? null : subjectOf(provider.name, sub);
  const until = (iat + TOLERANCE_S) * 1_000;
  const ended = await removeEndedElsewhere(outside.env.DB, { issuer: provider.name, sid, subject, until });
  return { subject, ended };
};

/** Whether it is the token's fault, and not ours or the network's. */
export const isAboutToken = (error: unknown): boolean =>
  error instanceof errors.JOSEError || error instanceof z.ZodError;
