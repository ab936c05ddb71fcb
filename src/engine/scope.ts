/** The names that an expression of a step can read: the table of the flow language, filled in. */
import { readableFailure } from '../domain/errors.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Frame, RunState } from './state.ts';

const varsOf = (frame: Frame): Readonly<Record<string, Json>> => {
  const chain: Frame[] = [];
  for (let at: Frame | null = frame; at !== null; at = at.parent) if (at.ownVars) chain.unshift(at);
  return chain.length === 1 ? frame.vars : Object.assign({}, ...chain.map((scope) => scope.vars));
};

/** What expressions see of the run itself changes with its attempt alone. */
const runs = new WeakMap<RunState, { readonly attempt: number; readonly run: JsonObject }>();

const runOf = (state: RunState): JsonObject => {
  const { created, id, version, attempt } = state;
  const known = runs.get(state);
  if (known?.attempt === attempt) return known.run;
  const startedAt = new Date(created.at).toISOString();
  const run = { id, flow: created.flow, version, startedAt, attempt, url: created.url };
  runs.set(state, { attempt, run });
  return run;
};

export const scopeOf = (
  state: RunState,
  frame: Frame,
  secrets?: Readonly<Record<string, string>>,
): JsonObject => {
  const { created } = state;
  const { event, events, request, schedule } = created;
  return {
    inputs: created.inputs,
    caller: created.caller,
    steps: frame.steps,
    errors: frame.errors,
    vars: varsOf(frame),
    items: frame.items,
    run: runOf(state),
    ...(event === undefined ? {} : { event, events: events ?? [event] }),
    ...(request === undefined ? {} : { request }),
    ...(schedule === undefined ? {} : { schedule }),
    ...(frame.loop === null ? {} : { item: frame.loop.item, index: frame.loop.index }),
    ...(frame.error === null ? {} : { error: readableFailure(frame.error) }),
    ...(secrets === undefined ? {} : { secrets }),
  };
};
