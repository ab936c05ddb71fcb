/** Pages for somebody who signed in: with the way to the forms, to their runs, and out. */
import { html } from 'hono/html';
import type { Person } from '../domain/person.ts';
import { page, type Head, type Markup } from './page.ts';

/** Who looks at a page, and what it needs to say so. */
export interface Viewer {
  readonly person: Person;
  readonly csrf: string;
  readonly brand: string;
}

export const FORMS = '/delegated';
export const MY_RUNS = '/delegated/runs';

const headOf = ({ person, csrf, brand }: Viewer, here: string): Head => {
  const link = (href: string, text: string): Markup =>
    html`<li><a href="${href}" ${here === href ? html`aria-current="page"` : ''}>${text}</a></li>`;
  return {
    brand,
    home: FORMS,
    menu: html`<nav aria-label="Main">
        <ul>
          ${link(FORMS, 'Forms')} ${link(MY_RUNS, 'My runs')}
        </ul>
      </nav>
      <form class="who" method="post" action="/sign-out">
        <input type="hidden" name="csrf" value="${csrf}" />
        <span>${person.name}</span> <button class="plain">Sign out</button>
      </form>`,
  };
};

export interface PersonalPage {
  readonly title: string;
  /** the page of the menu that this one is */
  readonly here?: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export const personalPage = (
  viewer: Viewer,
  body: Markup,
  { title, here = '', status = 200, headers = {} }: PersonalPage,
): Promise<Response> =>
  page(title, body, {
    status,
    head: headOf(viewer, here),
    headers: { 'Cache-Control': 'no-store', ...headers },
  });

/** A page that says one thing: what happened and what to do. */
export const noticePage = (
  viewer: Viewer,
  notice: { readonly title: string; readonly text: string; readonly status: number },
): Promise<Response> => {
  const { title, text, status } = notice;
  return personalPage(
    viewer,
    html`<h1>${title}</h1>
      <p>${text}</p>
      <p><a href="${FORMS}">All forms</a></p>`,
    { title, status },
  );
};
