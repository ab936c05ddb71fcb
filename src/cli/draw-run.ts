/** Draws a run for people: its head, then a line or a paragraph for each step, nested as the flow is. */
import { msOf, tookOf, type RunDetail, type Step } from './answers.ts';
import { paintStatus } from './status.ts';
import { clock, oneLine, pretty, shorten, span } from './table.ts';
import type { Terminal } from './terminal.ts';

export interface RunDrawing {
  readonly run: RunDetail;
  readonly steps: readonly Step[];
  /** whole values and attempts */
  readonly isLong: boolean;
  readonly terminal: Pick<Terminal, 'paint' | 'now' | 'columns'>;
}

const callerText = ({ kind, id }: RunDetail['caller']): string =>
  id === null ? kind : `${kind} ${oneLine(id)}`;

const indent = (text: string, by: string): string[] => text.split('\n').map((line) => by + line);

const labelled = (label: string, value: unknown, { paint }: RunDrawing['terminal']): string[] => {
  const [first = '', ...rest] = pretty(value).split('\n');
  return [`${paint('dim', label.padEnd(9))} ${first}`, ...rest.map((line) => ' '.repeat(10) + line)];
};

const drawHead = ({ run, terminal }: RunDrawing): string[] => {
  const { paint, now } = terminal;
  const took = tookOf(run, now());
  const attempt = run.attempt > 1 ? `  attempt ${run.attempt}` : '';
  const lines = [
    `${paint('bold', `${run.flow}@${run.version}`)}  ${paintStatus(run.status, paint)}  ${took}${attempt}`,
    `${paint('dim', 'run'.padEnd(9))} ${run.id}`,
    `${paint('dim', 'started'.padEnd(9))} ${clock(msOf(run.createdAt))}  ${run.trigger}, by ${callerText(run.caller)}`,
  ];
  if (run.parent !== null) lines.push(`${paint('dim', 'parent'.padEnd(9))} ${run.parent}`);
  lines.push(...labelled('inputs', run.inputs, terminal));
  if (run.outputs !== null) lines.push(...labelled('outputs', run.outputs, terminal));
  if (run.reason !== null) lines.push(`${paint('dim', 'reason'.padEnd(9))} ${oneLine(run.reason)}`);
  if (run.error !== null) {
    const { code, message, step } = run.error;
    const where = step === undefined ? '' : ` (step ${step})`;
    lines.push(paint('red', `${'error'.padEnd(9)} ${code}: ${oneLine(message)}${where}`));
  }
  if (run.waiting?.until != null)
    lines.push(`${paint('dim', 'waits'.padEnd(9))} until ${clock(msOf(run.waiting.until))}`);
  for (const path of run.waiting?.inDoubt ?? []) {
    lines.push(paint('yellow', `in doubt  ${path}: sluice settle ${run.id} ${path} happened|repeat|fail`));
  }
  return lines;
};

const MARKS: Readonly<Record<string, string>> = {
  succeeded: '✓',
  failed: '✗',
  skipped: '–',
  in_doubt: '?',
  waiting: '⏸',
  running: '…',
  cancelled: '■',
};

const attemptLines = (step: Step, { paint }: RunDrawing['terminal'], by: string): string[] =>
  step.attempts.map(({ number, startedAt, finishedAt, effect, error, retryAt }) => {
    const took = finishedAt === null ? 'no result' : span(msOf(finishedAt) - msOf(startedAt));
    const what = error === null ? 'well' : `${error.code}: ${shorten(oneLine(error.message), 200)}`;
    const again =
      retryAt === null || finishedAt === null
        ? ''
        : `, again after ${span(msOf(retryAt) - msOf(finishedAt))}`;
    return `${by}${paint('dim', `attempt ${number}, ${effect}, ${took}:`)} ${what}${again}`;
  });

/** What a step called, and in which run. */
const calledBy = ({ call }: Step): string | undefined =>
  call == null ? undefined : `${call.flow}@${call.version}  ${call.run}`;

const drawStep = (step: Step, { isLong, terminal }: RunDrawing): string[] => {
  const { paint, columns, now } = terminal;
  const segments = step.path.split('/');
  const by = '  '.repeat(segments.length);
  const name = segments.at(-1) ?? step.path;
  const took = step.status === 'skipped' ? '' : tookOf({ ...step, createdAt: step.startedAt }, now());
  const mark = MARKS[step.status] ?? '·';
  const what = paint('dim', `${step.card ?? calledBy(step) ?? step.kind}  ${took}`);
  const head = `${by}${paintStatus(step.status, paint).replace(step.status.replace('_', ' '), mark)} ${name}  ${what}`;
  const inner = `${by}  `;
  const error =
    step.error === null
      ? []
      : [`${inner}${paint('red', `${step.error.code}: ${oneLine(step.error.message)}`)}`];
  if (!isLong) {
    const room = Math.max(20, columns - inner.length - 3);
    const output =
      step.output === null || step.error !== null
        ? []
        : [`${inner}${paint('dim', '→')} ${shorten(JSON.stringify(step.output), room)}`];
    const many = step.attempts.length > 1 ? attemptLines(step, terminal, inner) : [];
    return [head, ...many, ...error, ...output];
  }
  const value = (label: string, given: unknown): string[] =>
    given === null ? [] : indent(`${paint('dim', label)} ${pretty(given)}`, inner);
  return [
    head,
    ...value('in ', step.input),
    ...attemptLines(step, terminal, inner),
    ...error,
    ...value('out', step.output),
  ];
};

export const drawRun = (drawing: RunDrawing): string[] => [
  ...drawHead(drawing),
  ...(drawing.steps.length === 0 ? [] : ['']),
  ...drawing.steps.flatMap((step) => drawStep(step, drawing)),
];
