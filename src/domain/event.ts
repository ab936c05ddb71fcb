/** An event: something that happened outside, as a source sent it, as it is kept, and as flows read it. */
import type { Json, JsonObject } from './json.ts';

/** An event as flows read it, `event`: attributes of CloudEvents 1.0, `data`, and the text as it was sent. */
export interface Envelope extends JsonObject {
  readonly specversion: '1.0';
  /** the sender's id, which deduplicates */
  readonly id: string;
  /** name of the configured source */
  readonly source: string;
  readonly type: string;
  /** ISO 8601 */
  readonly time: string;
  readonly subject?: string;
  readonly data: Json;
  /** exactly as sent; of a batch, this event's part */
  readonly raw: string;
}

/** One event as a kind of source found it in a post. */
export interface FoundEvent {
  /** the sender's id; null when it has none: then the hash of `raw` serves */
  readonly id: string | null;
  readonly type: string;
  readonly subject: string | null;
  /** ms since the epoch; null when the sender says none */
  readonly time: number | null;
  /** exact text of this event within the post */
  readonly raw: string;
  /** only where it is not `JSON.parse(raw)` */
  readonly data?: Json;
  /** further CloudEvents attributes */
  readonly attributes?: JsonObject;
  /** API token or client that caused it, where the sender tells: what we caused ourselves starts nothing */
  readonly actor?: string | null;
  /** why nobody can use it: a bad one in a batch is kept, with the verdict `invalid` */
  readonly fault?: string;
}

/** An event as it was accepted: what the queue carries and the table `events` keeps. */
export interface StoredEvent {
  /** `evt_…`, minted when it was accepted */
  readonly id: string;
  readonly source: string;
  /** unique within the source: the sender's id, or `sha256:<hex>` where it sent none or an unusable one */
  readonly sourceId: string;
  readonly type: string;
  readonly subject: string | null;
  /** ms since the epoch; null when the sender said none, or one outside the years 1970 to 9999 */
  readonly time: number | null;
  readonly acceptedAt: number;
  readonly raw: string;
  readonly data?: Json;
  readonly attributes?: JsonObject;
  readonly actor?: string;
  /** why nobody can use it: it is closed with the verdict `invalid` when it is kept */
  readonly fault?: string;
}

export const VERDICTS = [
  'started',
  'not_matched',
  'filtered',
  'self_caused',
  'paused',
  'disabled',
  'loop',
  'error',
  'invalid',
  'expired',
  'undeliverable',
] as const;

/** What became of one event for one flow. */
export type Verdict = (typeof VERDICTS)[number];

export interface FlowVerdict {
  readonly verdict: Verdict;
  readonly at: number;
  /** id of the run, when one was started */
  readonly run?: string;
  readonly reason?: string;
}

/**
 * By flow; under {@link NO_FLOW} what is true of the event as a whole. What a replay brings for a flow that has started a
 * run before stands beside that, under {@link verdictKey}.
 */
export type Verdicts = Readonly<Record<string, FlowVerdict>>;
export const NO_FLOW = '';

/** Names of flows have no such sign. */
const REPLAY_SIGN = '#';
export const verdictKey = (flow: string, replay: string): string => flow + REPLAY_SIGN + replay;
/** The flow that a verdict is about, and the replay that brought it, if one did. */
export const readVerdictKey = (key: string): { readonly flow: string; readonly replay: string | null } => {
  const [flow = '', replay = null] = key.split(REPLAY_SIGN);
  return { flow, replay };
};

/** When it happened, as far as anybody knows. */
export const timeOf = (event: StoredEvent): number => event.time ?? event.acceptedAt;

/** As flows read it. `raw` is JSON wherever `data` does not stand beside it. */
export const envelopeOf = (event: StoredEvent): Envelope => {
  const parse = (): Json => JSON.parse(event.raw);
  return {
    ...event.attributes,
    specversion: '1.0',
    id: event.sourceId,
    source: event.source,
    type: event.type,
    time: new Date(timeOf(event)).toISOString(),
    ...(event.subject === null ? {} : { subject: event.subject }),
    data: event.data === undefined ? parse() : event.data,
    raw: event.raw,
  };
};
