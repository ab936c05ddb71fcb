/** Lists the runs that a person has started by forms, newest first. A page is one bounded scan, as in run-list.ts. */
import type { RunStatus } from '../domain/run.ts';
import { within } from './deadline.ts';
import { SCANNED_ROWS } from './run-list.ts';

const LIST_DEADLINE_MS = 5_000;
/** Above every id, so that the primary key is always searched. */
const ABOVE_ALL = 'run_~';

const PAGE = `
  SELECT scanned.id, scanned.flow, flows.title, scanned.status, scanned.createdAt
  FROM (
    SELECT id, flow, status, trigger, created_at AS createdAt, caller
    FROM runs WHERE id < ?1 ORDER BY id DESC LIMIT ${SCANNED_ROWS}
  ) AS scanned
  LEFT JOIN flows ON flows.name = scanned.flow
  WHERE scanned.trigger = 'delegated' AND json_extract(scanned.caller, '$.subject') = ?2
  ORDER BY scanned.id DESC LIMIT ?3`;

const SCAN_END = `SELECT id FROM runs WHERE id < ?1 ORDER BY id DESC LIMIT 1 OFFSET ${SCANNED_ROWS - 1}`;

export interface OwnRunRow {
  readonly id: string;
  readonly flow: string;
  readonly title: string | null;
  readonly status: RunStatus;
  readonly createdAt: number;
}

/** @param page `before` is the `next` of the page before; a page may be short while `next` is set */
export const listOwnRuns = async (
  db: D1Database,
  subject: string,
  page: { readonly before?: string | undefined; readonly limit: number },
): Promise<{ readonly items: readonly OwnRunRow[]; readonly next: string | null }> => {
  const { before = ABOVE_ALL, limit } = page;
  const query = db.prepare(PAGE).bind(before, subject, limit + 1);
  const { results } = await within(query.all<OwnRunRow>(), LIST_DEADLINE_MS);
  const items = results.slice(0, limit);
  if (results.length > limit) return { items, next: items.at(-1)?.id ?? null };
  const end = await within(db.prepare(SCAN_END).bind(before).first<{ id: string }>(), LIST_DEADLINE_MS);
  return { items, next: end?.id ?? null };
};
