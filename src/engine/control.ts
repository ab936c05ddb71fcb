/** Performing the steps that only structure a flow: what they evaluate becomes an entry. */
import { parseTime } from '../domain/date-format.ts';
import { durationMs } from '../domain/duration.ts';
import { StepError } from '../domain/errors.ts';
import type { Failure } from '../domain/errors.ts';
import type {
  ForEachStep,
  IfStep,
  LeaveStep,
  RespondStep,
  SetStep,
  Step,
  Template,
  WaitStep,
  WhileStep,
} from '../domain/flow.ts';
import type { Json } from '../domain/json.ts';
import { isObject, utf8Length } from '../domain/json.ts';
import type { Entry } from '../domain/run.ts';
import { LIMITS } from '../domain/run.ts';
import { checkFields } from '../language/fields.ts';
import { holds, resolve } from '../language/resolve.ts';
import { branchName } from './apply-step.ts';
import { rawResponse } from './response.ts';
import { scopeOf } from './scope.ts';
import type { Frame, RunState } from './state.ts';

export interface Here {
  readonly state: RunState;
  readonly frame: Frame;
  readonly path: string;
  readonly now: number;
}

export const evaluate = async (here: Here, template: Template): Promise<Json | undefined> =>
  resolve(template, scopeOf(here.state, here.frame), at(here));

export const isTrue = async (here: Here, condition: string): Promise<boolean> =>
  holds(condition, scopeOf(here.state, here.frame), at(here));

const at = (here: Here) => ({ now: here.now, timezone: here.state.flow.settings.timezone });

/** Every kind but cards and calls. Throws `StepError` when an expression fails or gives what the step cannot use. */
export const performControl = async (
  here: Here,
  step: Exclude<Step, { kind: 'card' | 'call' }>,
): Promise<Entry> => {
  switch (step.kind) {
    case 'set':
      return set(here, step);
    case 'if':
      return choose(here, step);
    case 'try':
      return entered(here, { kind: 'branch', name: 'try' });
    case 'parallel':
      return entered(here, { kind: 'branches' });
    case 'forEach':
      return entered(here, { kind: 'items', items: await itemsOf(here, step) });
    case 'while':
      return round(here, step, 0);
    case 'wait':
      return { type: 'parked', at: here.now, path: here.path, until: await waitUntil(here, step) };
    case 'respond':
      return { type: 'responded', at: here.now, path: here.path, response: await respond(here, step) };
    case 'yield':
    case 'next':
    case 'return':
    case 'stop':
    case 'fail':
      return leave(here, step);
  }
};

const entered = (here: Here, block: Extract<Entry, { type: 'entered' }>['block']): Entry => ({
  type: 'entered',
  at: here.now,
  path: here.path,
  block,
});

const succeeded = (here: Here, value: Json): Extract<Entry, { type: 'succeeded' }> => ({
  type: 'succeeded',
  at: here.now,
  path: here.path,
  value,
});

const set = async (here: Here, step: SetStep): Promise<Entry> => {
  const given: Record<string, Json> = {};
  const unset: string[] = [];
  for (const [name, template] of Object.entries(step.set)) {
    const value = await evaluate(here, template);
    if (value === undefined) unset.push(name);
    else given[name] = value;
  }
  const bytes = utf8Length(JSON.stringify(given));
  if (bytes > LIMITS.outputBytes) throw tooLarge(bytes);
  return { ...succeeded(here, null), set: given, ...(unset.length === 0 ? {} : { unset }) };
};

export const tooLarge = (bytes: number): StepError =>
  new StepError('too_large', `The step gave ${bytes} bytes; ${LIMITS.outputBytes} are the limit`, {
    retry: 'no',
  });

const choose = async (here: Here, step: IfStep): Promise<Entry> => {
  for (const [index, branch] of step.branches.entries()) {
    if (await isTrue(here, branch.if)) return entered(here, { kind: 'branch', name: branchName(index) });
  }
  return step.else === undefined ? succeeded(here, null) : entered(here, { kind: 'branch', name: 'else' });
};

