/** `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date. */

/** Milliseconds that a 429 or 503 asks to wait, undefined when it does not say. */
export const retryAfter = (response: Response, now: number): number | undefined => {
  if (response.status !== 429 && response.status !== 503) return undefined;
  const text = response.headers.get('Retry-After')?.trim() ?? '';
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1_000;
  // Date.parse reads much that is no date; the dates of HTTP all look like this.
  const at = /^[A-Z][a-z]+, .+ GMT$/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
};
