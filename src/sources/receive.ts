/**
 * Receives a post for a source: is it genuine, what is in it, and what does its sender want to hear?
 *
 * T2: nothing comes out as events before the proof of its sender has been verified over the bytes that came.
 */
import { refused } from './answer.ts';
import { textOf } from './encoded-bytes.ts';
import { handshake } from './handshake.ts';
import type { Arrival, Handshake, Post, Received, Recipe, SourceConfig, SourcePorts } from './kind.ts';
import type { Signed } from './proof.ts';
import { prove } from './prove.ts';
import { readEvent } from './read-event.ts';
import { splitSettings } from './shared-settings.ts';
import { split } from './split.ts';
import { kindOf } from './table.ts';

/** Before anything is proved, and so without a look into the body. */
const greet = (shake: Handshake, post: Post): Received | undefined => {
  if (shake.proven) return undefined;
  const response = handshake(shake, post, undefined);
  return response === undefined ? undefined : { outcome: 'answered', response };
};

/** What a post that is genuine brings. */
const open = async (recipe: Recipe, { post, ports }: Arrival, signed: Signed): Promise<Received> => {
  const text = textOf(post.body);
  if (text === undefined) return refused('malformed', 'the body is no UTF-8 text');
  const found = split(text, post.headers.get('content-type'), recipe);
  if (!found.ok) return refused(found.reason, found.message);
  const [only] = found.parts;
  if (recipe.handshake?.proven === true && only !== undefined && found.parts.length === 1) {
    const response = handshake(recipe.handshake, post, only.value);
    if (response !== undefined) return { outcome: 'answered', response };
  }
  const finding = { headers: post.headers, signed, ports };
  const events = [];
  for (const part of found.parts) events.push(await readEvent(part, recipe, finding));
  return { outcome: 'events', events, response: recipe.accepted };
};

const receiveBy = async (recipe: Recipe, arrival: Arrival): Promise<Received> => {
  const { post } = arrival;
  const greeted = recipe.handshake === undefined ? undefined : greet(recipe.handshake, post);
  if (greeted !== undefined) return greeted;
  if (post.method !== 'POST') return refused('method', `the method is ${post.method}`);
  const proven = await prove(recipe.proofs, arrival);
  if (!proven.ok) return refused(proven.reason, proven.message);
  return open(recipe, arrival, proven.signed ?? {});
};

/** Answers for every request; nothing that a sender can do makes it throw. */
export const receive = async (source: SourceConfig, post: Post, ports: SourcePorts): Promise<Received> => {
  const kind = kindOf(source.kind);
  if (kind === undefined) return refused('misconfigured', `there is no kind of source "${source.kind}"`);
  const settings = kind.settings.safeParse(splitSettings(source.settings).own);
  if (!settings.success) {
    const [issue] = settings.error.issues;
    const where = issue?.path.join('.') ?? '';
    return refused(
      'misconfigured',
      `the settings of the source do not fit: ${where} ${issue?.message ?? ''}`,
    );
  }
  const arrival = { source, post, ports };
  return 'receive' in kind
    ? kind.receive(settings.data, arrival)
    : receiveBy(kind.recipe(settings.data), arrival);
};
