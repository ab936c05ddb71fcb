/** `sluice events test`: a flow file tried on the last events of its source. */
import { msOf } from '../answers.ts';
import { askApi } from '../api.ts';
import { command } from '../command.ts';
import { paintVerdict, Tested } from '../event-answers.ts';
import { CliError } from '../exit.ts';
import { readFlowFiles } from '../flow-files.ts';
import { limitOf } from '../given.ts';
import { clock, drawTable, oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const draw = ({ items, source, starts, tested }: Tested, { paint, columns }: Terminal): string[] => {
  const rows = items.map((item) => [
    item.id,
    oneLine(item.type),
    clock(msOf(item.acceptedAt)),
    item.verdict === null ? paint('green', 'starts') : paintVerdict(item.verdict, paint),
    oneLine(item.reason ?? item.subject ?? ''),
  ]);
  const head = ['EVENT', 'TYPE', 'ACCEPTED', 'VERDICT', 'WHY, OR WHOM IT IS ABOUT'];
  return [
    ...(rows.length === 0 ? [] : drawTable(head, rows, columns)),
    `${starts} of the last ${tested} events of "${source}" would start it.`,
  ];
};

export const eventsTest = command({
  name: 'events test',
  summary: 'which of the last events would start a flow file, and why not the others',
  takes: ['<file>'],
  options: { limit: { type: 'string', value: 'N', help: 'so many of the last events (100)' } },
  notes: ['Nothing is started and nothing saved.'],
  run: async ({ api, terminal, args, flags, isJson }) => {
    const [file] = readFlowFiles(args, terminal.cwd, terminal.cwd);
    if (file === undefined) throw new CliError('refused', `There is no flow file in ${args[0] ?? ''}.`);
    const body = { name: file.name, text: file.text, limit: limitOf(flags.limit, 100, 100) };
    const tested = await askApi(api, '/api/v1/events/test', { method: 'POST', body, gives: Tested });
    if (isJson) terminal.out(JSON.stringify(tested));
    else draw(tested, terminal).forEach(terminal.out);
    return 'done';
  },
});
