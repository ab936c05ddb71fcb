/**
 * Hono middleware: what changes something through the management API goes to the audit log, and so does what somebody
 * was refused for lack of a scope. Whatever is added to the API is recorded without more ado.
 */
import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { problemResponse, refuse } from '../domain/problem.ts';
import { StoreUnavailable } from '../storage/deadline.ts';
import { actorOf, audit } from './audit.ts';
import type { HttpContext, Identity } from './context.ts';

const BASE = '/api/v1/';
const VERBS: Readonly<Record<string, string>> = {
  POST: 'create',
  PUT: 'put',
  PATCH: 'change',
  DELETE: 'delete',
};
/** What only tells: it is sent by POST because it brings a body. */
const TELLS = new Set(['check', 'preview', 'test']);

export interface Change {
  /** `tokens.delete`, `runs.cancel` */
  readonly action: string;
  /** `tok_…`; null for the collection */
  readonly target: string | null;
}

const decoded = (part: string): string => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
};

/** `/tokens` is a collection, `/tokens/<id>` one of it, `/runs/<id>/cancel` a deed, `/flows/push` one on all of it. */
export const changeOf = (method: string, path: string): Change | undefined => {
  const verb = VERBS[method];
  if (verb === undefined || !path.startsWith(BASE)) return undefined;
  const [collection = '', one, deed] = path.slice(BASE.length).split('/').map(decoded);
  const isPost = method === 'POST';
  if (isPost && TELLS.has(deed ?? one ?? '')) return undefined;
  if (one === undefined) return { action: `${collection}.${verb}`, target: null };
  if (deed === 'runs') return { action: 'runs.create', target: one };
  if (deed !== undefined) return { action: `${collection}.${deed}${isPost ? '' : `.${verb}`}`, target: one };
  return isPost
    ? { action: `${collection}.${one}`, target: null }
    : { action: `${collection}.${verb}`, target: one };
};

/** What was made has its address in `Location`. */
const madeAt = (response: Response): string | null => {
  const last = response.headers.get('Location')?.split('/').at(-1);
  return last === undefined || last === '' ? null : decodeURIComponent(last);
};

/** Runs that tokens start are in the history, which names the token; they come too fast for a chain. */
const isRunOfToken = (identity: Identity, { action }: Change): boolean =>
  identity.person === undefined && action === 'runs.create';

const record = async (c: Context<HttpContext>, identity: Identity): Promise<void> => {
  const { status } = c.res;
  if (status !== 403 && !c.res.ok) return;
  const change = changeOf(c.req.method, new URL(c.req.url).pathname);
  if (!change || isRunOfToken(identity, change)) return;
  await audit(c.env, {
    actor: actorOf(identity),
    action: change.action,
    target: change.target ?? madeAt(c.res),
    outcome: status === 403 ? 'refused' : 'done',
    detail: { requestId: c.get('requestId') },
  });
};

export const recordChanges = createMiddleware<HttpContext>(async (c, next) => {
  await next();
  const identity = c.get('identity');
  if (!identity) return;
  try {
    await record(c, identity);
  } catch (error) {
    if (!(error instanceof StoreUnavailable)) throw error;
    console.error(c.get('requestId'), 'the audit log does not answer:', error.message);
    const detail =
      'The request was carried out, but the audit log does not answer. Look before you try again.';
    c.res = problemResponse(refuse('unavailable', detail), c.get('requestId'));
  }
});
