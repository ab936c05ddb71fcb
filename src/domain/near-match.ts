/** What somebody probably meant: the nearest of the words that would have been right. */

/** Edits between two words, a swap of neighbours counting as one. */
const distance = (from: string, to: string): number => {
  const rows = Array.from({ length: from.length + 1 }, (_, at) => [at]);
  const cell = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let column = 0; column <= to.length; column++) rows[0]![column] = column;
  for (let row = 1; row <= from.length; row++) {
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1] ? 0 : 1;
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      rows[row]![column] = Math.min(
        cell(row - 1, column) + 1,
        cell(row, column - 1) + 1,
        cell(row - 1, column - 1) + same,
        swapped ? cell(row - 2, column - 2) + 1 : Infinity,
      );
    }
  }
  return cell(from.length, to.length);
};

const flat = (word: string): string => word.toLowerCase().replace(/[-_ ]/g, '');

/** The nearest candidate, or undefined when nothing is near enough to be what was meant. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  // Nobody mistypes sixty characters, and the comparison is quadratic.
  if (word.length > 60) return undefined;
  let best: { readonly word: string; readonly edits: number } | undefined;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > 3) continue;
    const edits = flat(candidate) === flat(word) ? 0 : distance(word.toLowerCase(), candidate.toLowerCase());
    const allowed = Math.min(3, Math.floor(Math.max(word.length, candidate.length) / 3));
    if (edits <= allowed && edits < (best?.edits ?? Infinity)) best = { word: candidate, edits };
  }
  return best?.word;
};

/** `; did you mean "card"?`, or nothing: the tail of a sentence. */
export const didYouMean = (word: string, candidates: Iterable<string>): string => {
  const near = nearest(word, candidates);
  return near === undefined ? '' : `; did you mean "${near}"?`;
};
