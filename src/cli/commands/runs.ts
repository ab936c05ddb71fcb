/** `sluice runs`: the history, newest first. */
import { msOf, Run, tookOf } from '../answers.ts';
import { command } from '../command.ts';
import { limitOf, sinceOf } from '../given.ts';
import { readList } from '../page.ts';
import { paintStatus } from '../status.ts';
import { clock, drawTable, oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const rowOf = (run: Run, { paint, now }: Terminal): string[] => [
  run.id,
  run.flow,
  paintStatus(run.status, paint),
  run.trigger,
  clock(msOf(run.createdAt)),
  tookOf(run, now()),
  run.error === null ? '' : oneLine(`${run.error.code}: ${run.error.message}`),
];

export const runs = command({
  name: 'runs',
  summary: 'the runs, newest first',
  takes: [],
  options: {
    flow: { type: 'string', value: 'NAME', help: 'of one flow' },
    status: {
      type: 'string',
      value: 'WORD',
      help: 'queued running waiting in_doubt succeeded failed cancelled',
    },
    trigger: { type: 'string', value: 'KIND', help: 'schedule event manual api helper delegated' },
    since: { type: 'string', value: '2h', help: 'started in this time, or since a date or time' },
    q: { type: 'string', value: 'TEXT', help: 'text in flow name, error or subject' },
    limit: { type: 'string', value: 'N', help: 'so many at most (20)' },
  },
  run: async ({ api, terminal, flags, isJson }) => {
    const { flow, status, trigger, q } = flags;
    const from = sinceOf(flags.since, terminal.now());
    const query = { flow, status, trigger, q, from };
    const found = await readList(api, '/api/v1/runs', { item: Run, query, limit: limitOf(flags.limit, 20) });
    if (isJson) terminal.out(JSON.stringify(found));
    else if (found.length === 0) terminal.note('No runs.');
    else {
      const head = ['RUN', 'FLOW', 'STATUS', 'TRIGGER', 'STARTED', 'TOOK', 'ERROR'];
      drawTable(
        head,
        found.map((run) => rowOf(run, terminal)),
        terminal.columns,
      ).forEach(terminal.out);
    }
    return 'done';
  },
});
