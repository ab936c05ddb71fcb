/** A connection is one configured account of a system that flows send requests to. */
import * as z from 'zod';

const baseUrl = z.url({ protocol: /^https?$/ }).optional();

/** How requests are signed in. `baseUrl` is put before relative addresses; credentials go to its origin only. */
export const ConnectionSettings = z.discriminatedUnion('auth', [
  z.strictObject({ auth: z.literal('none'), baseUrl }),
  z.strictObject({ auth: z.literal('basic'), baseUrl, username: z.string().min(1), password: z.string() }),
  z.strictObject({ auth: z.literal('bearer'), baseUrl, token: z.string().min(1) }),
  z.strictObject({ auth: z.literal('header'), baseUrl, header: z.string().min(1), value: z.string().min(1) }),
  /** RFC 6749, section 4.4 */
  z.strictObject({
    auth: z.literal('oauth2_client_credentials'),
    baseUrl,
    tokenUrl: z.url({ protocol: /^https?$/ }),
    clientId: z.string().min(1),
    clientSecret: z.string().min(1),
    scope: z.string().optional(),
    audience: z.string().optional(),
    /** where the client's credentials go; RFC 6749, section 2.3.1 */
    clientAuth: z.enum(['basic', 'body']).default('basic'),
  }),
]);
export type ConnectionSettings = z.output<typeof ConnectionSettings>;

export type ConnectionKind = 'http';

export interface Connection {
  readonly name: string;
  readonly kind: ConnectionKind;
  readonly settings: ConnectionSettings;
  /** Callees that honour `Idempotency-Key` make every request safe to repeat. */
  readonly honoursIdempotencyKey: boolean;
}
