/** One step of each kind, from its written form to the domain's: every default filled in, no abbreviations left. */
import type * as z from 'zod';
import { CALLED_FLOW, type Block, type Retry, type Step, type Tolerance } from '../domain/flow.ts';
import { isObject, type Json, type JsonObject } from '../domain/json.ts';
import { checkFail, checkResponse, checkWait } from './check-literals.ts';
import { readPart } from './file-issues.ts';
import { stepSchemas, UnreadBlock, type WrittenKind } from './file-steps.ts';
import type { Path } from './place.ts';
import type { Report } from './report.ts';
import { parseTemplate, wholeExpression } from './template.ts';

export interface StepReading {
  readonly report: Report;
  /** Where the step stands. */
  readonly path: Path;
  /** Reads the block that lies at these members of the step. */
  readonly readBlock: (raw: unknown, ...inner: Path) => Block;
}

export const STEP_SCHEMAS = stepSchemas(UnreadBlock);
type Schemas = typeof STEP_SCHEMAS;

type Written<K extends WrittenKind> = z.output<Schemas[K]>;
type WrittenCard = Written<'card'>;

const retryOf = ({ attempts, delay, backoff, on }: NonNullable<WrittenCard['retry']>): Retry => ({
  attempts,
  delayMs: delay,
  backoff,
  on: on.map(String),
});

const toleranceOf = (onError: Written<'forEach'>['onError']): Tolerance => {
  if (typeof onError === 'string') return onError;
  const { tolerate } = onError;
  return typeof tolerate === 'number' ? { items: tolerate } : { share: Number.parseFloat(tolerate) / 100 };
};

const cardStep = ({ retry, timeout, ...rest }: WrittenCard): Step => ({
  kind: 'card',
  ...rest,
  timeoutMs: timeout,
  ...(retry === undefined ? {} : { retry: retryOf(retry) }),
});

