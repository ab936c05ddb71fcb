/** `sluice runs children`: what a run has called, and how it went. */
import { Children, msOf, Run, tookOf } from '../answers.ts';
import { askApi } from '../api.ts';
import { command } from '../command.ts';
import { limitOf } from '../given.ts';
import { readList } from '../page.ts';
import { paintStatus } from '../status.ts';
import { clock, drawTable, oneLine } from '../table.ts';

const WORDS = ['done', 'failed', 'cancelled', 'running', 'waiting'] as const;

export const runsChildren = command({
  name: 'runs children',
  summary: 'the runs that a run has called: how many stand how, and each',
  takes: ['<run>'],
  options: {
    status: { type: 'string', value: 'WORD', help: 'those that stand so: failed, or failed,cancelled' },
    limit: { type: 'string', value: 'N', help: 'so many at most (20)' },
  },
  run: async ({ api, terminal, args, flags, isJson }) => {
    const path = `/api/v1/runs/${encodeURIComponent(args[0] ?? '')}/children`;
    const { status } = flags;
    const { totals } = await askApi(api, path, { query: { limit: '1' }, gives: Children });
    const items = await readList(api, path, {
      item: Run,
      query: { status },
      limit: limitOf(flags.limit, 20),
    });
    if (isJson) {
      terminal.out(JSON.stringify({ totals, items }));
      return 'done';
    }
    const counts = WORDS.filter((word) => totals[word] > 0).map((word) => `${totals[word]} ${word}`);
    terminal.out(
      totals.total === 0 ? 'It has called no runs.' : `${totals.total} runs: ${counts.join(', ')}`,
    );
    const rows = items.map((run) => [
      run.id,
      run.flow,
      paintStatus(run.status, terminal.paint),
      clock(msOf(run.createdAt)),
      tookOf(run, terminal.now()),
      run.error === null ? '' : oneLine(`${run.error.code}: ${run.error.message}`),
    ]);
    const head = ['RUN', 'FLOW', 'STATUS', 'STARTED', 'TOOK', 'ERROR'];
    if (rows.length > 0) drawTable(head, rows, terminal.columns).forEach(terminal.out);
    return 'done';
  },
});
