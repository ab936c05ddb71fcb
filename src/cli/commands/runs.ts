/** `sluice runs`: the history, newest first. */
import { durationMs } from '../../domain/duration.ts';
import { msOf, Run, tookOf } from '../answers.ts';
import { command } from '../command.ts';
import { CliError } from '../exit.ts';
import { readList } from '../page.ts';
import { paintStatus } from '../status.ts';
import { clock, drawTable, oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const MOST = 10_000;

/** A length of time before now, a date, or a time. */
export const sinceOf = (given: string | undefined, now: number): string | undefined => {
  if (given === undefined) return undefined;
  const ms = durationMs(given);
  const at = ms === undefined ? Date.parse(given) : now - ms;
  if (Number.isNaN(at)) {
    throw new CliError('usage', `--since takes a length of time (2h), a date or a time, not "${given}".`);
  }
  return new Date(at).toISOString();
};

const limitOf = (given: string | undefined): number => {
  const limit = Number(given ?? 20);
  if (Number.isInteger(limit) && limit >= 1 && limit <= MOST) return limit;
  throw new CliError('usage', `--limit takes a number from 1 to ${MOST}, not "${given}".`);
};

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
    const found = await readList(api, '/api/v1/runs', { item: Run, query, limit: limitOf(flags.limit) });
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
