/**
 * Finds the parts of a JSON text without rebuilding it, so that each event of a batch is kept exactly as it was sent. The
 * text is known to be JSON: it has been parsed. Nothing here recurses, whatever the nesting.
 */

/** Where a part begins, and where it is over. */
export type Span = readonly [from: number, to: number];

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const BLANK = new Set([0x20, 0x09, 0x0a, 0x0d]);
const COMMA = 0x2c;

const skipBlanks = (text: string, at: number): number => {
  let place = at;
  while (BLANK.has(text.charCodeAt(place))) place++;
  return place;
};

const endOfString = (text: string, at: number): number => {
  for (let quote = text.indexOf('"', at + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes++;
    if (backslashes % 2 === 0) return quote + 1;
  }
  return text.length;
};

const endOfScalar = (text: string, at: number): number => {
  let place = at;
  for (; place < text.length; place++) {
    const unit = text.charCodeAt(place);
    if (unit === COMMA || CLOSE.has(unit) || BLANK.has(unit)) break;
  }
  return place;
};

/** Calls back for each bracket outside of strings, until told to stop; the place after the last one looked at. */
const walkBrackets = (text: string, at: number, meet: (change: 1 | -1) => boolean): number => {
  let place = at;
  while (place < text.length) {
    const unit = text.charCodeAt(place);
    if (unit === QUOTE) {
      place = endOfString(text, place);
      continue;
    }
    place++;
    if (OPEN.has(unit) && !meet(1)) return place;
    if (CLOSE.has(unit) && !meet(-1)) return place;
  }
  return place;
};

/** The place after the value that begins here. */
const endOfValue = (text: string, at: number): number => {
  const unit = text.charCodeAt(at);
  if (unit === QUOTE) return endOfString(text, at);
  if (!OPEN.has(unit)) return endOfScalar(text, at);
  let depth = 0;
  return walkBrackets(text, at, (change) => {
    depth += change;
    return depth > 0;
  });
};

/** Where the value of a member begins. Of a name that stands twice the last one counts, as for `JSON.parse`. */
const memberOf = (text: string, object: number, name: string): number | undefined => {
  let found: number | undefined;
  let at = skipBlanks(text, object + 1);
  while (text.charCodeAt(at) === QUOTE) {
    const keyEnd = endOfString(text, at);
    const key: unknown = JSON.parse(text.slice(at, keyEnd));
    const value = skipBlanks(text, skipBlanks(text, keyEnd) + 1);
    if (key === name) found = value;
    at = skipBlanks(text, endOfValue(text, value));
    if (text.charCodeAt(at) === COMMA) at = skipBlanks(text, at + 1);
  }
  return found;
};

/** The items of the array that lies at a path of names; undefined when no array lies there. */
export const itemsAt = (text: string, path: readonly string[]): readonly Span[] | undefined => {
  let at = skipBlanks(text, 0);
  for (const name of path) {
    const member = text[at] === '{' ? memberOf(text, at, name) : undefined;
    if (member === undefined) return undefined;
    at = member;
  }
  if (text[at] !== '[') return undefined;
  const items: Span[] = [];
  at = skipBlanks(text, at + 1);
  while (at < text.length && text[at] !== ']') {
    const end = endOfValue(text, at);
    items.push([at, end]);
    at = skipBlanks(text, end);
    if (text.charCodeAt(at) === COMMA) at = skipBlanks(text, at + 1);
  }
  return items;
};

/** Whether arrays and objects are nested deeper than this. */
export const isDeeperThan = (text: string, most: number): boolean => {
  let depth = 0;
  walkBrackets(text, 0, (change) => {
    depth += change;
    return depth <= most;
  });
  return depth > most;
};