const callStep = (written: Written<'call'>, { path, report }: StepReading): Step => {
  const { call, timeout, ...rest } = written;
  if (rest.async && timeout !== undefined) {
    const message = '"timeout" is for calls that wait: this one is async; set the time limit in the helper';
    report.error({ path: [...path, 'timeout'], code: 'not_allowed', message, spot: 'key' });
  }
  const [, name = call, version] = CALLED_FLOW.exec(call) ?? [];
  return {
    kind: 'call',
    ...rest,
    call: name,
    ...(version === undefined ? {} : { version: Number(version) }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
  };
};

const ifStep = (written: Written<'if'>, { readBlock }: StepReading): Step => {
  const { if: condition, then, elseIf = [], else: otherwise, ...rest } = written;
  const others = elseIf.map((branch, index) => ({
    if: branch.if,
    then: readBlock(branch.then, 'elseIf', index, 'then'),
  }));
  return {
    kind: 'if',
    ...rest,
    branches: [{ if: condition, then: readBlock(then, 'then') }, ...others],
    ...(otherwise === undefined ? {} : { else: readBlock(otherwise, 'else') }),
  };
};

const tryStep = (written: Written<'try'>, { readBlock }: StepReading): Step => {
  const { try: block, catch: rescue, finally: last, ...rest } = written;
  return {
    kind: 'try',
    ...rest,
    try: readBlock(block, 'try'),
    ...(rescue === undefined ? {} : { catch: readBlock(rescue, 'catch') }),
    ...(last === undefined ? {} : { finally: readBlock(last, 'finally') }),
  };
};

const isExpression = (value: Json): boolean => {
  const template = typeof value === 'string' ? parseTemplate(value) : undefined;
  // What is not closed is complained about where all expressions are.
  return template !== undefined && (!template.ok || wholeExpression(template.parts) !== undefined);
};

const forEachStep = (written: Written<'forEach'>, { readBlock, path, report }: StepReading): Step => {
  const { forEach: items, onError, do: block, ...rest } = written;
  if (!Array.isArray(items) && !isExpression(items)) {
    const message = '"forEach" must be a list, or one expression that gives one: ${{ inputs.people }}';
    report.error({ path: [...path, 'forEach'], code: 'type', message });
  }
  return { kind: 'forEach', ...rest, items, onError: toleranceOf(onError), do: readBlock(block, 'do') };
};

const parallelStep = (written: Written<'parallel'>, { readBlock }: StepReading): Step => {
  const { parallel, ...rest } = written;
  const branches = Object.entries(parallel).map(
    ([name, block]) => [name, readBlock(block, 'parallel', name)] as const,
  );
  return { kind: 'parallel', ...rest, branches: Object.fromEntries(branches) };
};

type LeaveKind = 'yield' | 'next' | 'return' | 'stop' | 'fail';

const leaveStep = (kind: LeaveKind, raw: JsonObject, { path, report }: StepReading): Step | undefined => {
  const written = readPart(STEP_SCHEMAS[kind], raw, path, report);
  if (written === undefined) return undefined;
  const value = raw[kind] ?? null;
  if (kind === 'fail' && !isExpression(value)) checkFail(value, [...path, kind], report);
  const { id, title, note, when } = written;
  return {
    kind,
    ...(id === undefined ? {} : { id }),
    ...(title === undefined ? {} : { title }),
    ...(note === undefined ? {} : { note }),
    ...(when === undefined ? {} : { when }),
    value,
  };
};

/** How each kind is read; undefined when its written form has faults, which are then in the report. */
const READERS: Readonly<Record<WrittenKind, (raw: JsonObject, reading: StepReading) => Step | undefined>> = {
  card: (raw, reading) => withPart('card', raw, reading, cardStep),
  call: (raw, reading) => withPart('call', raw, reading, callStep),
  set: (raw, reading) => withPart('set', raw, reading, (written) => ({ kind: 'set', ...written })),
  if: (raw, reading) => withPart('if', raw, reading, ifStep),
  try: (raw, reading) => withPart('try', raw, reading, tryStep),
  forEach: (raw, reading) => withPart('forEach', raw, reading, forEachStep),
  while: (raw, reading) =>
    withPart('while', raw, reading, (written) => ({
      kind: 'while',
      ...written,
      do: reading.readBlock(written.do, 'do'),
    })),
  parallel: (raw, reading) => withPart('parallel', raw, reading, parallelStep),
  wait: (raw, reading) =>
    withPart('wait', raw, reading, (written) => {
      checkWait(written.wait, [...reading.path, 'wait'], reading.report);
      return { kind: 'wait', ...written };
    }),
  respond: (raw, reading) =>
    withPart('respond', raw, reading, (written) => {
      checkResponse(written.respond.status, [...reading.path, 'respond'], reading.report);
      // Absent members are absent here too, which the type of a written response cannot say.
      return { kind: 'respond', ...written, respond: isObject(raw.respond) ? raw.respond : {} };
    }),
  yield: (raw, reading) => leaveStep('yield', raw, reading),
  next: (raw, reading) => leaveStep('next', raw, reading),
  return: (raw, reading) => leaveStep('return', raw, reading),
  stop: (raw, reading) => leaveStep('stop', raw, reading),
  fail: (raw, reading) => leaveStep('fail', raw, reading),
};

const withPart = <K extends Exclude<WrittenKind, LeaveKind>>(
  kind: K,
  raw: JsonObject,
  reading: StepReading,
  normalise: (written: Written<K>, reading: StepReading) => Step,
): Step | undefined => {
  // Indexed by a parameter, the table's type says no longer which schema gives what.
  const schema = STEP_SCHEMAS[kind] as unknown as z.ZodType<Written<K>>;
  const written = readPart(schema, raw, reading.path, reading.report);
  return written === undefined ? undefined : normalise(written, reading);
};

export const normaliseStep = (kind: WrittenKind, raw: JsonObject, reading: StepReading): Step | undefined =>
  READERS[kind](raw, reading);
