/** What people see of a run: its journal told step by step. Secrets are masked here, whatever the journal holds. */
import type { Flow } from '../domain/flow.ts';
import type { Json, JsonObject } from '../domain/json.ts';
import type { Entry, RunDetail, StepRecord } from '../domain/run.ts';
import { isFinal } from '../domain/run.ts';
import { apply, begin } from './apply.ts';
import { pathOf, stepAt } from './state.ts';
import type { RunState } from './state.ts';
import { close, endAll, startOver, tell } from './telling.ts';
import type { Draft, Telling } from './telling.ts';
import { maskedInputs, veilFailure, veilOf, veilResponse, veilText } from './veil.ts';
import type { Veil } from './veil.ts';

export interface History {
  readonly detail: RunDetail;
  readonly steps: readonly StepRecord[];
  readonly state: RunState;
}

/** @param flowOf the flow for a version that the journal names */
export const historyOf = (
  id: string,
  entries: readonly Entry[],
  flowOf: (version: number) => Flow,
): History => {
  const first = entries[0];
  if (first?.type !== 'created') throw new Error(`the journal of ${id} does not begin with "created"`);
  const telling: Telling = {
    state: begin(id, flowOf(first.version), first),
    drafts: [],
    current: new Map(),
    open: [],
  };
  for (const entry of entries.slice(1)) {
    if ('path' in entry) tell(telling, entry);
    apply(telling.state, entry, entry.type === 'retried' ? flowOf(entry.version) : undefined);
    if (entry.type === 'retried') startOver(telling);
    else if (entry.type === 'finished') endAll(telling, entry.at);
    else close(telling, entry);
  }
  return shown(telling);
};

const shown = (telling: Telling): History => {
  const { state, drafts } = telling;
  const veil = veilOf(state);
  const steps = drafts.map((draft) => ({
    ...draft,
    input: veil(draft.input),
    output: veil(draft.output),
    error: veilFailure(draft.error, veil),
    attempts: draft.attempts.map((attempt) => ({ ...attempt, error: veilFailure(attempt.error, veil) })),
  }));
  return { detail: detailOf(state, drafts, veil), steps, state };
};

const detailOf = (state: RunState, drafts: readonly Draft[], veil: Veil): RunDetail => {
  const { created } = state;
  const origin = originOf(created, veil);
  return {
    id: state.id,
    flow: created.flow,
    version: state.version,
    status: state.status,
    trigger: created.trigger,
    caller: created.caller,
    attempt: state.attempt,
    createdAt: created.at,
    finishedAt: state.finishedAt,
    error: veilFailure(state.error, veil),
    steps: drafts.length,
    parent: created.parent?.run ?? null,
    inputs: veil(maskedInputs(state)),
    outputs: veil(state.outputs),
    reason: state.reason === null ? null : veilText(state.reason, veil),
    origin,
    waiting: isFinal(state.status) ? null : waitingFor(state),
    response: state.response === null ? null : veilResponse(state.response, veil),
  };
};

const originOf = (created: Extract<Entry, { type: 'created' }>, veil: Veil): JsonObject | null => {
  const { event, events, request, schedule } = created;
  const origin: Record<string, Json> = {};
  if (event !== undefined) origin.event = veil(event);
  if (events !== undefined) origin.events = veil(events);
  if (request !== undefined) origin.request = veil(request);
  if (schedule !== undefined) origin.schedule = veil(schedule);
  return Object.keys(origin).length === 0 ? null : origin;
};

const waitingFor = (state: RunState): RunDetail['waiting'] => {
  let until: number | null = null;
  const inDoubt: string[] = [];
  for (const frame of state.frames.values()) {
    const activity = frame.activity;
    const step = stepAt(frame);
    if (activity?.kind === 'doubt' && step !== undefined) inDoubt.push(pathOf(frame, step));
    const time = activity?.kind === 'wait' ? activity.until : activity?.kind === 'retry' ? activity.at : null;
    if (time !== null) until = until === null ? time : Math.min(until, time);
  }
  return until === null && inDoubt.length === 0 ? null : { until, inDoubt };
};
