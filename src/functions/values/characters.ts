/** Positions in texts, counted in characters (code points), so that no emoji is cut in half. */

const SURROGATE = /[\uD800-\uDFFF]/;

export const countCharacters = (text: string): number => {
  if (!SURROGATE.test(text)) return text.length;
  let count = 0;
  for (let unit = 0; unit < text.length; count++) unit += widthAt(text, unit);
  return count;
};

const widthAt = (text: string, unit: number): number => ((text.codePointAt(unit) ?? 0) > 0xffff ? 2 : 1);

/** The UTF-16 unit at which a character begins; the length of the text when it has fewer. */
export const unitOf = (text: string, character: number): number => {
  if (!SURROGATE.test(text)) return Math.min(character, text.length);
  let unit = 0;
  for (let count = 0; count < character && unit < text.length; count++) unit += widthAt(text, unit);
  return unit;
};

/** The position in characters of a UTF-16 unit; -1 stays. */
export const positionOf = (text: string, unit: number): number =>
  unit <= 0 ? unit : countCharacters(text.slice(0, unit));

/** The part from a character up to, not including, another; to the end when that is null. */
export const segmentOf = (text: string, from: number, to: number | null): string =>
  text.slice(unitOf(text, from), to === null ? undefined : Math.max(unitOf(text, to), 0));
