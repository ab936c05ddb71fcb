/** What a run has called: its children, counted and page by page, and the whole tree below it. */
import * as z from 'zod';
import { countChildren, listChildren, listDescendants } from '../storage/run-family.ts';
import { answer, endpoint } from './endpoint.ts';
import { findRun } from '../storage/find-run.ts';
import { noRun, RUN_KEY } from './runs.ts';
import { cursorOf, PAGE, readCursor } from './shapes/page.ts';
import { RunLine, showRun } from './shapes/run.ts';
import { someOf, Status } from './shapes/scalars.ts';

/** A tree that is larger is shown as far as its nearest runs go. */
const MOST_IN_TREE = 1_000;

const Totals = z
  .strictObject({
    total: z.int(),
    done: z.int().describe('ended well'),
    failed: z.int(),
    cancelled: z.int(),
    running: z.int().describe('queued ones too'),
    waiting: z.int().describe('those in doubt too'),
  })
  .meta({ id: 'ChildTotals' });

const children = endpoint({
  method: 'get',
  path: '/runs/{id}/children',
  scope: 'runs:read',
  summary: 'Counts and lists the runs that a run has called, in the order of the calls',
  description: 'Counts and list may lag two seconds behind. The counts are of all, whatever `status` says.',
  query: z.strictObject({ ...PAGE, status: someOf(Status).optional() }),
  gives: z.strictObject({ totals: Totals, items: z.array(RunLine), next: z.string().nullable() }),
  refuses: ['not_found', 'bad_cursor'],
  run: async ({ env, param, query }) => {
    const id = param('id');
    const place = readCursor('children', query.cursor, RUN_KEY);
    if (!place.ok) return place;
    const found = await findRun(env, id);
    if (!found) return noRun(id);
    if (!found.ok) return found;
    const [totals, page] = await Promise.all([
      countChildren(env.DB, id),
      listChildren(env.DB, id, { status: query.status, after: place.key, limit: query.limit }),
    ]);
    return answer({ totals, items: page.items.map(showRun), next: cursorOf('children', page.next) });
  },
});

const tree = endpoint({
  method: 'get',
  path: '/runs/{id}/tree',
  scope: 'runs:read',
  summary: 'Shows a run with all that it has called, and what those have called',
  description:
    'Nearest first, 1,000 at most: `isWhole` is false when there are more. It may lag two seconds behind.',
  gives: z.strictObject({
    run: RunLine,
    descendants: z.array(
      RunLine.extend({ depth: z.int().describe('1 for what the run itself has called') }).meta({
        id: 'Descendant',
      }),
    ),
    isWhole: z.boolean(),
  }),
  refuses: ['not_found'],
  run: async ({ env, param }) => {
    const found = await findRun(env, param('id'));
    if (!found) return noRun(param('id'));
    if (!found.ok) return found;
    const { descendants, isWhole } = await listDescendants(env.DB, found.detail.id, MOST_IN_TREE);
    return answer({
      run: showRun(found.detail),
      descendants: descendants.map((one) => ({ ...showRun(one), depth: one.depth })),
      isWhole,
    });
  },
});

export const familyEndpoints = [children, tree];
