/** The header `Idempotency-Key`: one request is meant once, however often it is sent. */
import { refuse, type Refusal } from '../domain/problem.ts';

const PRINTABLE = /^[\x20-\x7e]{1,255}$/;

/** Undefined without the header; refuses `malformed` what is empty, too long or not printable. */
export const idempotencyKeyOf = (
  headers: Headers,
): { readonly ok: true; readonly key: string | undefined } | Refusal => {
  const key = headers.get('Idempotency-Key');
  if (key === null) return { ok: true, key: undefined };
  if (PRINTABLE.test(key)) return { ok: true, key };
  return refuse('malformed', 'Idempotency-Key must be 1 to 255 printable ASCII characters.');
};
