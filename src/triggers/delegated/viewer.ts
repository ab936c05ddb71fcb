/** Who looks at a page of this door, and what people are told when there is nothing for them. */
import type { Context } from 'hono';
import type { HttpContext } from '../../access/context.ts';
import { csrfToken } from '../../access/csrf.ts';
import type { Person } from '../../domain/person.ts';
import { brandOf } from '../../web/page.ts';
import { noticePage, type Viewer } from '../../web/personal-page.ts';

export const personOf = (c: Context<HttpContext>): Person => {
  const person = c.get('person');
  // The door lets nobody pass without one.
  if (person === undefined) throw new Error('A form was asked for by nobody.');
  return person;
};

export const viewerOf = (c: Context<HttpContext>): Viewer => ({
  person: personOf(c),
  csrf: csrfToken(c),
  brand: brandOf(c.env),
});

/** The same for what does not exist and what is not theirs, so that names cannot be guessed. */
export const nothingHere = (c: Context<HttpContext>): Promise<Response> =>
  noticePage(viewerOf(c), {
    title: 'Nothing here',
    text: 'There is nothing for you at this address. If somebody sent you here, ask them to have it given to you.',
    status: 404,
  });

export const notNow = async (c: Context<HttpContext>): Promise<Response> => {
  const response = await noticePage(viewerOf(c), {
    title: 'Not available right now',
    text: 'Something that this page needs does not answer. Nothing is lost: load the page again in a moment.',
    status: 503,
  });
  response.headers.set('Retry-After', '5');
  return response;
};
