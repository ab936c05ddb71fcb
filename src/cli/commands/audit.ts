/** `sluice audit`: who did what, exported whole, and checked for lines that are missing or changed. */
import * as z from 'zod';
import { breakAt } from '../../domain/audit.ts';
import { msOf } from '../answers.ts';
import { request } from '../api.ts';
import type { Api } from '../api.ts';
import { command } from '../command.ts';
import { CliError } from '../exit.ts';
import { limitOf, sinceOf } from '../given.ts';
import { readList } from '../page.ts';
import { clock, drawTable, oneLine } from '../table.ts';

const Line = z.object({
  seq: z.int(),
  id: z.string(),
  at: z.string(),
  actor: z
    .object({
      kind: z.enum(['person', 'token', 'provider', 'nobody']),
      id: z.string().nullable(),
      name: z.string().nullable(),
    })
    .catchall(z.json()),
  action: z.string(),
  target: z.string().nullable(),
  outcome: z.enum(['done', 'refused']),
  detail: z.record(z.string(), z.json()),
  previous: z.string(),
  hash: z.string(),
});
type Line = z.output<typeof Line>;

/** Every line from the first on, as it is sent. */
async function* exported(api: Api): AsyncGenerator<string> {
  const response = await request(api, '/api/v1/audit', { headers: { Accept: 'application/x-ndjson' } });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const part of response.body ?? []) {
    const lines = (rest + decoder.decode(part, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') throw new CliError('failed', 'The export broke off in the middle of a line: try again.');
}

interface Checked {
  readonly lines: number;
  /** of the newest line: kept elsewhere, it shows when the end is cut off */
  readonly hash: string | null;
  readonly fault: string | null;
}

const check = async (api: Api): Promise<Checked> => {
  let before: Line | undefined;
  for await (const text of exported(api)) {
    const line = Line.parse(JSON.parse(text));
    const fault =
      before === undefined && line.seq !== 1
        ? `the log begins with line ${line.seq}`
        : await breakAt(line, before);
    if (fault !== undefined) return { lines: line.seq, hash: line.hash, fault };
    before = line;
  }
  return { lines: before?.seq ?? 0, hash: before?.hash ?? null, fault: null };
};

const rowOf = ({ at, actor, action, target, outcome }: Line): string[] => [
  clock(msOf(at)),
  oneLine(actor.name ?? actor.id ?? actor.kind),
  outcome === 'done' ? action : `${action} (refused)`,
  oneLine(target ?? ''),
];

export const audit = command({
  name: 'audit',
  summary: 'who did what, newest first',
  takes: [],
  options: {
    action: { type: 'string', value: 'WORD', help: 'of one kind: sign_in, tokens.create, flows.put' },
    actor: { type: 'string', value: 'ID', help: 'by one person or token' },
    target: { type: 'string', value: 'NAME', help: 'done to this' },
    since: { type: 'string', value: '2h', help: 'in this time, or since a date or time' },
    limit: { type: 'string', value: 'N', help: 'so many at most (20)' },
    export: { type: 'boolean', help: 'all lines as JSON, oldest first' },
    verify: { type: 'boolean', help: 'check that no line was changed or left out' },
  },
  run: async ({ api, terminal, flags, isJson }) => {
    if (flags.export === true) {
      for await (const line of exported(api)) terminal.out(line);
      return 'done';
    }
    if (flags.verify === true) {
      const checked = await check(api);
      if (isJson) terminal.out(JSON.stringify(checked));
      else if (checked.fault === null) {
        terminal.out(
          `The audit log holds: ${checked.lines} lines, the newest has the hash ${checked.hash ?? 'none'}.`,
        );
      } else terminal.note(`The audit log does not hold: ${checked.fault}.`);
      return checked.fault === null ? 'done' : 'failed';
    }
    const { action, actor, target } = flags;
    const query = { action, actor, target, from: sinceOf(flags.since, terminal.now()) };
    const limit = limitOf(flags.limit, 20);
    const lines = await readList(api, '/api/v1/audit', { item: Line, query, limit });
    if (isJson) terminal.out(JSON.stringify(lines));
    else if (lines.length === 0) terminal.note('Nothing was recorded.');
    else drawTable(['WHEN', 'WHO', 'WHAT', 'TO'], lines.map(rowOf), terminal.columns).forEach(terminal.out);
    return 'done';
  },
});
