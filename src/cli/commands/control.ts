/** `sluice cancel|retry|settle`: what a person may do to a run. */
import * as z from 'zod';
import { Run } from '../answers.ts';
import { askApi } from '../api.ts';
import { command, type Call } from '../command.ts';
import { CliError } from '../exit.ts';
import { paintStatus } from '../status.ts';

const Controlled = z.looseObject({ status: Run.shape.status });

const control = async (
  call: Call,
  action: string,
  body: Readonly<Record<string, unknown>>,
): Promise<'done'> => {
  const { api, terminal, isJson } = call;
  const id = call.args[0] ?? '';
  const path = `/api/v1/runs/${encodeURIComponent(id)}/${action}`;
  const answer = await askApi(api, path, { method: 'POST', body, gives: Controlled });
  terminal.out(isJson ? JSON.stringify(answer) : `${id} ${paintStatus(answer.status, terminal.paint)}`);
  return 'done';
};

export const cancel = command({
  name: 'cancel',
  summary: 'ends a run; what is in flight is recorded first',
  takes: ['<run>'],
  options: {},
  run: (call) => control(call, 'cancel', {}),
});

export const retry = command({
  name: 'retry',
  summary: 'goes on with a failed run where it failed',
  takes: ['<run>'],
  options: { newest: { type: 'boolean', help: "in the flow's newest version, not the run's own" } },
  run: (call) => control(call, 'retry', { version: call.flags.newest === true ? 'newest' : 'same' }),
});

const WORDS = ['happened', 'repeat', 'fail'] as const;

const outputOf = (text: string | undefined): unknown => {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError('usage', `--output takes JSON, not "${text}": put text into double quotes.`);
  }
};

export const settle = command({
  name: 'settle',
  summary: 'says what became of a step in doubt',
  takes: ['<run>', '<path>', '<happened|repeat|fail>'],
  options: { output: { type: 'string', value: 'JSON', help: 'what the step gave, when it happened' } },
  notes: [
    'happened  it took place: the run goes on with --output as the value of the step',
    'repeat    it did not take place, or may take place twice: it is performed again',
    'fail      the step fails',
  ],
  run: async (call) => {
    const [, path, given] = call.args;
    const word = WORDS.find((each) => each === given);
    if (word === undefined) throw new CliError('usage', `"${given}" is none of happened, repeat, fail.`);
    const output = outputOf(call.flags.output);
    if (output !== undefined && word !== 'happened') {
      throw new CliError('usage', '--output goes with happened only.');
    }
    return control(call, 'settle', { path, word, ...(output === undefined ? {} : { output }) });
  },
});
