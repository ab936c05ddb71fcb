/** Signing out: here, everywhere, at the identity provider, and by its word. */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { audit, personActor } from '../access/audit.ts';
import { isAboutToken, logOutElsewhere } from '../access/back-channel.ts';
import { isBehindAccess } from '../access/cloudflare-access.ts';
import type { HttpContext } from '../access/context.ts';
import { checkCsrf, csrfToken } from '../access/csrf.ts';
import { providerOf } from '../access/oidc-settings.ts';
import { originOf } from '../access/origin.ts';
import { requirePerson } from '../access/require-person.ts';
import { closeSession, currentSession } from '../access/session.ts';
import { SIGNED_OUT, signOutAddress } from '../access/sign-out.ts';
import { StepError } from '../domain/errors.ts';
import type { Person } from '../domain/person.ts';
import { problemResponse, refuse } from '../domain/problem.ts';
import { removeSessionsOf } from '../storage/sessions.ts';
import type { StoredSession } from '../storage/sessions.ts';
import { signedOutPage, signOutPage } from './sign-in-pages.ts';

type Ctx = Context<HttpContext>;

/** Of Access, on every host that it guards. */
const ACCESS_SIGN_OUT = '/cdn-cgi/access/logout';

const personIn = (c: Ctx): Person => {
  const person = c.get('person');
  if (!person) throw new Error('Signing out needs `requirePerson` before it.');
  return person;
};

const onwardFrom = async (c: Ctx, session: StoredSession, now: number): Promise<string | undefined> => {
  const provider = providerOf(c.env);
  if (!provider) return undefined;
  const origin = originOf(c.env, c.req.url);
  try {
    return await signOutAddress(provider, { env: c.env, reach: c.get('reach') }, { session, origin, now });
  } catch (error) {
    // Signed out here they are all the same.
    console.warn(c.get('requestId'), `the identity provider cannot be asked: ${String(error)}`);
    return undefined;
  }
};

const signOut = async (c: Ctx): Promise<Response> => {
  const form = await c.req.parseBody();
  if (!checkCsrf(c, form.csrf)) {
    const refusal = refuse(
      'forbidden',
      'This did not come from a page of ours. Open /sign-out and try again.',
    );
    return problemResponse(refusal, c.get('requestId'));
  }
  const now = Date.now();
  const person = personIn(c);
  const everywhere = form.everywhere === 'yes';
  const session = await currentSession(c, now);
  if (session) await closeSession(c, session.hash);
  if (everywhere) await removeSessionsOf(c.env.DB, person.subject, now);
  await audit(c.env, { actor: personActor(person), action: 'sign_out', detail: { everywhere } });
  if (isBehindAccess(c.env)) return signedOutPage(ACCESS_SIGN_OUT);
  const page = await signedOutPage(session && (await onwardFrom(c, session, now)));
  // The page is no answer that Hono made: the cookie's end has to be carried over.
  return c.newResponse(page.body, page);
};

const backChannel = async (c: Ctx): Promise<Response> => {
  c.header('Cache-Control', 'no-store');
  const provider = isBehindAccess(c.env) ? undefined : providerOf(c.env);
  if (!provider) return c.notFound();
  const { logout_token: token } = await c.req.parseBody();
  try {
    const asked = { env: c.env, reach: c.get('reach'), now: Date.now() };
    const { subject, ended } = await logOutElsewhere(typeof token === 'string' ? token : '', provider, asked);
    const actor = { kind: 'provider', id: provider.name, name: null } as const;
    await audit(c.env, { actor, action: 'sign_out', target: subject, detail: { ended } });
    return c.body(null, 200);
  } catch (error) {
    if (error instanceof StepError) return c.json({ error: 'temporarily_unavailable' }, 503);
    if (!isAboutToken(error)) throw error;
    // The message alone: the error holds the claims.
    console.warn(c.get('requestId'), `the logout token is not accepted: ${String(error)}`);
    return c.json({ error: 'invalid_request', error_description: 'The logout token is not accepted.' }, 400);
  }
};

export const signOutDoor = new Hono<HttpContext>();
signOutDoor.get('/sign-out', requirePerson, (c) => signOutPage(personIn(c).name, csrfToken(c)));
signOutDoor.post('/sign-out', requirePerson, signOut);
signOutDoor.get(SIGNED_OUT, () => signedOutPage(undefined));
signOutDoor.post('/sign-in/back-channel', backChannel);
