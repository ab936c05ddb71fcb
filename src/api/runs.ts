/** Runs, looked at: the list, one of them, and its steps. */
import * as z from 'zod';
import { refuse } from '../domain/problem.ts';
import type { Refusal } from '../domain/problem.ts';
import { listRuns } from '../storage/run-list.ts';
import type { RunFilter } from '../storage/run-list.ts';
import { answer, endpoint } from './endpoint.ts';
import { findRun, findSteps } from '../storage/find-run.ts';
import { cursorOf, PAGE, PageQuery, pageOf, readCursor } from './shapes/page.ts';
import { Run, RunLine, showDetail, showRun, showStep, Step } from './shapes/run.ts';
import { Moment, someOf, Status, Trigger } from './shapes/scalars.ts';

export const noRun = (id: string): Refusal =>
  refuse('not_found', `There is no run ${id}. Runs are kept for as long as SLUICE_KEEP_RUNS says.`);

const RunQuery = z.strictObject({
  ...PAGE,
  flow: z.string().optional(),
  status: someOf(Status).optional(),
  trigger: someOf(Trigger).optional(),
  from: Moment.optional().describe('begun at this time or later'),
  to: Moment.optional().describe('begun before this time'),
  q: z
    .string()
    .min(1)
    .max(200)
    .optional()
    .describe('text in flow name, error or subject; looks through 20,000 runs a page'),
});

export const RUN_KEY = /^run_[0-9a-z]{26}$/;

const pageOfRuns = async (
  db: D1Database,
  filter: RunFilter,
  page: { readonly cursor?: string | undefined; readonly limit: number },
) => {
  const place = readCursor('runs', page.cursor, RUN_KEY);
  if (!place.ok) return place;
  const { items, next } = await listRuns(db, filter, { before: place.key, limit: page.limit });
  return answer({ items: items.map(showRun), next: cursorOf('runs', next) });
};

const list = endpoint({
  method: 'get',
  path: '/runs',
  scope: 'runs:read',
  summary: 'Lists runs, newest first',
  description: 'Filters are combined with AND. The list may lag two seconds behind; a page may be short.',
  query: RunQuery,
  gives: pageOf(RunLine),
  refuses: ['bad_cursor'],
  run: ({ env, query: { limit, cursor, ...filter } }) => pageOfRuns(env.DB, filter, { limit, cursor }),
});

const one = endpoint({
  method: 'get',
  path: '/runs/{id}',
  scope: 'runs:read',
  summary: 'Shows a run and its first 200 steps',
  gives: Run,
  refuses: ['not_found'],
  run: async ({ env, param }) => {
    const found = await findRun(env, param('id'));
    if (!found) return noRun(param('id'));
    return found.ok ? answer(showDetail(found.detail, found.steps)) : found;
  },
});

const steps = endpoint({
  method: 'get',
  path: '/runs/{id}/steps',
  scope: 'runs:read',
  summary: 'Lists the steps of a run in the order they began',
  query: PageQuery,
  gives: pageOf(Step),
  refuses: ['not_found', 'bad_cursor'],
  run: async ({ env, param, query }) => {
    const id = param('id');
    const place = readCursor('steps', query.cursor, /^\d{1,6}$/);
    if (!place.ok) return place;
    const found = await findSteps(env, id, { from: Number(place.key ?? 0), limit: query.limit });
    if (!found) return noRun(id);
    if (!found.ok) return found;
    return answer({ items: found.steps.map(showStep), next: cursorOf('steps', found.next) });
  },
});

export const runEndpoints = [list, one, steps];
