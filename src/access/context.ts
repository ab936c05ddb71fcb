/** What every HTTP handler finds in Hono's context: the bindings, and what the middleware found out. */
import type { Cards } from '../domain/card.ts';
import type { Person } from '../domain/person.ts';
import type { Bindings } from '../storage/bindings.ts';
import type { Role, Scope } from './scopes.ts';

export type { Scope } from './scopes.ts';

/** Who a token belongs to, or who signed in. `client` stays the same when the token is rotated. */
export interface Identity {
  /** of a person, the subject */
  readonly tokenId: string;
  readonly name: string;
  readonly client: string;
  readonly scopes: readonly Scope[];
  /** set when it is a person's session that calls, and no token */
  readonly person?: Person;
}

/** Asks an identity provider: no redirect is followed, the answer is capped and comes in time or not at all. */
export type Reach = (env: Bindings, request: Request) => Promise<Response>;

export interface HttpContext {
  Bindings: Bindings;
  Variables: {
    requestId: string;
    cards: Cards;
    /** set by `authenticate`; absent without a token */
    identity?: Identity;
    /** asks identity providers */
    reach: Reach;
    /** whether made-up people may sign in: in `npm start` alone (src/dev.ts) */
    development?: boolean;
    /** these four are set together, by `requirePerson` */
    person?: Person;
    /** the strongest that the person's groups give */
    role?: Role;
    /** what stands for the session without giving it away */
    session?: string;
    /** proves that a form was ours (csrf.ts) */
    csrf?: string;
  };
}
