/**
 * The idempotency key of a filled-in form (T1): it stands in the page, so that whoever sends the same page twice starts
 * one run. It carries its time and ends after a day, well before its home forgets it.
 */
import { mintedAt, mintId } from '../../domain/ids.ts';

const KEPT_MS = 24 * 3_600_000;
/** Clocks of isolates differ a little; a key from further ahead would outlive its home's memory. */
const AHEAD_MS = 60_000;
const FORM_KEY = /^frm_[0-9a-hjkmnp-tv-z]{26}$/;

export const newFormKey = (now: number): string =>
  mintId('frm', now, (length) => crypto.getRandomValues(new Uint8Array(length)));

export const isFormKey = (text: string, now: number): boolean => {
  if (!FORM_KEY.test(text)) return false;
  const age = now - mintedAt(text);
  return age < KEPT_MS && age > -AHEAD_MS;
};
