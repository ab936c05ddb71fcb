/** Answers the question whether somebody is there. Challenges are echoed as text or JSON, never as a page. */
import type { Json } from '../domain/json.ts';
import { findAt } from './find.ts';
import type { Answer, Handshake, Post } from './kind.ts';

/** Longer ones are no challenge, but somebody who wants to see what we would repeat. */
const LONGEST = 2_048;

const challengeIn = ({ challenge }: Handshake, post: Post, body: Json | undefined): Json => {
  if ('header' in challenge) return post.headers.get(challenge.header);
  if ('query' in challenge) return post.url.searchParams.get(challenge.query);
  return body === undefined ? null : (findAt(body, challenge.path) ?? null);
};

/** Undefined when the request is none of this kind. @param body as JSON; undefined while nobody has read it */
export const handshake = (shake: Handshake, post: Post, body: Json | undefined): Answer | undefined => {
  if (post.method !== shake.method) return undefined;
  const { when } = shake;
  if (when !== undefined && (body === undefined || findAt(body, when.path) !== when.equals)) return undefined;
  const challenge = challengeIn(shake, post, body);
  if (typeof challenge !== 'string' || challenge === '' || challenge.length > LONGEST) return undefined;
  return shake.answer(challenge);
};
