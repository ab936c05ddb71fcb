/** /delegated: the forms that somebody may use, by folder, with a search. */
import { html } from 'hono/html';
import type { Markup } from './page.ts';
import { FORMS, personalPage, type Viewer } from './personal-page.ts';

/** A flow as people choose it. */
export interface Offer {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
}

/** Fewer are seen at a glance. */
const SEARCHED_FROM = 8;

const folderOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('/')));

export const titleOf = ({ name, title }: Pick<Offer, 'name' | 'title'>): string =>
  title ?? name.slice(name.lastIndexOf('/') + 1).replaceAll('-', ' ');

const isFound = (offer: Offer, words: readonly string[]): boolean => {
  const text = [offer.name, titleOf(offer), offer.description ?? ''].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
};

const cardOf = (offer: Offer): Markup =>
  html`<li class="card">
    <a href="${FORMS}/${offer.name}">${titleOf(offer)}</a>
    ${offer.description === null ? '' : html`<p>${offer.description}</p>`}
  </li>`;

const folder = ([name, offers]: readonly [string, readonly Offer[]]): Markup =>
  html`${name === '' ? '' : html`<h2>${name}</h2>`}
    <ul class="cards">
      ${offers.map(cardOf)}
    </ul>`;

const search = (q: string): Markup =>
  html`<form class="search" role="search" method="get" action="${FORMS}">
    <label for="q">Search the forms</label>
    <div class="pair">
      <input type="search" id="q" name="q" value="${q}" maxlength="200" /> <button>Search</button>
    </div>
  </form>`;

const nothing = (q: string): Markup =>
  q === ''
    ? html`<p>There is no form for you yet. Whoever runs this installation can give you one.</p>`
    : html`<p>No form has all of these words. <a href="${FORMS}">Show all forms</a></p>`;

/** @param q what is searched for; every word has to be there */
export const delegatedList = (viewer: Viewer, offers: readonly Offer[], q: string): Promise<Response> => {
  const words = q.toLowerCase().split(/\s+/).filter(Boolean);
  const found = offers.filter((offer) => isFound(offer, words));
  const folders = [...Map.groupBy(found, ({ name }) => folderOf(name))].toSorted(([one], [other]) =>
    one < other ? -1 : 1,
  );
  return personalPage(
    viewer,
    html`<h1>Forms</h1>
      ${q !== '' || offers.length >= SEARCHED_FROM ? search(q) : ''}
      ${found.length === 0 ? nothing(q) : folders.map(folder)}`,
    { title: 'Forms', here: FORMS },
  );
};
