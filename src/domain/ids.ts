/**
 * Ids: a prefix and 26 characters of Crockford base32 in lower case, ten of time (ms) and sixteen of chance; a run's
 * id spends two of those on its lane. They sort by time, are minted once and never derived from a key.
 */

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
export type IdPrefix = 'run' | 'evt' | 'tok' | 'aud' | 'req' | 'rpl' | 'tck' | 'bkf' | 'grt' | 'frm';

/** `length` bytes of chance; the wiring passes `crypto.getRandomValues`. */
export type RandomBytes = (length: number) => Uint8Array;

const encode = (value: number, length: number): string => {
  let text = '';
  for (let rest = value, at = 0; at < length; at++) {
    text = ALPHABET.charAt(rest % 32) + text;
    rest = Math.floor(rest / 32);
  }
  return text;
};

const chance = (length: number, randomBytes: RandomBytes): string => {
  let text = '';
  for (const byte of randomBytes(length)) text += ALPHABET.charAt(byte & 31);
  return text;
};

export const mintId = (prefix: IdPrefix, now: number, randomBytes: RandomBytes): string =>
  `${prefix}_${encode(now, 10)}${chance(16, randomBytes)}`;

/** @param lane its number, 0 to 1023 */
export const mintRunId = (now: number, lane: number, randomBytes: RandomBytes): string =>
  `run_${encode(now, 10)}${encode(lane, 2)}${chance(14, randomBytes)}`;

export const isRunId = (text: string): boolean => /^run_[0-9a-hjkmnp-tv-z]{26}$/.test(text);

const decode = (text: string): number => {
  let value = 0;
  for (const character of text) value = value * 32 + ALPHABET.indexOf(character);
  return value;
};

/** Number of the lane in which a run lives. */
export const laneOf = (runId: string): number => decode(runId.slice(14, 16));

/** ms since the epoch at which the id was minted. */
export const mintedAt = (id: string): number => decode(id.slice(id.indexOf('_') + 1).slice(0, 10));

/** The smallest id of a time: where a range over ids begins. */
export const idFloor = (prefix: IdPrefix, at: number): string => `${prefix}_${encode(at, 10)}`;
