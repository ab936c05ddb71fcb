/** `sluice run`: starts a flow, or a file that is not saved, and follows it to its end. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve, sep } from 'node:path';
import { durationMs } from '../../domain/duration.ts';
import { FLOW_NAME } from '../../domain/flow.ts';
import { Anything, RunDetail, Started, type Entry } from '../answers.ts';
import { askApi, type Api } from '../api.ts';
import { command, type Call } from '../command.ts';
import { CliError, type Ending } from '../exit.ts';
import { flowPath } from '../flow-calls.ts';
import { flowNameOf, isFlowFile } from '../flow-files.ts';
import { follow } from '../follow.ts';
import { ENDING_OF } from '../status.ts';
import { newStory } from '../story.ts';
import { pretty } from '../table.ts';
import { readInputs } from '../inputs.ts';
import { drawDryRun, DryRun } from '../dry-run.ts';
import { directoryOf } from './flows.ts';

interface Plan {
  readonly path: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A name that ends like a file and is one is run as it stands on disk; anything else is a saved flow. */
const planOf = (given: string, { terminal }: Call): Plan => {
  const path = resolve(terminal.cwd, given);
  if (isFlowFile(given) && existsSync(path)) {
    const directory = directoryOf(undefined, terminal);
    const name = flowNameOf(path, path.startsWith(directory + sep) ? directory : dirname(path));
    const body = { text: readFileSync(path, 'utf8'), ...(FLOW_NAME.test(name) && { name }) };
    return { path: '/api/v1/runs', body };
  }
  if (isFlowFile(given)) throw new CliError('refused', `There is no file ${given}.`);
  return { path: flowPath(given, '/runs'), body: {} };
};

const waitOf = (given: string | undefined): number | undefined => {
  if (given === undefined) return undefined;
  const ms = durationMs(given);
  if (ms === undefined)
    throw new CliError('usage', `--wait takes a length of time like 30s or 5m, not "${given}".`);
  return ms;
};

const readRun = (api: Api, id: string): Promise<RunDetail> =>
  askApi(api, `/api/v1/runs/${id}`, { gives: RunDetail });

/** Follows until the end, a doubt that only a person can settle, or the end of patience. */
const followToEnd = async (call: Call, id: string, waitMs: number | undefined): Promise<void> => {
  const { terminal, isJson } = call;
  const patience = waitMs === undefined ? [] : [AbortSignal.timeout(waitMs)];
  const api = { ...call.api, signal: AbortSignal.any([call.api.signal, ...patience]) };
  const story = newStory(terminal.paintNote);
  let isDoubtful = false;
  const hear = async (entry: Entry): Promise<boolean> => {
    if (isJson) terminal.out(JSON.stringify(entry));
    const line = isJson ? undefined : story.tell(entry);
    if (line !== undefined) terminal.note(line);
    isDoubtful ||= entry.type === 'doubted';
    return isDoubtful && (await readRun(api, id)).status === 'in_doubt';
  };
  try {
    await follow({ api, run: id, hear });
  } catch (error) {
    const isOverdue = patience.some(({ aborted }) => aborted) && !terminal.signal.aborted;
    if (!isOverdue) throw error;
  }
};

const conclude = ({ terminal, isJson }: Call, run: RunDetail): Ending => {
  const { id, status, waiting } = run;
  if (isJson) return ENDING_OF[status];
  if (status === 'succeeded' && run.outputs !== null) terminal.out(pretty(run.outputs));
  if (status === 'in_doubt') {
    for (const path of waiting?.inDoubt ?? []) {
      terminal.note(
        `Nobody knows whether "${path}" happened: sluice settle ${id} ${path} happened|repeat|fail`,
      );
    }
  }
  const isOpen = ENDING_OF[status] === 'unfinished';
  terminal.note(
    terminal.paintNote('dim', isOpen ? `still ${status}: sluice show ${id}` : `sluice show ${id}`),
  );
  return ENDING_OF[status];
};

export const run = command({
  name: 'run',
  summary: 'starts a flow and follows it; the outputs go to standard output',
  takes: ['<flow|file.yaml>'],
  options: {
    input: { type: 'string', value: 'FILE', help: 'inputs as a JSON object; - reads standard input' },
    set: {
      type: 'string',
      multiple: true,
      value: 'KEY=VALUE',
      help: 'one input; the value is JSON, else text',
    },
    event: { type: 'string', value: 'FILE', help: "in place of the trigger's sample event" },
    request: { type: 'string', value: 'FILE', help: "in place of the trigger's sample request" },
    schedule: { type: 'string', value: 'FILE', help: "in place of the trigger's sample tick" },
    dry: { type: 'boolean', help: 'perform only what changes nothing outside, list the rest' },
    wait: { type: 'string', value: '30s', help: 'follow for so long at most' },
    'no-follow': { type: 'boolean', help: 'start it and say its id' },
    key: { type: 'string', value: 'KEY', help: 'idempotency key: the same key starts one run' },
  },
  notes: ['A file is run as it stands on disk, without being saved: sluice run flows/hello.yaml'],
  run: async (call) => {
    const { api, terminal, flags } = call;
    const waitMs = waitOf(flags.wait);
    const plan = planOf(call.args[0] ?? '', call);
    const body = { ...plan.body, ...(await readInputs(call)), ...(flags.dry === true && { dry: true }) };
    const headers: Record<string, string> = flags.key === undefined ? {} : { 'Idempotency-Key': flags.key };
    const answer = await askApi(api, plan.path, { method: 'POST', body, headers, gives: Anything });
    if (flags.dry === true) return drawDryRun(call, DryRun.parse(answer), answer);
    const started = Started.parse(answer);
    if (flags['no-follow'] === true) {
      terminal.out(call.isJson ? JSON.stringify(answer) : started.id);
      return 'done';
    }
    await followToEnd(call, started.id, waitMs);
    return conclude(call, await readRun(api, started.id));
  },
});
