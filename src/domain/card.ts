/**
 * A card is a reusable unit that a step places in a flow. One export is one card; its id is its family (the file)
 * and the name of the export: `text.split`. Its examples are its tests and its documentation.
 */
import * as z from 'zod';
import type { Connection, ConnectionKind } from './connection.ts';
import type { Json, JsonObject } from './json.ts';

/**
 * What a repetition of an attempt with unknown outcome means: `pure` reaches nothing outside, `safe` may be
 * repeated, `probe` looks first whether it happened, `once` is never repeated without a person's word.
 */
export type Effect = 'pure' | 'safe' | 'probe' | 'once';

/** Clock and chance of a card: the time of its journal entry, and numbers that nobody can foresee. */
export interface PureContext {
  /** ms since the epoch */
  readonly now: number;
  /** uniform in [0, 1), of cryptographic quality; a step that is computed anew gets others, as nobody saw the first */
  readonly random: () => number;
}

export interface ActionContext extends PureContext {
  readonly connection?: Connection;
  /** `run id:step path`, the same for every attempt: for callees that honour `Idempotency-Key`. */
  readonly effectKey: string;
  /** Aborted at the attempt's time limit and when the run is cancelled. */
  readonly signal: AbortSignal;
  /** Sends one request; everything outside is reached through it. Redirects are not followed by it. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** What requests may reach: loopback only by an explicit local setting, never the installation itself. */
  readonly network: { readonly allowLoopback: boolean; readonly ownHosts: readonly string[] };
}

interface CardBase<I extends z.ZodType, O extends z.ZodType> {
  /** Two or three words, as a menu shows it. */
  readonly title: string;
  /** One or two sentences: what it does, and what it does with the odd cases. */
  readonly doc: string;
  readonly input: I;
  readonly output: O;
}

/** An input and the output it must give, or the code of the error. `now` fixes the clock, chance is always 0.5. */
export type PureExample = { readonly title?: string; readonly input: JsonObject; readonly now?: string } & (
  { readonly output: Json } | { readonly error: string }
);

export interface PureCard<I extends z.ZodType = z.ZodType, O extends z.ZodType = z.ZodType> extends CardBase<
  I,
  O
> {
  readonly effect: 'pure';
  readonly examples: readonly [PureExample, ...PureExample[]];
  readonly run: (input: z.output<I>, context: PureContext) => z.input<O> | Promise<z.input<O>>;
}

/** The request an action must make for an input, the answer it is given, and what it makes of it. */
export type ActionExample = {
  readonly title?: string;
  readonly input: JsonObject;
  readonly request: { readonly method: string; readonly url: string; readonly body?: Json };
  readonly answer: {
    readonly status: number;
    readonly headers?: Record<string, string>;
    readonly body?: Json;
  };
} & ({ readonly output: Json } | { readonly error: string });

/** What a probe found out about an attempt whose outcome was unknown. */
export type Probed =
  { readonly happened: 'yes'; readonly output: Json } | { readonly happened: 'no' | 'unknown' };

export interface ActionCard<
  I extends z.ZodType = z.ZodType,
  O extends z.ZodType = z.ZodType,
> extends CardBase<I, O> {
  readonly effect: (input: z.output<I>, connection?: Connection) => Exclude<Effect, 'pure'>;
  /** Whether it changes nothing outside, so that a dry run may perform it; left out: it may change something. */
  readonly reads?: (input: z.output<I>) => boolean;
  /** Kinds of connection it can use; `optional` when it works without one. */
  readonly connects: { readonly kinds: readonly ConnectionKind[]; readonly optional: boolean };
  readonly examples: readonly [ActionExample, ...ActionExample[]];
  /** Throws `StepError` with `happened` set whenever a request was sent. */
  readonly perform: (input: z.output<I>, context: ActionContext) => Promise<z.input<O>>;
  readonly probe?: (input: z.output<I>, context: ActionContext) => Promise<Probed>;
  /** What it would send, for a dry run: secrets masked. */
  readonly describe: (input: z.output<I>, connection?: Connection) => JsonObject;
}

export type Card = PureCard | ActionCard;

export const isPure = (card: Card): card is PureCard => card.effect === 'pure';

/** Ties the types of `run` to its schemas; the table of cards keeps the general type. */
export const pure = <I extends z.ZodType, O extends z.ZodType>(
  card: Omit<PureCard<I, O>, 'effect'>,
): PureCard =>
  // A card is only ever called with what its own input schema returned, so the narrow type is safe to forget.
  ({ ...card, effect: 'pure' }) as unknown as PureCard;

export const action = <I extends z.ZodType, O extends z.ZodType>(card: ActionCard<I, O>): ActionCard => card;

/** Every card a flow may use, by id. */
export type Cards = ReadonlyMap<string, Card>;
