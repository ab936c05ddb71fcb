/** The functions of the expression language: how many arguments each takes, which are refused and what does their work. */

interface Arity {
  readonly least: number;
  readonly most: number;
  /** In a row the first argument may be left out: it is the row then. */
  readonly takesRow: boolean;
}

/** As JSONata's signatures have it; `*` marks those that take the row. */
const ARITIES = `
  sum 1 1, count 1 1, max 1 1, min 1 1, average 1 1, string* 1 2, substring* 2 3, substringBefore* 2 2,
  substringAfter* 2 2, lowercase* 1 1, uppercase* 1 1, length* 1 1, trim* 1 1, pad* 2 3, match* 2 3, contains* 2 2,
  replace* 3 4, split* 2 3, join 1 2, formatNumber* 2 3, formatBase* 1 2, formatInteger* 2 2, parseInteger* 2 2,
  number* 1 1, floor* 1 1, ceil* 1 1, round* 1 2, abs* 1 1, sqrt* 1 1, power* 2 2, boolean* 1 1, not* 1 1, map 2 2,
  zip 1 99, filter 2 2, single 1 2, reduce 2 3, sift* 1 2, keys* 1 1, lookup* 2 2, append 2 2, exists 1 1,
  spread* 1 1, merge 1 1, reverse 1 1, each* 2 2, error 0 1, assert 1 2, type 1 1, sort 1 2, distinct 1 1,
  encodeUrlComponent* 1 1, encodeUrl* 1 1, decodeUrlComponent* 1 1, decodeUrl* 1 1, toMillis* 1 2,
  fromMillis* 1 3, clone* 1 1, now 0 2, millis 0 0,
  empty 1 1, parseJson 1 1, addTime 3 4, timeBetween 3 3, formatTime 2 3
`;

const arityOf = (entry: string): [string, Arity] => {
  const [name = '', least, most] = entry.trim().split(' ');
  const takesRow = name.endsWith('*');
  return [name.replace('*', ''), { least: Number(least), most: Number(most), takesRow }];
};

export const BUILTINS: ReadonlyMap<string, Arity> = new Map(ARITIES.split(',').map(arityOf));

/** Functions of JSONata that do not exist here, and what to do instead. */
export const REFUSED: ReadonlyMap<string, string> = new Map([
  ['eval', 'expressions are checked when the flow is saved, so none can be made while it runs'],
  ['random', 'chance belongs into a step, whose result is recorded: use the card number.random'],
  ['shuffle', 'chance belongs into a step, whose result is recorded: use the card list.sample'],
  ['base64encode', 'it knows Latin-1 only: use the card base64.encode'],
  ['base64decode', 'it knows Latin-1 only: use the card base64.decode'],
]);
