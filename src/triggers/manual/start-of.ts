/** What a run by hand starts with: checked inputs, and the trigger's data as given or sampled. */
import { callerOf } from '../../access/caller.ts';
import type { Identity } from '../../access/context.ts';
import type { Flow } from '../../domain/flow.ts';
import { refuse, type Refusal } from '../../domain/problem.ts';
import type { Caller, Start } from '../../domain/run.ts';
import { checkFields } from '../../language/fields.ts';
import { sampleOf } from '../samples.ts';
import type { RunBody } from './run-body.ts';

type StartOf = { readonly ok: true; readonly start: Start } | Refusal;

const callerIn = (identity: Identity | undefined): Caller => {
  // `allow` lets nobody pass without one.
  if (identity === undefined) throw new Error('A run by hand was started by nobody.');
  return callerOf(identity);
};

export const startOf = (
  flow: Flow,
  body: RunBody,
  by: { readonly identity: Identity | undefined; readonly now: number },
): StartOf => {
  const checked = checkFields(flow.inputs, body.inputs, { from: 'json' });
  if (!checked.ok) {
    return refuse('invalid_input', `The inputs do not fit flow ${flow.name}.`, { errors: checked.errors });
  }
  const inputs = checked.value;
  const sample = body.sample ? sampleOf(flow, { inputs, now: by.now }) : {};
  const { event = sample.event, request = sample.request, schedule = sample.schedule } = body;
  return {
    ok: true,
    start: {
      trigger: 'manual',
      caller: callerIn(by.identity),
      inputs,
      ...(event && { event }),
      ...(request && { request }),
      ...(schedule && { schedule }),
    },
  };
};
