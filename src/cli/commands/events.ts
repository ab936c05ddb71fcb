/** `sluice events list|show`: what came, and what became of it. */
import { msOf } from '../answers.ts';
import { askApi } from '../api.ts';
import { command } from '../command.ts';
import { EventDetail, EventLine, paintVerdict, type EventVerdict } from '../event-answers.ts';
import { limitOf, sinceOf } from '../given.ts';
import { readList } from '../page.ts';
import { clock, drawTable, oneLine, pretty } from '../table.ts';
import type { Paint } from '../terminal.ts';

/** How events are chosen, in `list` and `replay`. */
export const CHOICE = {
  source: { type: 'string', value: 'NAME', help: 'of one source' },
  type: { type: 'string', multiple: true, value: 'TYPE', help: 'of a type: exact, or with * at the end' },
  subject: { type: 'string', value: 'TEXT', help: 'about somebody or something' },
  since: { type: 'string', value: '2h', help: 'accepted in this time, or since a date or time' },
  until: { type: 'string', value: '1h', help: 'accepted before' },
  verdict: {
    type: 'string',
    multiple: true,
    value: 'WORD',
    help: 'started not_matched filtered self_caused paused disabled loop error invalid expired undeliverable',
  },
} as const;

const RANK = ['started', 'error', 'undeliverable', 'loop', 'expired', 'invalid', 'paused', 'self_caused'];
const rankOf = ({ verdict }: EventVerdict): number => {
  const at = RANK.indexOf(verdict);
  return at < 0 ? RANK.length : at;
};

/** The flows that matter most come first; how many there are besides. */
const verdictCell = ({ verdicts, closedAt }: EventLine, paint: Paint): string => {
  const [first, ...others] = verdicts.toSorted((a, b) => rankOf(a) - rankOf(b));
  if (first === undefined) return closedAt === null ? paint('cyan', 'on its way') : '';
  const flow = first.flow === null ? '' : ` ${first.flow}`;
  const more = others.length === 0 ? '' : ` +${others.length}`;
  return `${paintVerdict(first.verdict, paint)}${flow}${more}`;
};

export const eventsList = command({
  name: 'events list',
  summary: 'the events, newest first',
  takes: [],
  options: {
    ...CHOICE,
    flow: { type: 'string', value: 'NAME', help: 'that have a verdict for this flow' },
    limit: { type: 'string', value: 'N', help: 'so many at most (20)' },
  },
  run: async ({ api, terminal, flags, isJson }) => {
    const now = terminal.now();
    const { source, type, subject, verdict, flow } = flags;
    const [from, to] = [sinceOf(flags.since, now), sinceOf(flags.until, now, '--until')];
    const query = { source, type, subject, verdict, flow, from, to };
    const limit = limitOf(flags.limit, 20);
    const found = await readList(api, '/api/v1/events', { item: EventLine, query, limit });
    if (isJson) terminal.out(JSON.stringify(found));
    else if (found.length === 0) terminal.note('No events.');
    else {
      const head = ['EVENT', 'SOURCE', 'TYPE', 'ACCEPTED', 'VERDICT', 'SUBJECT'];
      const rows = found.map((event) => [
        event.id,
        event.source,
        oneLine(event.type),
        clock(msOf(event.acceptedAt)),
        verdictCell(event, terminal.paint),
        oneLine(event.subject ?? ''),
      ]);
      drawTable(head, rows, terminal.columns).forEach(terminal.out);
    }
    return 'done';
  },
});

const verdictLine = ({ flow, verdict, run, reason }: EventVerdict, paint: Paint): string => {
  const about = run ?? (reason === null ? '' : oneLine(reason));
  return `  ${flow ?? 'all flows'}  ${paintVerdict(verdict, paint)}  ${about}`.trimEnd();
};

/** What a log has brought came without any. */
const headerLines = ({ headers }: EventDetail, paint: Paint): string[] => {
  const lines = Object.entries(headers).map(([name, value]) => `  ${name}: ${oneLine(value)}`);
  return lines.length === 0 ? [] : ['', paint('dim', 'headers'), ...lines];
};

const drawEvent = (event: EventDetail, paint: Paint, isRaw: boolean): string[] => {
  const shown = parse(event.raw);
  return [
    `${paint('bold', event.id)}  ${event.source}  ${oneLine(event.type)}`,
    `subject   ${event.subject === null ? '' : oneLine(event.subject)}`.trimEnd(),
    `time      ${event.time ?? 'not said'}, accepted ${event.acceptedAt}`,
    `id        ${oneLine(event.sourceId)}`,
    ...(event.actor === null ? [] : [`actor     ${oneLine(event.actor)}`]),
    '',
    paint('dim', event.closedAt === null ? 'verdicts, so far' : 'verdicts'),
    ...event.verdicts.map((verdict) => verdictLine(verdict, paint)),
    ...headerLines(event, paint),
    '',
    paint('dim', 'as it was sent'),
    ...(isRaw || shown === undefined ? event.raw : pretty(shown)).split('\n').map(oneLineButBlanks),
  ];
};

/** What was sent must not move the cursor of a terminal; its indentation may stay. */
const oneLineButBlanks = (line: string): string => `${/^ */.exec(line)?.[0] ?? ''}${oneLine(line)}`;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const eventsShow = command({
  name: 'events show',
  summary: 'one event: as it was sent, and its verdict for every flow',
  takes: ['<event>'],
  options: { raw: { type: 'boolean', help: 'the text as it was sent, not laid out' } },
  run: async ({ api, terminal, args, flags, isJson }) => {
    const path = `/api/v1/events/${encodeURIComponent(args[0] ?? '')}`;
    const event = await askApi(api, path, { gives: EventDetail });
    if (isJson) terminal.out(JSON.stringify(event));
    else drawEvent(event, terminal.paint, flags.raw === true).forEach(terminal.out);
    return 'done';
  },
});
