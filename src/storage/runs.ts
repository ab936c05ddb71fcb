/**
 * The copies of runs in D1, written by the lanes, a hundred in a statement. They are for looking at (E5): an older copy
 * never overwrites a newer one. run-copy.ts reads one, run-list.ts lists them, sweep.ts removes them.
 */
import type { RunRecord } from '../domain/history.ts';
import { isRefused, within } from './deadline.ts';
import { bound, grouped } from './row-groups.ts';
import type { IdentifiedRow, RowGroup } from './row-groups.ts';

const SAVE_DEADLINE_MS = 10_000;

const SAVE_RUNS = `
  INSERT INTO runs (id, flow, version, status, trigger, attempt, revision, created_at, finished_at, steps, parent,
    search, caller, error, detail)
  SELECT value ->> 'id', value ->> 'flow', value ->> 'version', value ->> 'status', value ->> 'trigger',
    value ->> 'attempt', value ->> 'revision', value ->> 'createdAt', value ->> 'finishedAt', value ->> 'steps',
    value ->> 'parent', value ->> 'search', value -> 'caller', nullif(value -> 'error', 'null'), value -> 'copy'
  FROM json_each(?1) WHERE true
  ON CONFLICT (id) DO UPDATE SET
    flow = excluded.flow, version = excluded.version, status = excluded.status, trigger = excluded.trigger,
    attempt = excluded.attempt, revision = excluded.revision, created_at = excluded.created_at,
    finished_at = excluded.finished_at, steps = excluded.steps, parent = excluded.parent, search = excluded.search,
    caller = excluded.caller, error = excluded.error, detail = excluded.detail
  WHERE excluded.revision > runs.revision`;

const SAVE_PAGES = `
  INSERT INTO run_pages (run, first, revision, count, steps)
  SELECT value ->> 'run', value ->> 'first', value ->> 'revision', value ->> 'count', value -> 'steps'
  FROM json_each(?1) WHERE true
  ON CONFLICT (run, first) DO UPDATE SET
    revision = excluded.revision, count = excluded.count, steps = excluded.steps
  WHERE excluded.revision > run_pages.revision`;

const searchText = ({ summary, subject }: RunRecord): string =>
  [summary.error?.code, summary.error?.message.slice(0, 200), subject]
    .filter((part) => part !== undefined && part !== '')
    .join('\n')
    .toLowerCase();

const runRow = (record: RunRecord): IdentifiedRow => {
  const { summary, revision, detail, pages } = record;
  const columns = JSON.stringify({ ...summary, revision, search: searchText(record) });
  const copy = `{"detail":${detail},"steps":${pages[0]?.json ?? '[]'}}`;
  return { id: summary.id, json: `${columns.slice(0, -1)},"copy":${copy}}` };
};

function* pageRows(record: RunRecord): Generator<IdentifiedRow> {
  const run = record.summary.id;
  let first = record.pages[0]?.count ?? 0;
  for (const { count, json } of record.pages.slice(1)) {
    const columns = JSON.stringify({ run, first, revision: record.revision, count });
    yield { id: run, json: `${columns.slice(0, -1)},"steps":${json}}` };
    first += count;
  }
}

const save = (db: D1Database, statement: string, rows: readonly string[]): Promise<unknown> =>
  within(db.prepare(statement).bind(bound(rows)).run(), SAVE_DEADLINE_MS);

/**
 * Writes up to 100 runs (1.5 MB) with one statement, more with several; further pages go first, so that a run whose
 * row is there has all of them. Returns the ids that D1 now has, in this copy or a newer one; a run that SQLite
 * refuses is left out and holds up no other.
 * @throws StoreUnavailable when D1 does not answer
 */
export const saveRuns = async (db: D1Database, records: readonly RunRecord[]): Promise<string[]> => {
  const pages = records.flatMap((record) => [...pageRows(record)]);
  for (const group of grouped(pages)) await save(db, SAVE_PAGES, group.rows);
  const saved: string[] = [];
  for (const group of grouped(records.map(runRow))) {
    saved.push(...(await saveGroup(db, group)));
  }
  return saved;
};

const saveGroup = async (db: D1Database, { ids, rows }: RowGroup): Promise<readonly string[]> => {
  const saved = await saveOrRefuse(db, rows);
  if (saved) return ids;
  // One bad row has rolled the group back: run by run, so that it stops itself only.
  const alone: string[] = [];
  for (const [at, id] of ids.entries()) {
    if (await saveOrRefuse(db, rows.slice(at, at + 1))) alone.push(id);
  }
  return alone;
};

const saveOrRefuse = async (db: D1Database, rows: readonly string[]): Promise<boolean> => {
  try {
    await save(db, SAVE_RUNS, rows);
    return true;
  } catch (error) {
    if (isRefused(error)) return false;
    throw error;
  }
};
