/** The pages around signing in and out. They say what happened and what to do, and nothing about why. */
import { html } from 'hono/html';
import type { SignInRefusal } from '../access/oidc.ts';
import { page } from './page.ts';
import type { Markup } from './page.ts';

export type Obstacle = SignInRefusal | 'overtaken' | 'too_often' | 'no_provider' | 'access_only' | 'ended';

interface Told {
  readonly status: number;
  readonly title: string;
  readonly text: string;
  /** whether another try makes sense */
  readonly again: boolean;
}

const TOLD = {
  declined: {
    status: 403,
    title: 'You were not signed in',
    text: 'The sign-in was declined, by you or by the identity provider of your organisation.',
    again: true,
  },
  not_accepted: {
    status: 403,
    title: 'The sign-in did not work',
    text: 'What the identity provider answered could not be accepted. Try again; if that does not help, tell an administrator the reference below.',
    again: true,
  },
  unreachable: {
    status: 503,
    title: 'The identity provider does not answer',
    text: 'Try again in a minute. If that does not help, tell an administrator the reference below.',
    again: true,
  },
  overtaken: {
    status: 400,
    title: 'This sign-in is not valid any more',
    text: 'It took longer than ten minutes, it was begun in another window, or it has been used already.',
    again: true,
  },
  too_often: {
    status: 429,
    title: 'Too many sign-ins',
    text: 'Too many sign-ins from your network have failed. Wait for a quarter of an hour.',
    again: false,
  },
  no_provider: {
    status: 404,
    title: 'Nobody can sign in here',
    text: 'No identity provider is set up. An administrator finds how in docs/sign-in.md.',
    again: false,
  },
  access_only: {
    status: 403,
    title: 'You are not signed in',
    text: 'People reach this address by Cloudflare Access, and it has not let you in.',
    again: false,
  },
  ended: {
    status: 401,
    title: 'Your sign-in has ended',
    text: 'What you sent was not carried out. Sign in again, then send it once more.',
    again: true,
  },
} as const satisfies Record<Obstacle, Told>;

/** @param back path to go on to after another try */
export const obstaclePage = async (
  obstacle: Obstacle,
  back: string,
  requestId: string,
): Promise<Response> => {
  const { status, title, text, again } = TOLD[obstacle];
  const response = await page(
    title,
    html`<h1>${title}</h1>
      <p>${text}</p>
      ${again ? html`<p><a href="/sign-in?return=${encodeURIComponent(back)}">Sign in</a></p>` : ''}
      <p class="quiet">Reference: <code>${requestId}</code></p>`,
    status,
  );
  response.headers.set('Cache-Control', 'no-store');
  if (status === 429) response.headers.set('Retry-After', '900');
  return response;
};

const button = (csrf: string, label: string, everywhere = false): Markup =>
  html`<form method="post" action="/sign-out">
    <input type="hidden" name="csrf" value="${csrf}" />
    ${everywhere ? html`<input type="hidden" name="everywhere" value="yes" />` : ''}
    <button type="submit">${label}</button>
  </form>`;

export const signOutPage = (name: string, csrf: string): Promise<Response> =>
  page(
    'Sign out',
    html`<h1>Sign out</h1>
      <p>You are signed in as ${name}.</p>
      ${button(csrf, 'Sign out')} ${button(csrf, 'Sign out everywhere', true)}
      <p class="quiet">Everywhere: in all browsers and on all devices where you signed in to this site.</p>`,
  );

/** @param onward where the identity provider signs people out too; the browser goes there by itself */
export const signedOutPage = async (onward: string | undefined): Promise<Response> => {
  const response = await page(
    'Signed out',
    html`<h1>You are signed out</h1>
      ${
        onward === undefined
          ? html`<p><a href="/sign-in">Sign in again</a></p>`
          : html`<p>
              Your organisation's identity provider may still know you:
              <a href="${onward}">sign out there too</a>.
            </p>`
      }`,
  );
  // A redirect would do, but a form may not lead to another host.
  if (onward !== undefined) response.headers.set('Refresh', `0; url=${onward}`);
  return response;
};
