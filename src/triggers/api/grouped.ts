/** Names and texts of a query or a form as an object: a name that comes twice is a list. */
import type { JsonObject } from '../../domain/json.ts';

export const grouped = (pairs: Iterable<readonly [string, string]>): JsonObject => {
  const lists = new Map<string, string[]>();
  for (const [name, text] of pairs) {
    const list = lists.get(name);
    if (list === undefined) lists.set(name, [text]);
    else list.push(text);
  }
  // fromEntries defines members, so that a name like `__proto__` is an ordinary one.
  return Object.fromEntries(
    [...lists].map(([name, texts]) => [name, texts.length === 1 ? (texts[0] ?? '') : texts]),
  );
};

/** Whether percent signs stand for UTF-8 only: URLSearchParams would put U+FFFD for what is not, and say nothing. */
export const isDecodable = (encoded: string): boolean => {
  try {
    decodeURIComponent(encoded);
    return true;
  } catch {
    return false;
  }
};
