/**
 * What a kind of source is: a sender's habits as data. How it proves that it is the sender, how it introduces itself,
 * where id, type, time and subject of its events lie, and which answers it wants.
 */
import type * as z from 'zod';
import type { FoundEvent } from '../domain/event.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Proof } from './proof.ts';

export type { FoundEvent } from '../domain/event.ts';

/** One request at the address of a source. `body` is what was sent, byte for byte. */
export interface Post {
  readonly method: string;
  readonly url: URL;
  readonly headers: Headers;
  readonly body: Uint8Array<ArrayBuffer>;
  /** ms since the epoch */
  readonly now: number;
}

/** A configured source. Two secrets are active while one replaces the other. */
export interface SourceConfig {
  readonly name: string;
  readonly kind: string;
  readonly settings: JsonObject;
  readonly secrets: readonly string[];
}

/** What this room cannot do itself. */
export interface SourcePorts {
  /** Fetches a document, such as a key set; capped in size and time. Throws when it does not come. */
  readonly fetchJson: (url: string) => Promise<Json>;
  /** What an expression finds in a value; undefined for nothing. Throws when it cannot be evaluated. */
  readonly evaluate: (expression: string, value: Json) => Json | undefined | Promise<Json | undefined>;
}

/** An answer before it is a `Response`. Header names as they go out. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** null: no body */
  readonly body: string | null;
}

export type RefusalReason =
  | 'method'
  | 'no_secret'
  | 'no_signature'
  | 'bad_signature'
  | 'too_old'
  | 'wrong_issuer'
  | 'wrong_audience'
  | 'keys_unavailable'
  | 'malformed'
  | 'unsupported'
  | 'misconfigured';

/** What became of a post. `response` is sent once the events are durable. */
export type Received =
  | { readonly outcome: 'answered'; readonly response: Answer }
  | { readonly outcome: 'events'; readonly events: readonly FoundEvent[]; readonly response: Answer }
  | {
      readonly outcome: 'refused';
      readonly reason: RefusalReason;
      /** for the log and the counters; senders are told less */
      readonly message: string;
      readonly response: Answer;
    };

/** A post and everything that is needed to judge it. */
export interface Arrival {
  readonly source: SourceConfig;
  readonly post: Post;
  readonly ports: SourcePorts;
}

/**
 * Where a value lies: a dotted path in the event, a header of the post, the part of the proof that was signed, an
 * expression, or code for odd ones. A header that is not signed can be another one when a post is replayed.
 */
export type Place =
  | string
  | { readonly header: string }
  | { readonly signed: 'id' | 'time' }
  | { readonly expression: string }
  | ((event: Json, headers: Headers) => Json | undefined);

/** The first place that has a value counts. */
export type Places = Place | readonly Place[];

/** How a body holds its events. */
export type Shape =
  /** it is one event */
  | { readonly as: 'object' }
  /** they are the items of an array, at a dotted path or the body itself */
  | { readonly as: 'list'; readonly at?: string }
  /** one JSON text a line */
  | { readonly as: 'lines' }
  /** an array, lines, or one event: whichever it looks like */
  | { readonly as: 'any' }
  /** fields of a form; of one that has the field `json`, the JSON in it */
  | { readonly as: 'form'; readonly json?: string };

/** How a sender finds out, before it sends events, whether somebody is there. */
export interface Handshake {
  readonly method: 'GET' | 'POST';
  /** whether it has to prove who it is, like a post of events: only then its body is read */
  readonly proven: boolean;
  /** only where this path of the body has this value */
  readonly when?: { readonly path: string; readonly equals: string };
  readonly challenge: { readonly header: string } | { readonly query: string } | { readonly path: string };
  readonly answer: (challenge: string) => Answer;
}

/** Everything that the common reader has to know of a sender. */
export interface Recipe {
  /** Any one of them suffices. */
  readonly proofs: readonly Proof[];
  readonly handshake?: Handshake;
  readonly shape: Shape;
  /** of posts with the content type of a form; else they are read like the others */
  readonly form?: Shape;
  readonly id: Places;
  readonly type: Places;
  readonly time?: Places;
  readonly subject?: Places;
  readonly actor?: Places;
  /** further CloudEvents attributes */
  readonly attributes?: (event: Json) => JsonObject;
  readonly accepted: Answer;
}

/** Where the secret comes from: made here and given to the sender, the other way round, or there is none. */
export type SecretOrigin = 'generated' | 'given' | 'none';

interface KindFacts<S> {
  readonly title: string;
  /** One or two sentences: what it sends and how it is verified. */
  readonly doc: string;
  /** One sentence: what to do at the sender. */
  readonly setup: string;
  readonly settings: z.ZodType<S>;
  // Methods, so that kinds with settings of their own fit into one table.
  secret(settings: S): SecretOrigin;
  /** What is wrong with a secret somebody pasted; null when nothing is. */
  secretProblem?(secret: string, settings: S): string | null;
  /** Expressions in the settings, to be checked on saving; the path is that of the setting. */
  expressions?(settings: S): readonly { readonly path: string; readonly expression: string }[];
  /** When nothing could be kept: an answer that makes this sender come back. */
  readonly unavailable: Answer;
}

/** A sender whose habits are data. */
export type RecipeKind<S> = KindFacts<S> & { recipe(settings: S): Recipe };

/** A sender that data cannot describe. */
export type OddKind<S> = KindFacts<S> & { receive(settings: S, arrival: Arrival): Promise<Received> };

export type SourceKind<S = unknown> = RecipeKind<S> | OddKind<S>;
