/** What an answer of Okta's System Log says besides its events: the link to the next page, and how much may be asked. */

export interface LogAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const LINK = /<([^<>]*)>\s*((?:;\s*[\w*-]+\s*=\s*(?:"[^"]*"|[^\s",;]*)\s*)*)/g;
const IS_NEXT = /;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next(?![^\s;]))/i;

/** The address of the next page as it came (RFC 8288, section 3). */
export const nextLink = ({ headers }: LogAnswer): string | undefined => {
  for (const [, address = '', parameters = ''] of (headers.get('Link') ?? '').matchAll(LINK)) {
    if (IS_NEXT.test(parameters)) return address;
  }
  return undefined;
};

const numberIn = (headers: Headers, name: string): number | undefined => {
  const text = headers.get(name)?.trim() ?? '';
  return /^\d{1,12}$/.test(text) ? Number(text) : undefined;
};

/** When the count of requests begins anew, ms: `X-Rate-Limit-Reset` is in seconds since the epoch. */
const resetAt = (headers: Headers): number | undefined => {
  const seconds = numberIn(headers, 'X-Rate-Limit-Reset');
  return seconds === undefined ? undefined : seconds * 1_000;
};

const DEFAULT_HOLD_MS = 60_000;

/** Until when a 429 asks to wait, ms. */
export const retryAt = ({ headers }: LogAnswer, now: number): number => {
  const seconds = numberIn(headers, 'Retry-After');
  const asked = resetAt(headers) ?? (seconds === undefined ? undefined : now + seconds * 1_000);
  return Math.max(now + 1_000, asked ?? now + DEFAULT_HOLD_MS);
};

/**
 * Until when to leave a good answer's successors, ms: half of what Okta allows is for others, and it warns administrators
 * when one token takes more.
 */
export const restUntil = ({ headers }: LogAnswer): number | undefined => {
  const limit = numberIn(headers, 'X-Rate-Limit-Limit');
  const remaining = numberIn(headers, 'X-Rate-Limit-Remaining');
  if (limit === undefined || remaining === undefined || remaining * 2 > limit) return undefined;
  return resetAt(headers);
};
