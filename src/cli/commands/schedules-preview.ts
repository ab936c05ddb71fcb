/** `sluice schedules preview`: when a flow file would start its flow by the clock. */
import { join } from 'node:path';
import * as z from 'zod';
import { Problems, When } from '../answers.ts';
import { askApi } from '../api.ts';
import { command } from '../command.ts';
import { CliError } from '../exit.ts';
import { readFlowFiles, type FlowFile } from '../flow-files.ts';
import { drawTable, oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';

const Preview = z.looseObject({
  schedule: z.string(),
  timezone: z.string(),
  times: z.array(z.looseObject({ at: When, local: z.string(), due: When, mark: z.string().nullable() })),
  changes: z.array(z.looseObject({ at: When, message: z.string() })),
  warnings: Problems,
});
type Preview = z.output<typeof Preview>;

const MARKS: Readonly<Record<string, string>> = {
  gap: 'moved: its time does not exist that day',
  first: 'first of two',
  second: 'second of two',
};

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `Sun 2026-03-29 03:00 +02:00` */
const localCell = (local: string): string => {
  const [, date = '', time = '', offset = ''] =
    /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\d([+-]\d\d:\d\d)/.exec(local) ?? [];
  return `${DAYS[new Date(date).getUTCDay()] ?? ''} ${date} ${time} ${offset}`;
};

const utcCell = (when: string): string => when.slice(0, 16).replace('T', ' ');

const drawPreview = ({ times, changes, timezone }: Preview, { columns, paint }: Terminal): string[] => {
  const isSpread = times.some(({ at, due }) => at !== due);
  const isUtc = timezone === 'UTC';
  const rows = times.map(({ at, local, due, mark }) => [
    localCell(local),
    ...(isUtc ? [] : [utcCell(at)]),
    ...(isSpread ? [utcCell(due)] : []),
    MARKS[mark ?? ''] ?? '',
  ]);
  const head = [timezone.toUpperCase(), ...(isUtc ? [] : ['UTC']), ...(isSpread ? ['STARTS (UTC)'] : []), ''];
  const [title = '', ...lines] = drawTable(head, rows, columns);
  const shown = lines.map((line, index) => ({ at: times[index]?.at ?? '', line }));
  const noted = changes.map(({ at, message }) => ({ at, line: paint('yellow', oneLine(message)) }));
  // Times in UTC sort as their texts do; the clocks change before what starts at that instant.
  const all = [...noted, ...shown].toSorted((left, right) =>
    left.at < right.at ? -1 : left.at > right.at ? 1 : 0,
  );
  return [title, ...all.map(({ line }) => line)];
};

const fileOf = (given: string, { cwd, project }: Terminal): FlowFile => {
  const [file, ...others] = readFlowFiles([given], join(project, 'flows'), cwd);
  if (file !== undefined && others.length === 0) return file;
  throw new CliError('usage', `${given} is not one flow file: name the file of the flow.`);
};

export const schedulesPreview = command({
  name: 'schedules preview',
  summary: 'when a flow file would start its flow, and what daylight saving does to it',
  takes: ['<file>'],
  options: {
    count: { type: 'string', value: 'N', help: 'how many times, at most 200 (20)' },
    from: { type: 'string', value: 'DATE', help: "from then on, in the schedule's zone (now)" },
  },
  run: async ({ api, terminal, args, flags, isJson }) => {
    const { name, text, path } = fileOf(args[0] ?? '', terminal);
    const count = flags.count === undefined ? undefined : Number(flags.count);
    if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= 200)) {
      throw new CliError('usage', '--count is a whole number from 1 to 200.');
    }
    const body = { name, text, count, from: flags.from };
    const shown = await askApi(api, '/api/v1/schedules/preview', { method: 'POST', body, gives: Preview });
    if (isJson) {
      terminal.out(JSON.stringify(shown));
      return 'done';
    }
    terminal.out(shown.schedule);
    if (shown.times.length === 0) terminal.note('It fires no more.');
    else drawPreview(shown, terminal).forEach(terminal.out);
    for (const { line = 1, message } of shown.warnings) {
      terminal.note(`${path}:${line} ${terminal.paintNote('yellow', 'warning')}: ${oneLine(message)}`);
    }
    return 'done';
  },
});
