/** What every HTTP handler finds in Hono's context: the bindings, and what the middleware found out. */
import type { Cards } from '../domain/card.ts';
import type { Bindings } from '../storage/bindings.ts';
import type { Scope } from './scopes.ts';

export type { Scope } from './scopes.ts';

/** Who a token belongs to. `client` stays the same when the token is rotated. */
export interface Identity {
  readonly tokenId: string;
  readonly name: string;
  readonly client: string;
  readonly scopes: readonly Scope[];
}

export interface HttpContext {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    cards: Cards;
    /** set by `authenticate`; absent without a token */
    identity?: Identity;
  };
}