/** One value is a list of one, nothing an empty list. */
const itemsOf = async (here: Here, step: ForEachStep): Promise<readonly Json[]> => {
  const value = await evaluate(here, step.items);
  if (value === undefined || value === null) return [];
  const items = Array.isArray(value) ? (value as readonly Json[]) : [value as Json];
  const bytes = utf8Length(JSON.stringify(items));
  if (bytes > LIMITS.outputBytes)
    throw new StepError('too_large', `The list has ${bytes} bytes; ${LIMITS.outputBytes} are the limit`);
  return items;
};

/** The next round of a `while`, or its end. Past its limit the step fails. */
export const round = async (here: Here, step: WhileStep, index: number): Promise<Entry> => {
  if (!(await isTrue(here, step.while))) {
    const results = here.frame.activity?.kind === 'while' ? [...here.frame.activity.results] : [];
    return succeeded(here, { results, rounds: index });
  }
  if (index >= step.limit) {
    throw new StepError(
      'too_many_rounds',
      `The condition still holds after ${step.limit} rounds, the limit of this step`,
    );
  }
  return entered(here, { kind: 'round', index });
};

const waitUntil = async (here: Here, step: WaitStep): Promise<number> => {
  if ('for' in step.wait) {
    const value = await evaluate(here, step.wait.for);
    const ms =
      typeof value === 'number' ? value * 1000 : typeof value === 'string' ? durationMs(value) : undefined;
    if (ms === undefined || !(ms >= 0)) {
      throw new StepError(
        'invalid_wait',
        `"for" gave ${JSON.stringify(value)}: a duration like 3d or 30s, or a number of seconds, is wanted`,
      );
    }
    return here.now + Math.round(ms);
  }
  const value = await evaluate(here, step.wait.until);
  if (typeof value === 'string')
    return Math.max(parseTime(value, undefined, here.state.flow.settings.timezone), here.now);
  const wanted = 'a time like 2026-12-01T09:00 is wanted';
  throw new StepError('invalid_wait', `"until" gave ${JSON.stringify(value)}: ${wanted}`);
};

const respond = async (here: Here, step: RespondStep) =>
  rawResponse((await evaluate(here, step.respond)) ?? {});

const leave = async (here: Here, step: LeaveStep): Promise<Entry> => {
  const value = await evaluate(here, step.value);
  const bytes = value === undefined ? 0 : utf8Length(JSON.stringify(value));
  if (bytes > LIMITS.outputBytes) throw tooLarge(bytes);
  const base = { at: here.now, path: here.path } as const;
  switch (step.kind) {
    case 'fail':
      return { ...base, type: 'failed', error: failureFrom(value, step.id ?? here.path), happened: 'no' };
    case 'return':
      return { ...base, type: 'left', how: 'return', value: outputsOf(here, value ?? {}) };
    default:
      return { ...base, type: 'left', how: step.kind, value: value ?? null };
  }
};

/** What `fail` was given: an object with `code` and `message`, the `error` of a `catch`, or a sentence. */
const failureFrom = (value: Json | undefined, step: string): Failure => {
  if (!isObject(value))
    return {
      code: 'failed',
      message:
        value === undefined ? 'The flow failed' : typeof value === 'string' ? value : JSON.stringify(value),
      step,
      fromFlow: true,
    };
  const { code, message, status, body, data } = value;
  return {
    code: typeof code === 'string' ? code : 'failed',
    message: typeof message === 'string' ? message : 'The flow failed',
    ...(typeof status === 'number' ? { status } : {}),
    ...(body === undefined ? {} : { body }),
    ...(data === undefined ? {} : { data }),
    step: typeof value.step === 'string' ? value.step : step,
    fromFlow: true,
  };
};

/** The outputs, fitted to their declaration. */
const outputsOf = (here: Here, value: Json): Json => {
  const declared = here.state.flow.outputs;
  if (declared === undefined) return value;
  if (!isObject(value))
    throw new StepError('invalid_outputs', 'This flow declares outputs: "return" needs an object of them');
  const checked = checkFields(declared, value, { from: 'fit' });
  if (checked.ok) return checked.value;
  const faults = checked.errors.map((error) => error.message).join('; ');
  throw new StepError('invalid_outputs', `The outputs do not fit their declaration: ${faults}`);
};
