/** The sign-in of `npm start` where no identity provider is set: choose whom to be. A deployed Worker has none of this. */
import { Hono } from 'hono';
import type { Context } from 'hono';
import { html } from 'hono/html';
import { audit, personActor } from '../access/audit.ts';
import { isBehindAccess } from '../access/cloudflare-access.ts';
import type { HttpContext } from '../access/context.ts';
import { isFromOurPages } from '../access/csrf.ts';
import { localPath } from '../access/local-path.ts';
import { MADE_UP_PEOPLE } from '../access/made-up-people.ts';
import type { MadeUp } from '../access/made-up-people.ts';
import { isLoopback } from '../access/session-cookie.ts';
import { openSession } from '../access/session.ts';
import { problemResponse, refuse } from '../domain/problem.ts';
import { page } from './page.ts';
import type { Markup } from './page.ts';

type Ctx = Context<HttpContext>;

/** This machine, and no real sign-in beside it. */
const isOpen = ({ env, req }: Ctx): boolean =>
  isLoopback(new URL(req.url).hostname) && (env.SLUICE_OIDC_ISSUER ?? '') === '' && !isBehindAccess(env);

const card = ({ person, is }: MadeUp): Markup =>
  html`<li>
    <button type="submit" name="person" value="${person.subject}">${person.name}</button>
    ${is}
    <span class="quiet"
      >${person.email}${person.groups.length > 0 ? `, ${person.groups.join(', ')}` : ''}</span
    >
  </li>`;

const choose = (c: Ctx): Promise<Response> =>
  page(
    'Development sign-in',
    html`<h1>Development sign-in</h1>
      <p>
        <strong>These people are made up.</strong> Nobody checks who you are: this page exists on this machine
        only, while no identity provider is set. Whom do you want to be?
      </p>
      <form method="post" action="/sign-in/development">
        <input type="hidden" name="return" value="${localPath(c.req.query('return'))}" />
        <ul>
          ${MADE_UP_PEOPLE.map(card)}
        </ul>
      </form>`,
  );

const signIn = async (c: Ctx): Promise<Response> => {
  if (!isFromOurPages(c, new URL(c.req.url).origin)) {
    const refusal = refuse(
      'forbidden',
      'This did not come from a page of ours. Open /sign-in and choose there.',
    );
    return problemResponse(refusal, c.get('requestId'));
  }
  const { person: subject, return: back } = await c.req.parseBody();
  const chosen = MADE_UP_PEOPLE.find(({ person }) => person.subject === subject);
  if (!chosen) return c.redirect('/sign-in/development', 303);
  await audit(c.env, { actor: personActor(chosen.person), action: 'sign_in', detail: { development: true } });
  await openSession(c, { person: chosen.person }, Date.now());
  return c.redirect(localPath(typeof back === 'string' ? back : undefined), 303);
};

export const developmentDoor = new Hono<HttpContext>();
developmentDoor.get('/sign-in/development', (c) => (isOpen(c) ? choose(c) : c.notFound()));
developmentDoor.post('/sign-in/development', (c) => (isOpen(c) ? signIn(c) : c.notFound()));
