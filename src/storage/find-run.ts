/** Finds a run: its copy in D1 where that is final, else in its lane, which alone knows how far it is. */
import type { Refusal } from '../domain/problem.ts';
import type { RunDetail, StepRecord } from '../domain/run.ts';
import type { Bindings } from './bindings.ts';
import { callLane } from './call-lane.ts';
import { StoreUnavailable } from './deadline.ts';
import { laneFor } from './lanes.ts';
import { getRun, getRunSteps } from './run-copy.ts';
import type { RunCopy } from './run-copy.ts';

const FIRST_STEPS = 200;

export interface FoundRun {
  readonly ok: true;
  readonly detail: RunDetail;
  readonly steps: readonly StepRecord[];
  /** number of the step to go on with, null when the run has no more by this time */
  readonly next: number | null;
}

interface Slice {
  readonly from: number;
  readonly limit: number;
}

/** A silent D1 is no reason to say nothing of a run that its lane still has. */
const copyOf = async (env: Bindings, id: string): Promise<RunCopy | StoreUnavailable | undefined> => {
  try {
    return await getRun(env.DB, id);
  } catch (error) {
    if (error instanceof StoreUnavailable) return error;
    throw error;
  }
};

/** These stay as they are; a failed run may have been retried since the copy was made. */
const isSettled = ({ status }: RunDetail): boolean => status === 'succeeded' || status === 'cancelled';

const inLane = async (
  env: Bindings,
  id: string,
  { from, limit }: Slice,
): Promise<FoundRun | Refusal | undefined> => {
  const lane = await laneFor(env, id);
  if (!lane) return undefined;
  const called = await callLane(env, lane, (stub, header) => stub.view(header, id, from, limit));
  if (!called.ok) return called;
  const { found, detail, steps = '[]', totalSteps = 0 } = called.value;
  if (!found || detail === undefined) return undefined;
  // Written by the lane as JSON of just these.
  const view: Pick<FoundRun, 'detail' | 'steps'> = { detail: JSON.parse(detail), steps: JSON.parse(steps) };
  const next = from + view.steps.length;
  return { ok: true, ...view, next: next < totalSteps ? next : null };
};

const find = async (env: Bindings, id: string, slice: Slice): Promise<FoundRun | Refusal | undefined> => {
  const copy = await copyOf(env, id);
  const known = copy instanceof StoreUnavailable ? undefined : copy;
  if (!known || !isSettled(known.detail)) {
    const live = await inLane(env, id, slice);
    if (live?.ok) return live;
    if (!known && copy instanceof StoreUnavailable) throw copy;
    if (!known) return live;
  }
  const { steps, next } = await getRunSteps(env.DB, known, slice.from, slice.limit);
  return { ok: true, detail: known.detail, steps, next };
};

/** With its first steps; undefined when nobody knows the run. */
export const findRun = (env: Bindings, id: string): Promise<FoundRun | Refusal | undefined> =>
  find(env, id, { from: 0, limit: FIRST_STEPS });

/** With the steps from one on; fewer than `limit` may come although more follow. */
export const findSteps = find;
