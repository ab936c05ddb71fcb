/** Secrets that are sent along as they are: in a header of any name, or as the password of basic authentication. */
import { fromBase64, textOf } from './encoded-bytes.ts';
import { type BasicProof, type HeaderProof, type Prove, unproven } from './proof.ts';
import { isOneOf } from './same-secret.ts';

const BAD = 'the secret is another one';

/** The name of a scheme has no case (RFC 9110, section 11.1). */
const usual = (value: string): string => value.trim().replace(/^bearer +/i, 'Bearer ');

/** Senders write a token with `Bearer ` before it or without, whatever their form asked for. */
const spellings = (header: string, secret: string): readonly string[] =>
  header.toLowerCase() === 'authorization' ? [secret, `Bearer ${secret}`] : [secret];

export const proveHeader: Prove<HeaderProof> = async ({ header }, { source, post }) => {
  const given = post.headers.get(header);
  if (given === null || given === '') return unproven('no_signature', `there is no header ${header}`);
  const expected = source.secrets.flatMap((secret) => spellings(header, usual(secret)));
  if (await isOneOf(usual(given), expected)) return { ok: true };
  return unproven('bad_signature', `header ${header}: ${BAD}`);
};

const BASIC = /^basic +([A-Za-z0-9+/]+={0,2})$/i;

export const proveBasic: Prove<BasicProof> = async ({ username }, { source, post }) => {
  const given = post.headers.get('authorization');
  if (given === null) return unproven('no_signature', 'there is no header Authorization');
  const bytes = fromBase64(BASIC.exec(given.trim())?.[1] ?? '');
  const text = bytes === undefined ? undefined : textOf(bytes);
  if (text === undefined || text === '') {
    return unproven('bad_signature', 'header Authorization is not of the kind Basic');
  }
  const expected = source.secrets.map((secret) => `${username}:${secret}`);
  if (await isOneOf(text, expected)) return { ok: true };
  return unproven('bad_signature', `header Authorization: ${BAD}`);
};
