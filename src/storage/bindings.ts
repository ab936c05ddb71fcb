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
  /** Flow that is started when schedules are overdue. */
  readonly SLUICE_ALERT_FLOW?: string;
}
