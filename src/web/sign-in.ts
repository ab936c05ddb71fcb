/** The door of people: signing in by the organisation's identity provider, and out again. */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { audit, NOBODY, personActor } from '../access/audit.ts';
import { callerAddress, callerNetwork } from '../access/caller-address.ts';
import { isBehindAccess } from '../access/cloudflare-access.ts';
import type { HttpContext } from '../access/context.ts';
import { localPath } from '../access/local-path.ts';
import { beginSignIn, CALLBACK, endSignIn } from '../access/oidc.ts';
import type { SignInEnd } from '../access/oidc.ts';
import { providerOf } from '../access/oidc-settings.ts';
import type { Provider } from '../access/oidc-settings.ts';
import { originOf } from '../access/origin.ts';
import { findSignedIn } from '../access/person-of.ts';
import { openSession } from '../access/session.ts';
import { recallSignIn, rememberSignIn } from '../access/sign-in-state.ts';
import type { SignInState } from '../access/sign-in-state.ts';
import { StepError } from '../domain/errors.ts';
import { countAttempt, forgetAttempt, MOST_ATTEMPTS } from '../storage/sign-in-attempts.ts';
import { obstaclePage } from './sign-in-pages.ts';
import type { Obstacle } from './sign-in-pages.ts';

type Ctx = Context<HttpContext>;

const stop = async (c: Ctx, obstacle: Obstacle, back: string): Promise<Response> => {
  const page = await obstaclePage(obstacle, back, c.get('requestId'));
  // Made anew by Hono, which has the end of a cookie to tell.
  return c.newResponse(page.body, page);
};

const outsideOf = (c: Ctx) => ({ env: c.env, reach: c.get('reach') });

/** Where nobody has to be sent anywhere: Access has signed them in before they came here. */
const byAccess = async (c: Ctx, back: string): Promise<Response> =>
  (await findSignedIn(c, Date.now())) ? c.redirect(back, 303) : stop(c, 'access_only', back);

const toProvider = async (c: Ctx, provider: Provider, back: string): Promise<Response> => {
  const asked = { origin: originOf(c.env, c.req.url), return: back, now: Date.now() };
  try {
    const { url, state } = await beginSignIn(provider, outsideOf(c), asked);
    await rememberSignIn(c, state);
    c.header('Cache-Control', 'no-store');
    return c.redirect(url.href, 303);
  } catch (error) {
    // What cannot be reached, and what answers something else than an issuer, is the provider's trouble.
    console.error(c.get('requestId'), `the identity provider cannot be asked: ${String(error)}`);
    return stop(c, error instanceof StepError ? 'unreachable' : 'not_accepted', back);
  }
};

const begin = (c: Ctx): Response | Promise<Response> => {
  const back = localPath(c.req.query('return'));
  if (isBehindAccess(c.env)) return byAccess(c, back);
  const provider = providerOf(c.env);
  if (provider) return toProvider(c, provider, back);
  return c.get('development') === true
    ? c.redirect(`/sign-in/development?return=${encodeURIComponent(back)}`, 303)
    : stop(c, 'no_provider', back);
};

const seenFrom = (c: Ctx) => ({
  address: callerAddress(c.req.raw),
  userAgent: (c.req.header('User-Agent') ?? '').slice(0, 300),
  requestId: c.get('requestId'),
});

const letIn = async (
  c: Ctx,
  end: SignInEnd & { readonly ok: true },
  { state, now }: { readonly state: SignInState; readonly now: number },
): Promise<Response> => {
  const { groups } = end.person;
  const detail = { ...seenFrom(c), groups: [...groups] };
  // First: nobody comes in unrecorded.
  await audit(c.env, { actor: personActor(end.person), action: 'sign_in', detail });
  await openSession(c, end, now);
  await forgetAttempt(c.env.DB, callerNetwork(c.req.raw), now);
  return c.redirect(localPath(state.return), 303);
};

const turnAway = async (c: Ctx, obstacle: Obstacle, reason: string, back: string): Promise<Response> => {
  const detail = { ...seenFrom(c), obstacle, reason };
  await audit(c.env, { actor: NOBODY, action: 'sign_in', outcome: 'refused', detail });
  return stop(c, obstacle, back);
};

const returned = async (c: Ctx): Promise<Response> => {
  const now = Date.now();
  const provider = isBehindAccess(c.env) ? undefined : providerOf(c.env);
  if (!provider) return stop(c, 'no_provider', '/');
  const state = await recallSignIn(c, now);
  // Not recorded, and nobody is asked: this costs whoever guesses as much as us.
  if (!state || c.req.query('state') !== state.state) return stop(c, 'overtaken', localPath(state?.return));
  const attempts = await countAttempt(c.env.DB, callerNetwork(c.req.raw), now);
  if (attempts > MOST_ATTEMPTS + 1) return stop(c, 'too_often', state.return);
  if (attempts > MOST_ATTEMPTS) return turnAway(c, 'too_often', 'too many attempts', state.return);
  const origin = originOf(c.env, c.req.url);
  const url = new URL(c.req.url);
  const end = await endSignIn(url, { provider, outside: outsideOf(c), state, origin, now });
  return end.ok ? letIn(c, end, { state, now }) : turnAway(c, end.reason, end.detail, state.return);
};

export const signInDoor = new Hono<HttpContext>();
signInDoor.get('/sign-in', begin);
signInDoor.get(CALLBACK, returned);
signInDoor.get('/sign-in/again', (c) => stop(c, 'ended', localPath(c.req.query('return'))));
