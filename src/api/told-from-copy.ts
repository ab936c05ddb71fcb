/**
 * The journal of a run goes once D1 has its copy, often before anybody has looked at it. Whoever comes later is told the
 * same from the copy: how each step ended, in the order of their ends, and how the run did.
 */
import { isObject } from '../domain/json.ts';
import type { EntriesView } from '../domain/lane.ts';
import { isFinal } from '../domain/run.ts';
import type { Entry, RunDetail, StepRecord } from '../domain/run.ts';

const endOf = (step: StepRecord): Entry[] => {
  const { path, input, output, error, attempts } = step;
  const at = step.finishedAt ?? step.startedAt;
  if (step.status === 'succeeded') return [{ type: 'succeeded', at, path, value: output, input }];
  if (step.status === 'skipped') return [{ type: 'skipped', at, path }];
  if (step.status !== 'failed' || error === null) return [];
  return [{ type: 'failed', at, path, error, happened: attempts.at(-1)?.happened ?? 'no', input }];
};

const beginning = (detail: RunDetail): Entry => ({
  type: 'created',
  at: detail.createdAt,
  flow: detail.flow,
  version: detail.version,
  url: '',
  trigger: detail.trigger,
  caller: detail.caller,
  // A copy's inputs may be shortened, which is an object still.
  inputs: isObject(detail.inputs) ? detail.inputs : {},
});

const ending = ({ status, finishedAt, createdAt, outputs, reason, error }: RunDetail): Entry[] =>
  isFinal(status)
    ? [
        {
          type: 'finished',
          at: finishedAt ?? createdAt,
          status,
          outputs,
          ...(reason === null ? {} : { reason }),
          ...(error === null ? {} : { error }),
        },
      ]
    : [];

/** Numbered from 1, as a lane numbers them; there are fewer than in the journal. */
export const toldFromCopy = (
  detail: RunDetail,
  steps: readonly StepRecord[],
  page: { readonly after: number; readonly limit: number },
): EntriesView => {
  const ends = steps.flatMap(endOf).toSorted((one, other) => one.at - other.at);
  const all = [beginning(detail), ...ends, ...ending(detail)];
  const entries = all
    .slice(page.after, page.after + page.limit)
    .map((entry, index) => ({ number: page.after + index + 1, json: JSON.stringify(entry) }));
  const next = page.after + entries.length;
  return { found: true, entries, next, ended: next >= all.length };
};
