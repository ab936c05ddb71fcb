/** What the Worker is bound to (wrangler.toml) and what its settings are called. */
import type { LaneRpc } from '../domain/lane.ts';

/** A stub of a lane; calls on it can reject when the object is reset: then take a fresh one. */
export type LaneStub = LaneRpc;

export interface LaneNamespace {
  idFromName(name: string): DurableObjectId;
  get(id: DurableObjectId): LaneStub;
}

export interface Bindings {
  readonly DB: D1Database;
  readonly RUN_LANE: LaneNamespace;
  /** Accepted events and due ticks, on their way to the flows (src/triggers/messages.ts). */
  readonly EVENTS: Queue;
  /** Version of the deployed Worker; `timestamp` is ISO 8601. */
  readonly CF_VERSION_METADATA?: { readonly id: string; readonly timestamp: string };
  /** The first administrator's token. */
  readonly SLUICE_TOKEN?: string;
  /** `id:base64,…`, 32 bytes each; the first one encrypts. */
  readonly SLUICE_KEYS?: string;
  /** Signs links. */
  readonly SLUICE_LINK_KEY?: string;
  readonly SLUICE_PUBLIC_URL?: string;
  readonly SLUICE_HOMES?: string;
  readonly SLUICE_LANES?: string;
  /** `true` on a laptop only: requests may reach loopback addresses. */
  readonly SLUICE_ALLOW_LOOPBACK?: string;
  readonly SLUICE_KEEP_RUNS?: string;
  readonly SLUICE_KEEP_EVENTS?: string;
  /** Helper that is told of the failed runs of all flows that name none themselves. */
  readonly SLUICE_ON_FAILURE?: string;
  /** Flow that is started when schedules are overdue. */
  readonly SLUICE_ALERT_FLOW?: string;
  /** The identity provider of the organisation: its issuer, as its discovery document says it. */
  readonly SLUICE_OIDC_ISSUER?: string;
  readonly SLUICE_OIDC_CLIENT_ID?: string;
  /** Worker secret; without one the client is public, and PKCE alone vouches for it. */
  readonly SLUICE_OIDC_CLIENT_SECRET?: string;
  /** How the secret is sent: `post` or `basic`; without it, as the provider says, `post` first. */
  readonly SLUICE_OIDC_CLIENT_AUTH?: string;
  /** The claim that lists a person's groups: `groups`. */
  readonly SLUICE_OIDC_GROUPS_CLAIM?: string;
  /** `true`: addresses count as verified although the provider does not say so. */
  readonly SLUICE_OIDC_TRUST_EMAIL?: string;
  /** Cloudflare Access: name of the team, and the application's audience tag. */
  readonly SLUICE_ACCESS_TEAM?: string;
  readonly SLUICE_ACCESS_AUDIENCE?: string;
  /** JSON: groups by role (src/access/roles.ts). */
  readonly SLUICE_ROLES?: string;
  /** The organisation's name, as pages show it. */
  readonly SLUICE_ORG_NAME?: string;
}
