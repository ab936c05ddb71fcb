/** Compares what a caller sent with secrets, in a time that says nothing about them. */

const digest = (text: string): Promise<ArrayBuffer> =>
  crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));

const same = (left: Uint8Array, right: Uint8Array): boolean => {
  let difference = left.byteLength ^ right.byteLength;
  for (let at = 0; at < left.byteLength; at++) difference |= (left[at] ?? 0) ^ (right[at] ?? 0);
  return difference === 0;
};

/**
 * Whether the text is one of these. Hashes are compared, so lengths do not show; all of them are, so their order does
 * not either.
 */
export const isOneOf = async (given: string, expected: readonly string[]): Promise<boolean> => {
  const [sent, ...known] = await Promise.all([given, ...expected].map(digest));
  if (sent === undefined) return false;
  const hits = known.map((hash) => same(new Uint8Array(sent), new Uint8Array(hash)));
  return hits.reduce((any, hit) => any || hit, false);
};
