/** The journals of runs, in rows of entries. Synchronous: what belongs together is written in one `transactionSync`. */
import type { Entry } from '../domain/run.ts';

/** A row of SQLite ends at 2 MB, and a unit of text takes up to three bytes. */
const ROW_LENGTH = 600_000;

interface Row {
  readonly first: number;
  readonly last: number;
  readonly text: string;
}

/** Entries grouped into rows. One that is too long for a row stands alone, and is cut into pieces. */
const rowsOf = (first: number, entries: readonly Entry[]): Row[] => {
  const rows: Row[] = [];
  let texts: string[] = [];
  let from = first;
  let length = 0;
  const close = (): void => {
    if (texts.length === 0) return;
    rows.push({ first: from, last: from + texts.length - 1, text: `[${texts.join(',')}]` });
    from += texts.length;
    texts = [];
    length = 0;
  };
  for (const entry of entries) {
    const text = JSON.stringify(entry);
    if (length + text.length > ROW_LENGTH) close();
    texts.push(text);
    length += text.length;
  }
  close();
  return rows;
};

/** @param first number of the first of the entries, from 1 */
export const appendEntries = (
  sql: SqlStorage,
  run: string,
  first: number,
  entries: readonly Entry[],
): void => {
  for (const row of rowsOf(first, entries)) {
    for (const [piece, text] of piecesOf(row.text).entries()) {
      sql.exec('INSERT INTO journal VALUES (?, ?, ?, ?, ?)', run, row.first, piece, row.last, text);
    }
  }
};

/** Cuts a text into pieces, never through a pair of surrogates: as UTF-8 neither half would come back. */
const piecesOf = (text: string): string[] => {
  const pieces: string[] = [];
  for (let from = 0; from < text.length;) {
    const end = from + ROW_LENGTH;
    const isInPair = /[\uD800-\uDBFF]/.test(text.charAt(end - 1)) && end < text.length;
    pieces.push(text.slice(from, isInPair ? end - 1 : end));
    from = isInPair ? end - 1 : end;
  }
  return pieces;
};

/** Entries as a run's own row keeps them: they save the rows of a journal. Null when that row would get too long. */
export const textOf = (entries: readonly Entry[]): string | null => {
  const text = JSON.stringify(entries);
  return text.length > ROW_LENGTH ? null : text;
};

/** Written by `textOf` and `appendEntries` alone. */
const parsed = (text: string): Entry[] => JSON.parse(text) as Entry[];

/** All entries of a run; none when its journal is gone, or going: without its beginning it tells nothing. */
export const readEntries = (sql: SqlStorage, run: string): Entry[] => {
  const own = sql
    .exec<{
      entries: string | null;
      revision: number;
    }>('SELECT entries, revision FROM runs WHERE id = ?', run)
    .toArray()[0];
  const begun = typeof own?.entries === 'string' ? parsed(own.entries) : [];
  if (begun.length > 0 && begun.length === own?.revision) return begun;
  const rows = sql
    .exec<{
      first: number;
      entries: string;
    }>('SELECT first, entries FROM journal WHERE run = ? ORDER BY first, piece', run)
    .toArray();
  if (rows.length === 0) return begun;
  if (rows[0]?.first !== begun.length + 1) return [];
  const texts = new Map<number, string>();
  for (const { first, entries } of rows) texts.set(first, (texts.get(first) ?? '') + entries);
  return [...begun, ...[...texts.values()].flatMap(parsed)];
};

/** Deletes rows of runs' journals, each from its beginning on, and says how many: `limit`, or fewer when none is left. */
export const deleteEntries = (sql: SqlStorage, runs: readonly string[], limit: number): number =>
  sql.exec(
    `DELETE FROM journal WHERE (run, first, piece) IN (
       SELECT run, first, piece FROM journal WHERE run IN (SELECT value FROM json_each(?1))
       ORDER BY run, first, piece LIMIT ?2)`,
    JSON.stringify(runs),
    limit,
  ).rowsWritten;
