/**
 * Many rows in one statement: D1 takes 100 bound parameters and counts statements, so rows travel as one JSON text
 * behind `json_each(?1)`. A bound value ends at 2 MB, so they are cut into groups.
 */
import { utf8Length } from '../domain/json.ts';

const GROUP_ROWS = 100;
const GROUP_BYTES = 1_500_000;

export interface RowGroup {
  readonly ids: readonly string[];
  /** JSON of each row */
  readonly rows: readonly string[];
}

export interface IdentifiedRow {
  readonly id: string;
  readonly json: string;
}

/** What is bound to `?1`. */
export const bound = (rows: readonly string[]): string => `[${rows.join(',')}]`;

/** At most `most` rows and {@link GROUP_BYTES} a group; a longer row stands alone. */
export const grouped = (rows: readonly IdentifiedRow[], most: number = GROUP_ROWS): RowGroup[] => {
  const groups: { ids: string[]; rows: string[] }[] = [];
  let bytes = Infinity;
  for (const { id, json } of rows) {
    const size = utf8Length(json) + 1;
    const last = groups.at(-1);
    if (last && last.rows.length < most && bytes + size <= GROUP_BYTES) {
      last.ids.push(id);
      last.rows.push(json);
      bytes += size;
    } else {
      groups.push({ ids: [id], rows: [json] });
      bytes = size;
    }
  }
  return groups;
};
