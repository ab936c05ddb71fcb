/** How far something has got that looks again and again: read, and moved by compare-and-set. */
import { within } from './deadline.ts';

const READ = 'SELECT value FROM marks WHERE name = ?1';
const SET_FIRST = 'INSERT INTO marks (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO NOTHING';
const MOVE = 'UPDATE marks SET value = ?3 WHERE name = ?1 AND value = ?2';
const REMOVE = 'DELETE FROM marks WHERE name = ?1';

/** Undefined when it was never set. */
export const readMark = async (db: D1Database, name: string): Promise<string | undefined> =>
  (await within(db.prepare(READ).bind(name).first<{ value: string }>()))?.value;

/** False when it is not at `from` any more: another one has moved it. `from` is undefined for a mark never set. */
export const moveMark = async (
  db: D1Database,
  name: string,
  { from, to }: { readonly from: string | undefined; readonly to: string },
): Promise<boolean> => {
  const statement =
    from === undefined ? db.prepare(SET_FIRST).bind(name, to) : db.prepare(MOVE).bind(name, from, to);
  return (await within(statement.run())).meta.changes === 1;
};

export const removeMark = async (db: D1Database, name: string): Promise<void> => {
  await within(db.prepare(REMOVE).bind(name).run());
};
