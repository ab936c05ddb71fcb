/** What every HTTP handler finds in Hono's context: the bindings, and what the middleware found out. */
import type { Cards } from '../domain/card.ts';
import type { Bindings } from '../storage/bindings.ts';

/** Scopes of conventions.md; `invoke:<flow>` is a flow's own token. */
export type Scope =
  | `${'flows' | 'runs' | 'events' | 'schedules' | 'audit' | 'tokens' | 'connections' | 'secrets' | 'sources' | 'grants' | 'settings'}:read`
  | `${'flows' | 'tokens' | 'connections' | 'secrets' | 'sources' | 'grants' | 'settings'}:write`
  | 'runs:start'
  | 'runs:control'
  | 'schedules:control'
  | 'events:replay'
  | `invoke:${string}`;

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
