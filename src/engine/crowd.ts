/**
 * What runs beside one another: the items of a `forEach` and the branches of a `parallel`. Here is only the book of
 * who ended how; who begins next and what follows is done by `frames.ts`.
 */
import { readableFailure } from '../domain/errors.ts';
import type { Tolerance } from '../domain/flow.ts';
import type { Json } from '../domain/json.ts';
import type { Failing, Frame, LoopActivity, Outcome, ParallelActivity } from './state.ts';

export type Crowd = LoopActivity | ParallelActivity;

/** Writes down how one of the crowd ended. */
export const note = (crowd: Crowd, frame: Frame, outcome: Outcome): void => {
  if (crowd.kind === 'forEach') noteItem(crowd, Number(frame.key), outcome);
  else noteBranch(crowd, String(frame.key), outcome);
};

const noteItem = (loop: LoopActivity, index: number, outcome: Outcome): void => {
  loop.running.delete(index);
  if (outcome.kind === 'value' || outcome.kind === 'next') {
    if (outcome.value !== null) loop.results.set(index, outcome.value);
  } else if (outcome.kind === 'fail' && loop.leaving === null) {
    const { error, trail } = outcome;
    loop.failed.push({ index, item: loop.items[index] ?? null, error, trail });
    if (!tolerates(loop.step.onError, loop)) loop.leaving = tooMany(loop);
  } else leaveBy(loop, outcome);
};

const noteBranch = (parallel: ParallelActivity, key: string, outcome: Outcome): void => {
  parallel.running.delete(key);
  if (outcome.kind === 'value') parallel.results.set(key, outcome.value);
  else if (outcome.kind === 'fail' && parallel.step.onError === 'continue' && parallel.leaving === null) {
    parallel.failed.push({ key, error: outcome.error, trail: outcome.trail });
  } else leaveBy(parallel, outcome);
};

/** The first outcome counts; of what fails after it, a retry of the run must know too. */
const leaveBy = (crowd: Crowd, outcome: Outcome): void => {
  const { leaving } = crowd;
  if (leaving === null) crowd.leaving = outcome;
  else if (leaving.kind === 'fail' && outcome.kind === 'fail')
    crowd.leaving = { ...leaving, trail: [...leaving.trail, ...outcome.trail] };
};

/** A loop that fails on its first failure fails with that; one with a tolerance says how many there were. */
const tooMany = (loop: LoopActivity): Failing => {
  const { failed } = loop;
  const trail = failed.flatMap((failure) => failure.trail);
  const first = failed[0];
  if (first === undefined) throw new Error('a loop cannot fail without a failure');
  if (loop.step.onError === 'fail') return { kind: 'fail', error: first.error, trail };
  const message = `${failed.length} of ${loop.items.length} items failed, more than the loop tolerates; the first: ${first.error.message}`;
  return { kind: 'fail', error: { ...first.error, code: 'too_many_failures', message }, trail };
};

const tolerates = (tolerance: Tolerance, loop: LoopActivity): boolean => {
  if (tolerance === 'fail') return false;
  if (tolerance === 'continue') return true;
  if ('items' in tolerance) return loop.failed.length <= tolerance.items;
  return loop.failed.length <= tolerance.share * loop.items.length;
};

/** What all of them gave, once none is running. */
export const valueOf = (crowd: Crowd): Json =>
  crowd.kind === 'forEach' ? ofItems(crowd) : ofBranches(crowd);

const ofItems = (loop: LoopActivity): Json => {
  const results = [...loop.results].toSorted(([a], [b]) => a - b).map(([, value]) => value);
  const failures = loop.failed
    .toSorted((a, b) => a.index - b.index)
    .map(({ index, item, error }) => ({ index, item, error: readableFailure(error) }));
  const counts = { ok: loop.items.length - failures.length, failed: failures.length };
  return { results, failures, counts };
};

const ofBranches = (parallel: ParallelActivity): Json => {
  const results: Record<string, Json> = {};
  for (const name of Object.keys(parallel.step.branches)) results[name] = parallel.results.get(name) ?? null;
  const failures = parallel.failed.map(({ key, error }) => ({ key, error: readableFailure(error) }));
  const counts = { ok: parallel.results.size, failed: failures.length };
  return { results, failures, counts };
};
