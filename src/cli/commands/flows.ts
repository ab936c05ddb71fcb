/** `sluice flows list|check|diff`: looks at flows and changes nothing. */
import { join, resolve } from 'node:path';
import * as z from 'zod';
import { request } from '../api.ts';
import { command } from '../command.ts';
import { checkedLines, checkFiles, flowPath } from '../flow-calls.ts';
import { readFlowFiles } from '../flow-files.ts';
import { readList } from '../page.ts';
import { drawTable, oneLine } from '../table.ts';
import type { Terminal } from '../terminal.ts';

export const FLOWS_DIRECTORY = {
  type: 'string',
  value: 'DIR',
  help: "directory of the flow files (the project's flows/)",
} as const;

export const directoryOf = (given: string | undefined, { cwd, project }: Terminal): string =>
  given === undefined ? join(project, 'flows') : resolve(cwd, given);

const FlowRow = z.looseObject({
  name: z.string(),
  title: z.string().nullish(),
  status: z.string(),
  version: z.number(),
  origin: z.string(),
  trigger: z.union([z.string(), z.looseObject({ kind: z.string() })]),
});

export const flowsList = command({
  name: 'flows list',
  summary: 'the flows of the installation',
  takes: [],
  options: {},
  run: async ({ api, terminal, isJson }) => {
    const flows = await readList(api, '/api/v1/flows', { item: FlowRow });
    if (isJson) terminal.out(JSON.stringify(flows));
    else if (flows.length === 0)
      terminal.note('There are no flows yet: `sluice flows push` saves those in flows/.');
    else {
      const rows = flows.map(({ name, trigger, version, status, origin, title }) => [
        name,
        typeof trigger === 'string' ? trigger : trigger.kind,
        String(version),
        status,
        origin,
        oneLine(title ?? ''),
      ]);
      const head = ['NAME', 'TRIGGER', 'VERSION', 'STATUS', 'ORIGIN', 'TITLE'];
      drawTable(head, rows, terminal.columns).forEach(terminal.out);
    }
    return 'done';
  },
});

export const flowsCheck = command({
  name: 'flows check',
  summary: 'says what is wrong in flow files, and saves nothing',
  takes: ['[file…]'],
  options: { flows: FLOWS_DIRECTORY },
  run: async ({ api, terminal, args, flags, isJson }) => {
    const files = readFlowFiles(args, directoryOf(flags.flows, terminal), terminal.cwd);
    const checked = await checkFiles(api, files);
    const bad = checked.filter(({ isGood }) => !isGood).length;
    if (isJson) {
      const found = checked.map(({ file, problems, schedule }) => ({
        name: file.name,
        path: file.path,
        problems,
        schedule,
      }));
      terminal.out(JSON.stringify({ files: found }));
    } else {
      for (const each of checked) checkedLines(each, terminal.paint).forEach(terminal.out);
      terminal.note(
        bad === 0 ? `${files.length} flows, no errors.` : `${bad} of ${files.length} flows have errors.`,
      );
    }
    return bad === 0 ? 'done' : 'failed';
  },
});

export const flowsDiff = command({
  name: 'flows diff',
  summary: 'what changed between two versions, by default the last two',
  takes: ['<flow>'],
  options: {
    from: { type: 'string', value: 'N', help: 'earlier version' },
    to: { type: 'string', value: 'N', help: 'later version' },
  },
  run: async ({ api, terminal, args, flags, isJson }) => {
    const [name = ''] = args;
    const query = { from: flags.from, to: flags.to };
    const response = await request(api, flowPath(name, '/diff'), { query });
    const text = await response.text();
    if (isJson) terminal.out(JSON.stringify({ flow: name, diff: text }));
    else if (text.trim() === '') terminal.note('Nothing changed.');
    else for (const line of text.trimEnd().split('\n')) terminal.out(hueOf(line, terminal));
    return 'done';
  },
});

const hueOf = (line: string, { paint }: Terminal): string => {
  if (line.startsWith('+++') || line.startsWith('---')) return paint('bold', line);
  if (line.startsWith('@@')) return paint('cyan', line);
  if (line.startsWith('+')) return paint('green', line);
  return line.startsWith('-') ? paint('red', line) : line;
};
