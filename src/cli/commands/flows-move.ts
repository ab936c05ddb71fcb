/** `sluice flows push|pull`: files to the installation and back. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as z from 'zod';
import { FLOW_NAME } from '../../domain/flow.ts';
import { request } from '../api.ts';
import { command, type Call } from '../command.ts';
import { CliError } from '../exit.ts';
import { checkFiles, flowPath, problemLines, pushFiles, type Pushed } from '../flow-calls.ts';
import { readFlowFiles, type FlowFile } from '../flow-files.ts';
import { readList } from '../page.ts';
import type { Terminal } from '../terminal.ts';
import { directoryOf, FLOWS_DIRECTORY } from './flows.ts';

/** What happened to each flow, the unchanged ones only counted. */
export const pushLines = (pushed: Pushed, { paint }: Pick<Terminal, 'paint'>): string[] => {
  const changed = pushed.filter(({ outcome }) => outcome !== 'unchanged');
  const lines = changed.map(({ name, outcome, version }) => {
    const what = typeof version === 'number' && version > 0 ? `${name}@${version}` : name;
    return `${paint(outcome === 'archived' ? 'yellow' : 'green', outcome)} ${what}`;
  });
  const same = pushed.length - changed.length;
  return same === 0 ? lines : [...lines, paint('dim', `${same} unchanged`)];
};

export const flowsPush = command({
  name: 'flows push',
  summary: 'saves flow files, all of them or none',
  takes: ['[file…]'],
  options: {
    flows: FLOWS_DIRECTORY,
    prune: { type: 'boolean', help: 'archive flows whose file is gone' },
    force: { type: 'boolean', help: 'take over flows that were written by the API' },
    'dry-run': { type: 'boolean', help: 'say what would happen' },
  },
  run: async ({ api, terminal, args, flags, isJson }) => {
    if (flags.prune === true && args.length > 0) {
      throw new CliError('usage', '--prune needs all files: leave the file names out.');
    }
    const files = readFlowFiles(args, directoryOf(flags.flows, terminal), terminal.cwd);
    const checked = await checkFiles(api, files);
    for (const each of checked) problemLines(each, terminal.paintNote).forEach(terminal.note);
    const bad = checked.filter(({ isGood }) => !isGood).length;
    if (bad > 0)
      throw new CliError('failed', `${bad} of ${files.length} flows have errors: nothing was saved.`);
    const { prune, force, 'dry-run': dryRun } = flags;
    const pushed = await pushFiles(api, files, { prune, force, dryRun });
    if (isJson) terminal.out(JSON.stringify({ flows: pushed }));
    else pushLines(pushed, terminal).forEach(terminal.out);
    if (dryRun === true) terminal.note('Nothing was saved.');
    return 'done';
  },
});

const Named = z.looseObject({ name: z.string(), status: z.string() });

const namesToPull = async ({ api }: Call, args: readonly string[]): Promise<readonly string[]> => {
  if (args.length > 0) return args;
  const flows = await readList(api, '/api/v1/flows', { item: Named });
  return flows.filter(({ status }) => status !== 'archived').map(({ name }) => name);
};

/** The saved text, byte for byte, and the file it belongs in: an existing one keeps its ending. */
const pullOne = async ({ api }: Call, name: string, directory: string): Promise<FlowFile> => {
  if (!FLOW_NAME.test(name)) throw new CliError('usage', `"${name}" is no name of a flow.`);
  const response = await request(api, flowPath(name), { headers: { Accept: 'application/yaml' } });
  const text = await response.text();
  const known = ['yaml', 'yml', 'json']
    .map((ending) => join(directory, `${name}.${ending}`))
    .find(existsSync);
  const ending = text.trimStart().startsWith('{') ? 'json' : 'yaml';
  return { name, text, path: known ?? join(directory, `${name}.${ending}`) };
};

export const flowsPull = command({
  name: 'flows pull',
  summary: 'writes saved flows into files, byte for byte',
  takes: ['[flow…]'],
  options: {
    flows: FLOWS_DIRECTORY,
    force: { type: 'boolean', help: 'overwrite files that differ' },
  },
  run: async (call) => {
    const { terminal, flags, isJson } = call;
    const directory = directoryOf(flags.flows, terminal);
    const names = await namesToPull(call, call.args);
    const files: FlowFile[] = [];
    for (const name of names) files.push(await pullOne(call, name, directory));
    const differing = files.filter(
      ({ path, text }) => existsSync(path) && readFileSync(path, 'utf8') !== text,
    );
    if (differing.length > 0 && flags.force !== true) {
      const list = differing.map(({ path }) => `\n  ${path}`).join('');
      throw new CliError('refused', `These files differ and were kept; --force overwrites them:${list}`);
    }
    for (const { path, text } of files) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, text);
    }
    if (isJson) terminal.out(JSON.stringify({ flows: files.map(({ name, path }) => ({ name, path })) }));
    else for (const { path } of files) terminal.out(path);
    return 'done';
  },
});
