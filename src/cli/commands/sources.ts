/** `sluice sources list|show|pause|resume|remove`: who may send events, and how that goes. */
import { Anything, msOf } from '../answers.ts';
import { askApi } from '../api.ts';
import { command, type Call } from '../command.ts';
import type { Ending } from '../exit.ts';
import { readWhole } from '../page.ts';
import { Source, SourceLine, sourcePath } from '../source-answers.ts';
import { clock, drawTable, oneLine, pretty } from '../table.ts';
import type { Paint } from '../terminal.ts';

export const sourcesList = command({
  name: 'sources list',
  summary: 'the sources that may send events',
  takes: [],
  options: {},
  run: async ({ api, terminal, isJson }) => {
    const found = await readWhole(api, '/api/v1/sources', SourceLine);
    if (isJson) terminal.out(JSON.stringify(found));
    else if (found.length === 0) terminal.note('There are no sources: `sluice sources add` makes one.');
    else {
      const rows = found.map(({ name, kind, status, address, note }) => [
        name,
        kind,
        status === 'paused' ? terminal.paint('yellow', status) : status,
        address,
        oneLine(note ?? ''),
      ]);
      drawTable(['NAME', 'KIND', 'STATE', 'ADDRESS', 'NOTE'], rows, terminal.columns).forEach(terminal.out);
    }
    return 'done';
  },
});

const backfillLines = ({ backfill }: Source): string[] => {
  if (backfill === null) return [];
  const until = backfill.until === null ? '' : ` until ${clock(msOf(backfill.until))}`;
  const trouble = backfill.trouble === null ? '' : `: ${oneLine(backfill.trouble)}`;
  return [`backfill  ${backfill.state.replace('_', ' ')}${until}${trouble}`];
};

const refusedLines = ({ refused }: Source, paint: Paint): string[] => {
  if (refused.length === 0) return [];
  const lines = refused.map(
    ({ hour, reason, count, sample }) => `  ${clock(msOf(hour))}  ${count} × ${reason}: ${oneLine(sample)}`,
  );
  return ['', paint('yellow', 'Turned away in the last day, by the hour:'), ...lines];
};

const drawSource = (source: Source, paint: Paint): string[] => [
  `${paint('bold', source.name)}  ${source.kind}  ${source.status}`,
  ...(source.note === null ? [] : [`note      ${oneLine(source.note)}`]),
  `address   ${source.address}`,
  `settings  ${pretty(source.settings)}`,
  ...source.secrets.map(({ id, createdAt }) => `secret    ${id}, made ${clock(msOf(createdAt))}`),
  ...backfillLines(source),
  `setup     ${source.setup}`,
  ...refusedLines(source, paint),
];

export const sourcesShow = command({
  name: 'sources show',
  summary: 'one source: its address and settings, and the posts that it turned away',
  takes: ['<name>'],
  options: {},
  run: async ({ api, terminal, args, isJson }) => {
    const source = await askApi(api, sourcePath(args[0] ?? ''), { gives: Source });
    if (isJson) terminal.out(JSON.stringify(source));
    else drawSource(source, terminal.paint).forEach(terminal.out);
    return 'done';
  },
});

const change = async (
  { api, terminal, args, isJson }: Call,
  action: string,
  body: object,
): Promise<Ending> => {
  const path = sourcePath(args[0] ?? '', `/${action}`);
  const source = await askApi(api, path, { method: 'POST', body, gives: SourceLine });
  terminal.out(isJson ? JSON.stringify(source) : `${source.name} ${source.status}`);
  return 'done';
};

export const sourcesPause = command({
  name: 'sources pause',
  summary: 'keeps the events of a source, and starts nothing until it is resumed',
  takes: ['<name>'],
  options: { note: { type: 'string', value: 'TEXT', help: 'why' } },
  run: (call) => change(call, 'pause', { note: call.flags.note }),
});

export const sourcesResume = command({
  name: 'sources resume',
  summary: 'delivers the events of a source again, with those that it kept',
  takes: ['<name>'],
  options: {},
  run: (call) => change(call, 'resume', {}),
});

export const sourcesRemove = command({
  name: 'sources remove',
  summary: 'removes a source; its events stay, and what it sends is refused',
  takes: ['<name>'],
  options: {},
  run: async ({ api, terminal, args, isJson }) => {
    const [name = ''] = args;
    await askApi(api, sourcePath(name), { method: 'DELETE', gives: Anything });
    if (isJson) terminal.out(JSON.stringify({ removed: name }));
    else terminal.note(`Source ${name} is removed.`);
    return 'done';
  },
});
